import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { Command, Option } from "commander";
import { CordboardError } from "../errors.ts";
import { urlHost } from "../http/host-check.ts";
import type { Asker } from "../init/ask.ts";
import type { ConfigAnswers } from "../init/config-text.ts";
import type { Level } from "../init/levels.ts";
import { printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { numberBetween, withCommonOptions } from "./common-options.ts";
import type { CommonOptions } from "./common-options.ts";

interface InitOptions extends CommonOptions {
  readonly id?: string;
  readonly host?: string;
  readonly port?: number;
  readonly tls?: boolean;
  readonly user?: string;
  readonly level?: Level;
  readonly ari?: boolean;
  readonly ariUser?: string;
  readonly ariPort?: number;
  readonly from?: string;
  readonly secrets?: "env" | "config";
  readonly output: string;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly try: boolean;
}

interface Answers extends ConfigAnswers {
  readonly from: string;
  /** False when the secrets were made up now, so that Asterisk cannot know them yet. */
  readonly known: boolean;
}

const HELP = `
Asks what it needs to know; with --yes it takes what the options say and its
own defaults, for scripts. Secrets come from the environment (AMI_SECRET,
ARI_SECRET); where they are not set, strong ones are made up. It changes
nothing on the PBX: it prints what to put into Asterisk's files, and tries the
connection.

Examples:
  cordboard init
  AMI_SECRET=… cordboard init --yes --host pbx.example.com --user cordboard
  cordboard init --yes --host 10.0.0.5 --level full --secrets config
`;

/** `cordboard init`: connects a PBX for good. */
export function initCommand(io: CliIo): Command {
  return withCommonOptions(new Command("init"))
    .description("connect a PBX: write cordboard.yaml, and print the stanzas for Asterisk's files")
    .option("--id <id>", "short name of the PBX")
    .option("--host <name>", "host name or address of the PBX")
    .option("--port <number>", "AMI port (default: 5038, with --tls 5039)", numberBetween(1, 65_535))
    .option("--tls", "AMI over TLS")
    .option("--user <name>", "AMI user (default: cordboard)")
    .addOption(
      new Option("--level <level>", "what it should be able to do (default: view)").choices(["view", "call", "full"]),
    )
    .option("--ari", "connect ARI as well (always with --level full)")
    .option("--ari-user <name>", "ARI user (default: cordboard)")
    .option("--ari-port <number>", "port of Asterisk's HTTP server (default: 8088)", numberBetween(1, 65_535))
    .option("--from <address>", "address of this machine as the PBX sees it, for permit=")
    .addOption(
      new Option("--secrets <where>", "env: in cordboard.env; config: in cordboard.yaml (default: env)").choices([
        "env",
        "config",
      ]),
    )
    .option("--output <file>", "the configuration to write", "cordboard.yaml")
    .option("--yes", "ask nothing")
    .option("--force", "replace files that exist")
    .option("--no-try", "do not try the connection")
    .addHelpText("after", HELP)
    .action((options: InitOptions) => init(io, options));
}

async function init(io: CliIo, options: InitOptions): Promise<void> {
  const [{ silentAsker, terminalAsker }, { stanzas }, { configText, envText }, { writeSecretFile }] = await Promise.all(
    [
      import("../init/ask.ts"),
      import("../init/stanzas.ts"),
      import("../init/config-text.ts"),
      import("../init/write-secret-file.ts"),
    ],
  );
  const silent = options.yes === true || options.json === true;
  if (!silent && io.stdin.isTTY !== true) {
    throw new CordboardError(
      "USAGE",
      "There is no terminal to ask in. Say --yes and give the answers as options; see cordboard init --help.",
    );
  }
  using asker = silent ? silentAsker() : terminalAsker(io.stdin, io.stderr as unknown as Writable, io.signal);
  const say = (line = ""): void => {
    if (options.json !== true) printLine(io.stdout, line);
  };
  const answers = await askAll(io, options, asker);
  const { ari } = answers;
  // A secret that was given is known to whoever gave it, and need not stand in a terminal's memory.
  const parts = stanzas({
    ...answers,
    secret: answers.known ? undefined : answers.secret,
    ari: ari && { ...ari, password: (io.env["ARI_SECRET"] ?? "") === "" ? ari.password : undefined },
  });
  const files = filesOf(options.output, answers);

  const replace = await mayReplace(files, options, asker);
  const text = configText(answers);
  if (files.env !== undefined) await writeSecretFile(files.env, envText(answers), replace);
  await writeSecretFile(files.config, text, replace);
  say(
    `Written: ${files.config}${files.env === undefined ? "" : ` and ${files.env} with the secrets`}; only you can read ${files.env === undefined ? "it" : "them"}.`,
  );
  say();
  say("Put this into Asterisk's files (what is there already may stay), then reload:");
  for (const part of parts) {
    say();
    say(`# /etc/asterisk/${part.file}`);
    for (const line of part.lines) say(line);
  }
  say();
  for (const part of parts) say(part.afterwards);
  say();

  const tried = options.try ? await tryUntilGood(io, answers, asker, silent, say) : undefined;
  if (options.json === true) {
    printLine(
      io.stdout,
      JSON.stringify({
        ...files,
        connected: tried?.ok ?? null,
        ...(tried?.message === undefined ? {} : { message: tried.message }),
        stanzas: parts,
      }),
    );
  }
  if (tried?.ok === true) say('Next: "cordboard start" shows the calls, "cordboard doctor" checks the rights.');
  else if (tried !== undefined) {
    say('When the files are in place: "cordboard doctor" says what is still missing, then "cordboard start".');
    // Made-up secrets cannot work before the PBX knows them; only known ones that fail are a failure.
    if (answers.known) io.exitCode = 1;
  }
}

async function askAll(io: CliIo, options: InitOptions, asker: Asker): Promise<Answers> {
  const { newToken } = await import("../http/page-token.ts");
  const ask = async (
    given: string | undefined,
    question: string,
    fallback: string,
    check?: (answer: string) => string | undefined,
  ): Promise<string> => {
    if (given === undefined) return asker.text(question, fallback, check);
    const wrong = check?.(given);
    if (wrong !== undefined) throw new CordboardError("USAGE", `${question}: ${wrong}`);
    return given;
  };
  const host = await ask(options.host, "Host name or address of the PBX", "127.0.0.1", (answer) =>
    /^[\w.:-]+$/.test(answer) ? undefined : "It must be a host name or an IP address.",
  );
  const loopback = ["127.0.0.1", "localhost", "::1"].includes(host);
  const id = await ask(options.id, "Short name for it", loopback ? "pbx" : idFrom(host), (answer) =>
    /^[a-z0-9](?:[a-z0-9-]{0,30}[a-z0-9])?$/.test(answer) ? undefined : "It must be 1 to 32 of a-z, 0-9 and -.",
  );
  const level = (await ask(options.level, "What should it be able to do: view, call or full", "view", (answer) =>
    ["view", "call", "full"].includes(answer) ? undefined : "Say view, call or full.",
  )) as Level;
  const tls =
    options.tls ?? (options.port === undefined && !loopback && (await asker.yes("Is AMI secured by TLS there", false)));
  const user = await ask(options.user, "AMI user", "cordboard", plainName);
  const ari =
    options.ari === true || level === "full" || (await asker.yes("Connect ARI too (for Stasis applications)", false));
  const ariUser = ari ? await ask(options.ariUser, "ARI user", "cordboard", plainName) : "";
  const from = await ask(
    options.from,
    "Address of this machine as the PBX sees it",
    loopback ? "127.0.0.1" : await ownAddress(host),
    (answer) => (/^[\d.]+$|^[\da-f:]+$/i.test(answer) ? undefined : "It must be an IP address."),
  );
  const secrets = (await ask(
    options.secrets,
    "Where should the secrets stand: env (cordboard.env) or config (cordboard.yaml)",
    "env",
    (answer) => (["env", "config"].includes(answer) ? undefined : "Say env or config."),
  )) as "env" | "config";
  const given = io.env["AMI_SECRET"] ?? "";
  const wrong = /['\r\n]|^\s|\s$/.test(given + (io.env["ARI_SECRET"] ?? ""));
  if (wrong)
    throw new CordboardError("USAGE", "A secret must not hold a quote or a line break, nor begin or end with a space.");
  return {
    id,
    host,
    tls,
    user,
    level,
    from,
    secrets,
    port: options.port ?? (tls ? 5039 : 5038),
    secret: given === "" ? newToken() : given,
    known: given !== "",
    ...(ari
      ? {
          ari: {
            user: ariUser,
            password: (io.env["ARI_SECRET"] ?? "") === "" ? newToken() : (io.env["ARI_SECRET"] ?? ""),
            port: options.ariPort ?? 8088,
          },
        }
      : {}),
  };
}

function plainName(answer: string): string | undefined {
  return /^[\w.-]{1,64}$/.test(answer) && answer !== "general"
    ? undefined
    : "It must be letters, digits, dots, - and _.";
}

function idFrom(host: string): string {
  const [first = ""] = host.toLowerCase().split(".");
  return /^[a-z][a-z0-9-]{0,30}[a-z0-9]$/.test(first) ? first : "pbx";
}

/** The address from which this machine would talk to the host; nothing is sent. */
async function ownAddress(host: string): Promise<string> {
  const { createSocket } = await import("node:dgram");
  const socket = createSocket("udp4");
  const { promise, resolve } = Promise.withResolvers<string>();
  socket.on("error", () => resolve("127.0.0.1"));
  socket.connect(5038, host, () => resolve(socket.address().address));
  const address = await promise;
  socket.close();
  return address;
}

function filesOf(output: string, answers: Answers): { config: string; env?: string } {
  return { config: output, ...(answers.secrets === "env" ? { env: join(dirname(output), "cordboard.env") } : {}) };
}

async function mayReplace(
  files: { config: string; env?: string },
  options: InitOptions,
  asker: Asker,
): Promise<boolean> {
  if (options.force === true) return true;
  const there = [files.config, ...(files.env === undefined ? [] : [files.env])].filter((file) => existsSync(file));
  if (there.length === 0) return false;
  if (await asker.yes(`${there.join(" and ")} exists already. Replace`, false)) return true;
  throw new CordboardError(
    "FILE_EXISTS",
    `${there.join(" and ")} exists already and was left alone. Say --force to replace, or name another with --output.`,
  );
}

interface Tried {
  readonly ok: boolean;
  readonly message?: string;
}

async function tryUntilGood(
  io: CliIo,
  answers: Answers,
  asker: Asker,
  silent: boolean,
  say: (line?: string) => void,
): Promise<Tried> {
  const { connectOnce } = await import("./one-ami-client.ts");
  const { host, port, user, secret, tls } = answers;
  for (;;) {
    if (!silent) await asker.text("Press Enter to try the connection", " ");
    say(`Trying ${host}:${port} as ${user} …`);
    let message: string;
    try {
      const client = await connectOnce({ host, port, username: user, secret, tls, events: "off" }, io.signal);
      say(`Connected: Asterisk greets with AMI ${client.server.version}.`);
      await client.close();
      await tryAri(answers, io.signal, say);
      return { ok: true };
    } catch (error) {
      if (io.signal.aborted) throw error;
      message = (error as Error).message;
      say(message);
    }
    if (silent || !(await asker.yes("Try again", true))) return { ok: false, message };
  }
}

/** @throws Error that says what is wrong with ARI */
async function tryAri({ ari, host }: Answers, signal: AbortSignal, say: (line?: string) => void): Promise<void> {
  if (ari === undefined) return;
  const { AriClient } = await import("@cordboard/ari");
  const { user: username, password, port } = ari;
  await using client = new AriClient({ url: `http://${urlHost(host)}:${port}/ari`, username, password });
  const { status } = await client.request("GET", "/asterisk/info", { signal });
  if (status !== 200) {
    throw new CordboardError(
      "ARI_REFUSED",
      `ARI at ${host}:${port} answered with status ${status}; "cordboard doctor" says why.`,
    );
  }
  say(`Connected: ARI knows the user ${username}.`);
}
