import { createInterface } from "node:readline";
import { Command, Option } from "commander";
import type { AmiClient, AmiMessage } from "@cordboard/ami";
import { AMI_FORMATS } from "../ami-output/format-records.ts";
import type { AmiFormat } from "../ami-output/format-records.ts";
import type { WrittenAction } from "../ami-output/parse-action.ts";
import { CordboardError } from "../errors.ts";
import { columnsOf, printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { numberBetween, onePbxFor, withPbxOptions } from "./common-options.ts";
import type { PbxOptions } from "./common-options.ts";
import { untilStopped } from "./until-stopped.ts";

interface AmiOptions extends PbxOptions {
  readonly format?: AmiFormat;
  readonly stdin?: boolean;
  readonly events?: boolean;
  readonly timeout: number;
}

const HELP = `
Lists are collected to their end. A key may be given several times. An answer
"Response: Error" ends with code 1. With --stdin, one action per line (Ping,
or Originate Channel=PJSIP/1000 …), or blocks of "Key: value" lines with an
empty line after each. CSV cells that a spreadsheet would take for a formula
get a ' in front.

Examples:
  cordboard ami CoreShowChannels
  cordboard ami Command "Command=core show version"
  cordboard ami Originate Channel=PJSIP/1000 Context=from-internal Exten=1002 \\
    Priority=1 Variable=a=1 Variable=b=2
  cordboard ami QueueStatus --format csv > queues.csv
  printf 'Ping\\nCoreStatus\\n' | cordboard ami --stdin --format json
`;

/** `cordboard ami ACTION Key=Value…`: one action, or many from stdin. */
export function amiCommand(io: CliIo): Command {
  return withPbxOptions(new Command("ami"))
    .description("send an AMI action and print the answer")
    .argument("[action]", "the action's name, such as CoreShowChannels")
    .argument("[params...]", "its parameters, as Key=Value")
    .addOption(new Option("--format <format>", "how to print (default: table, with --json json)").choices(AMI_FORMATS))
    .option("--stdin", "read actions from standard input")
    .option("--events", "print events afterwards, until Ctrl-C")
    .option("--timeout <seconds>", "wait this long for an answer", numberBetween(0.1, 3600, false), 10)
    .addHelpText("after", HELP)
    .action(async (action: string | undefined, params: string[], options: AmiOptions) => {
      if ((action === undefined) === (options.stdin !== true) && options.events !== true) {
        throw new CordboardError("USAGE", "Say either an action (cordboard ami Ping) or --stdin, and not both.");
      }
      const [{ actionFromWords }, { amiOptions }, { connectOnce }] = await Promise.all([
        import("../ami-output/parse-action.ts"),
        import("../config/connection-options.ts"),
        import("../config/connect-once.ts"),
      ]);
      const first = action === undefined ? undefined : actionFromWords(action, params);
      const connection = amiOptions(onePbxFor(io, options));
      const events = options.events === true ? connection.events : "off";
      await using client = await connectOnce({ ...connection, ...(events === undefined ? {} : { events }) }, io.signal);
      const format = options.json === true ? "json" : (options.format ?? "table");
      const stopEvents = options.events === true ? await printEvents(io, client, format) : undefined;
      if (first !== undefined) await run(io, client, first, format, options);
      if (options.stdin === true) await runAll(io, client, format, options);
      if (stopEvents !== undefined) {
        await untilStopped(io.signal);
        stopEvents();
      }
    });
}

async function run(
  io: CliIo,
  client: AmiClient,
  action: WrittenAction,
  format: AmiFormat,
  options: AmiOptions,
): Promise<void> {
  const [{ formatAnswer }, { toRecord }, { safeText }] = await Promise.all([
    import("../ami-output/format-records.ts"),
    import("../ami-output/ami-record.ts"),
    import("../terminal/safe-text.ts"),
  ]);
  const call = { signal: io.signal, timeoutMs: options.timeout * 1000 };
  const answer = await ask(client, action, call);
  const isList = answer.items.length > 0 || answer.complete !== undefined;
  const text = formatAnswer(
    { response: toRecord(answer.response), ...(isList ? { items: answer.items.map(toRecord) } : {}) },
    format,
    { width: columnsOf(io.stdout), terminal: io.stdout.isTTY === true },
  );
  io.stdout.write(text);
  if (answer.response.get("Response") === "Error") io.exitCode = 1;
  if (answer.refusal !== undefined) printLine(io.stderr, `cordboard: ${safeText(answer.refusal)} [AMI_ACTION_FAILED]`);
}

/** The answer, an Error included: what Asterisk said is what is printed. */
async function ask(
  client: AmiClient,
  action: WrittenAction,
  call: { signal: AbortSignal; timeoutMs: number },
): Promise<{
  response: AmiMessage;
  items: readonly AmiMessage[];
  complete?: AmiMessage;
  /** Where the user lacks a right: which, and where to give it. */
  refusal?: string;
}> {
  try {
    return await client.list(action.name, action.params, call);
  } catch (error) {
    const { AmiActionError } = await import("@cordboard/ami");
    if (!(error instanceof AmiActionError)) throw error;
    const { response, missingClasses, message } = error;
    return { response, items: [], ...(missingClasses.length === 0 ? {} : { refusal: message }) };
  }
}

async function runAll(io: CliIo, client: AmiClient, format: AmiFormat, options: AmiOptions): Promise<void> {
  const [{ ActionReader }, { safeText }] = await Promise.all([
    import("../ami-output/parse-action.ts"),
    import("../terminal/safe-text.ts"),
  ]);
  const reader = new ActionReader();
  const lines = createInterface({ input: io.stdin, signal: io.signal, crlfDelay: Number.POSITIVE_INFINITY });
  let first = true;
  const runNext = async (action: WrittenAction): Promise<void> => {
    // Answers for people: each under its action's name. Those for programs stay as they are.
    if (format === "table") printLine(io.stdout, `${first ? "" : "\n"}${safeText(action.name)}:`);
    first = false;
    await run(io, client, action, format, options);
  };
  for await (const line of lines) {
    const action = reader.push(line);
    if (action !== undefined) await runNext(action);
  }
  const last = reader.end();
  if (last !== undefined) await runNext(last);
}

async function printEvents(io: CliIo, client: AmiClient, format: AmiFormat): Promise<() => void> {
  const [{ formatEvent }, { toRecord }] = await Promise.all([
    import("../ami-output/format-records.ts"),
    import("../ami-output/ami-record.ts"),
  ]);
  const options = { terminal: io.stdout.isTTY === true, width: columnsOf(io.stdout) };
  return client.on("event", (event) => void io.stdout.write(formatEvent(toRecord(event), format, options)));
}
