import { Command } from "commander";
import { CordboardError } from "../errors.ts";
import { printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { numberBetween, withCommonOptions } from "./common-options.ts";
import type { CommonOptions } from "./common-options.ts";
import { untilStopped } from "./until-stopped.ts";

interface ReplayCommandOptions extends CommonOptions {
  readonly speed: number;
  readonly port: number;
  readonly listen: string;
  readonly loop?: boolean;
  readonly seconds?: number;
  readonly calls?: boolean;
  readonly explain?: string;
}

const HELP = `
Opens an AMI port that says what was recorded, at the pace of the recording;
user and secret are both "replay". Anything that speaks AMI can log in; its
SystemName is "replay". With --calls or --explain it opens none, and shows
what Cordboard makes of the recording.

Examples:
  cordboard replay trouble.jsonl --calls
  cordboard replay trouble.jsonl --explain call-2
  cordboard replay trouble.jsonl --port 5038
  cordboard replay trouble.jsonl --loop --speed 4 --port 5038
and in another window:
  cordboard watch --pbx ami://replay:replay@127.0.0.1:5038
`;

/** `cordboard replay FILE…`: an AMI port that plays captures. */
export function replayCommand(io: CliIo): Command {
  return withCommonOptions(new Command("replay"))
    .description("play captures through an AMI port, for any program that speaks AMI")
    .argument("<file...>", 'files written by "cordboard capture"')
    .option("--speed <factor>", "2 is twice as fast", numberBetween(0.01, 1000, false), 1)
    .option("--port <number>", "port to listen on; 0: any free one", numberBetween(0, 65_535), 0)
    .option("--listen <address>", "address to listen on", "127.0.0.1")
    .option("--loop", "never end (default: end when a client has heard all of it)")
    .option("--seconds <number>", "end after this time", numberBetween(0.1, 31 * 24 * 3600, false))
    .option("--calls", "print the calls it has, and end")
    .option("--explain <call>", "print each change of this call with the lines that caused it, and end")
    .addHelpText("after", HELP)
    .action(async (files: string[], options: ReplayCommandOptions) => {
      if (options.calls === true || options.explain !== undefined) {
        await explain(io, files, options);
        return;
      }
      const [{ replayServer }, { readRecording }, { safeJson, safeText }] = await Promise.all([
        import("@cordboard/pbx"),
        import("../demo/recordings.ts"),
        import("../terminal/safe-text.ts"),
      ]);
      const recordings = await Promise.all(files.map(readRecording));
      await using server = await replayServer({
        recordings,
        host: options.listen,
        port: options.port,
        speed: options.speed,
      });
      const say = (object: Record<string, unknown>, text: string): void => {
        printLine(io.stdout, options.json === true ? safeJson(object) : safeText(text));
      };
      const done = new AbortController();
      server.on("recording", ({ label, index, count, loop }) => {
        say({ type: "recording", label, index, count, loop }, `Playing ${label} (${index + 1} of ${count})`);
      });
      // Once through means: from its beginning to its end, for somebody who listens.
      let playing = 1;
      let firstHeard: number | undefined;
      server.on("loop", ({ loop }) => {
        playing = loop;
        if (options.loop !== true && firstHeard !== undefined && loop > firstHeard + 1) done.abort();
      });
      server.on("client", ({ username, connected, clients }) => {
        firstHeard ??= playing;
        say(
          { type: "client", username, connected, clients },
          `${username} ${connected ? "logged in" : "left"}, ${clients} now`,
        );
      });
      const { host, port } = server;
      say(
        { type: "listening", host, port },
        `A recording answers at ami://replay:replay@${host}:${port}; Ctrl-C ends.`,
      );
      const signals = [
        io.signal,
        done.signal,
        ...(options.seconds === undefined ? [] : [AbortSignal.timeout(options.seconds * 1000)]),
      ];
      await untilStopped(AbortSignal.any(signals));
    });
}

async function explain(io: CliIo, files: readonly string[], options: ReplayCommandOptions): Promise<void> {
  const [file] = files;
  if (file === undefined || files.length > 1) {
    throw new CordboardError("USAGE", "--calls and --explain work on one file at a time.");
  }
  const [{ readRecording }, { printCalls, printExplanation }] = await Promise.all([
    import("../demo/recordings.ts"),
    import("./explain.ts"),
  ]);
  const recording = await readRecording(file);
  const json = options.json === true;
  if (options.explain === undefined) await printCalls(io, recording, json);
  else await printExplanation(io, recording, options.explain, json);
}
