/** What `cordboard.yaml` is to say. */
export interface ConfigAnswers {
  readonly id: string;
  readonly level: "view" | "call" | "full";
  readonly host: string;
  readonly port: number;
  readonly tls: boolean;
  readonly user: string;
  readonly secret: string;
  readonly ari?: { readonly user: string; readonly password: string; readonly port: number } | undefined;
  /** `env`: the secrets stand in `cordboard.env` beside it; `config`: in the file itself. */
  readonly secrets: "env" | "config";
}

/** The text of `cordboard.yaml`. */
export function configText(answers: ConfigAnswers): string {
  const { id, level, host, port, tls, user, secret, ari, secrets } = answers;
  const url = (scheme: string, name: string, word: string, variable: string, at: number): string => {
    const shown = secrets === "env" ? `\${${variable}}` : escapeDollar(encodeURIComponent(word));
    const where = host.includes(":") ? `[${host}]` : host;
    return `${scheme}://${escapeDollar(encodeURIComponent(name))}:${shown}@${where}:${at}`;
  };
  return [
    '# Written by "cordboard init". All keys: docs/configuration.md; check it with "cordboard doctor".',
    "pbxs:",
    `  - id: ${id}`,
    `    ami: ${url(tls ? "amis" : "ami", user, secret, "AMI_SECRET", port)}`,
    ...(ari === undefined ? [] : [`    ari: ${url("http", ari.user, ari.password, "ARI_SECRET", ari.port)}`]),
    `    level: ${level}`,
    "",
  ].join("\n");
}

/** The text of `cordboard.env`: what systemd reads as EnvironmentFile, and cordboard by itself. */
export function envText(answers: Pick<ConfigAnswers, "secret" | "ari">): string {
  const line = (name: string, value: string): string => `${name}='${value}'\n`;
  return (
    line("AMI_SECRET", answers.secret) + (answers.ari === undefined ? "" : line("ARI_SECRET", answers.ari.password))
  );
}

/** `$` begins a reference in the configuration. */
function escapeDollar(text: string): string {
  return text.replaceAll("$", "$$$$");
}
