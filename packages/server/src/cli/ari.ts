import { isUtf8 } from "node:buffer";
import { Command } from "commander";
import { CordboardError } from "../errors.ts";
import { printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { collect, numberBetween, onePbxFor, withPbxOptions } from "./common-options.ts";
import type { PbxOptions } from "./common-options.ts";
import { untilStopped } from "./until-stopped.ts";

interface AriOptions extends PbxOptions {
  readonly body?: string;
  readonly timeout: number;
}

interface AriEventsOptions extends PbxOptions {
  readonly app: readonly string[];
  readonly subscribeAll?: boolean;
}

const METHODS = ["GET", "POST", "PUT", "DELETE"] as const;

const HELP = `
Prints the body of the answer; a status of 400 or more ends with code 1.
The path is relative to /ari.

Examples:
  cordboard ari GET /channels
  cordboard ari POST /channels/1456641594.113/play media=sound:hello-world
  cordboard ari POST /channels/1456641594.113/dtmf dtmf=1
  cordboard ari POST /bridges --body '{"type": "mixing"}'
  cordboard ari events --app hello-world
`;

const EVENTS_HELP = `
One event per line, as JSON, until Ctrl-C. While it runs, the application is
registered: Stasis(NAME) in the dialplan works. If another program is
registered under that name, it stops getting events.

Examples:
  cordboard ari events --app hello-world
  cordboard ari events --app monitor --subscribe-all | jq .type
`;

/** `cordboard ari METHOD PATH` and `cordboard ari events`. */
export function ariCommand(io: CliIo): Command {
  const command = withPbxOptions(new Command("ari"))
    .description("send an ARI request and print the answer; or listen to events")
    .argument("<method>", "GET, POST, PUT or DELETE")
    .argument("<path>", "such as /channels")
    .argument("[query...]", "parameters, as key=value")
    .option("--body <json>", "what to send")
    .option("--timeout <seconds>", "wait this long for an answer", numberBetween(0.1, 3600, false), 10)
    .addHelpText("after", HELP)
    .action((method: string, path: string, query: string[], options: AriOptions) =>
      request(io, method, path, query, options),
    );
  command.addCommand(
    withPbxOptions(new Command("events"))
      .description("print the events of a Stasis application, one JSON object per line")
      .requiredOption("--app <name>", "the application to register; may be repeated", collect)
      .option("--subscribe-all", "events of all channels, bridges, endpoints and device states")
      .addHelpText("after", EVENTS_HELP)
      .action((_: unknown, own: Command) => events(io, own.optsWithGlobals<AriEventsOptions>())),
  );
  return command;
}

async function request(
  io: CliIo,
  method: string,
  path: string,
  words: readonly string[],
  options: AriOptions,
): Promise<void> {
  const verb = METHODS.find((each) => each === method.toUpperCase());
  if (verb === undefined) {
    throw new CordboardError(
      "USAGE",
      `"${method}" is no method of ARI. Say GET, POST, PUT or DELETE, then a path: cordboard ari GET /channels`,
    );
  }
  const query = Object.fromEntries(
    words.map((word) => {
      const equals = word.indexOf("=");
      if (equals < 1)
        throw new CordboardError("USAGE", `"${word}" is no key=value. For example: media=sound:hello-world`);
      return [word.slice(0, equals), word.slice(equals + 1)];
    }),
  );
  const body = options.body === undefined ? undefined : parseBody(options.body);
  const [{ AriClient }, { ariOptions }, { safeJson, safeText }] = await Promise.all([
    import("@cordboard/ari"),
    import("../config/connection-options.ts"),
    import("../terminal/safe-text.ts"),
  ]);
  await using client = new AriClient(ariOptions(onePbxFor(io, options)));
  const response = await client.request(verb, path, {
    query,
    ...(body === undefined ? {} : { body }),
    signal: io.signal,
    timeoutMs: options.timeout * 1000,
  });
  if (response.status >= 400) io.exitCode = 1;
  if (options.json === true) printLine(io.stdout, safeJson({ status: response.status, body: response.body ?? null }));
  else if (Buffer.isBuffer(response.body)) writeBytes(io, response.body, safeText);
  else if (response.body === undefined) printLine(io.stderr, `Done (${response.status}).`);
  else if (io.stdout.isTTY === true)
    printLine(io.stdout, JSON.stringify(response.body, null, 2).split("\n").map(safeText).join("\n"));
  else printLine(io.stdout, safeJson(response.body));
  if (response.status >= 400 && options.json !== true) {
    printLine(io.stderr, `cordboard: ${verb} ${path} was answered with status ${response.status} [ARI_HTTP_ERROR]`);
  }
}

/** A file of Asterisk, byte for byte; on a terminal as text that it cannot obey, or else its size. */
function writeBytes(io: CliIo, bytes: Buffer, safeText: (text: string) => string): void {
  if (io.stdout.isTTY !== true) io.stdout.write(bytes);
  else if (isUtf8(bytes) && !bytes.includes(0))
    printLine(io.stdout, bytes.toString().split("\n").map(safeText).join("\n"));
  else printLine(io.stdout, `${bytes.length} bytes, no text; send them to a file: … > FILE`);
}

function parseBody(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CordboardError("USAGE", `--body is no JSON: ${(cause as Error).message}`, { cause });
  }
}

async function events(io: CliIo, options: AriEventsOptions): Promise<void> {
  const [{ AriClient }, { ariOptions }, { safeJson, safeText }] = await Promise.all([
    import("@cordboard/ari"),
    import("../config/connection-options.ts"),
    import("../terminal/safe-text.ts"),
  ]);
  const apps = options.app;
  await using client = new AriClient({
    ...ariOptions(onePbxFor(io, options)),
    apps,
    subscribeAll: options.subscribeAll === true,
  });
  const refused = Promise.withResolvers<never>();
  refused.promise.catch(() => {});
  client.onNotice("state", ({ to, cause }) => {
    if (to === "connected") printLine(io.stderr, `Listening as ${apps.join(", ")}; Ctrl-C ends.`);
    if (to === "waiting")
      printLine(io.stderr, safeText(`${cause?.message ?? "The connection is lost"}; trying again.`));
    if (to === "failed" && cause !== undefined) refused.reject(cause);
  });
  client.onNotice("application-replaced", ({ application }) => {
    printLine(io.stderr, safeText(`Another program has taken over ${application}: its events no longer come here.`));
  });
  const stream = (async () => {
    for await (const event of client.events({ signal: io.signal })) printLine(io.stdout, safeJson(event));
  })();
  stream.catch((error: unknown) => {
    if (!io.signal.aborted) refused.reject(error);
  });
  client.connect({ signal: io.signal }).catch((error: unknown) => {
    if (!io.signal.aborted) refused.reject(error);
  });
  await untilStopped(io.signal, refused.promise);
}
