import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import type { Writable } from "node:stream";
import { Command, Option } from "commander";
import { CordboardError } from "../errors.ts";
import type { Answers, InitChoices } from "../init/answers.ts";
import type { Asker } from "../init/ask.ts";
import { printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { numberBetween, withCommonOptions } from "./common-options.ts";
import type { CommonOptions } from "./common-options.ts";

interface InitOptions extends CommonOptions, InitChoices {
  readonly output: string;
  readonly yes?: boolean;
  readonly force?: boolean;
  readonly try: boolean;
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
  const [
    { askAll },
    { tryUntilGood },
    { silentAsker, terminalAsker },
    { stanzas },
    { configText, envText },
    { writeSecretFile },
    { safeJson, safeText },
  ] = await Promise.all([
    import("../init/answers.ts"),
    import("../init/try-connection.ts"),
    import("../init/ask.ts"),
    import("../init/stanzas.ts"),
    import("../init/config-text.ts"),
    import("../init/write-secret-file.ts"),
    import("../terminal/safe-text.ts"),
  ]);
  const silent = options.yes === true || options.json === true;
  if (!silent && io.stdin.isTTY !== true) {
    throw new CordboardError(
      "USAGE",
      "There is no terminal to ask in. Say --yes and give the answers as options; see cordboard init --help.",
    );
  }
  using asker = silent ? silentAsker() : terminalAsker(io.stdin, io.stderr as unknown as Writable, io.signal);
  const say = (line = ""): void => {
    if (options.json !== true) printLine(io.stdout, safeText(line));
  };
  const answers = await askAll(io.env, options, asker);
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

  const tried = options.try ? await tryUntilGood(io.signal, answers, asker, silent, say) : undefined;
  if (options.json === true) {
    printLine(
      io.stdout,
      safeJson({
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
  if (await asker.yes(`${there.join(" and ")} ${there.length === 1 ? "exists" : "exist"} already. Replace`, false))
    return true;
  throw new CordboardError(
    "FILE_EXISTS",
    `${there.join(" and ")} ${there.length === 1 ? "exists already and was" : "exist already and were"} left alone. Say --force to replace, or name another with --output.`,
  );
}
