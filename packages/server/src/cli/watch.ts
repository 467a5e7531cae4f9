import { Command } from "commander";
import type { LiveSession } from "../live/live-session.ts";
import type { LiveChange } from "../live/live-types.ts";
import { columnsOf, printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { pbxsFor, withPbxOptions } from "./common-options.ts";
import type { PbxOptions } from "./common-options.ts";
import { connectCommand } from "./connect-command.ts";
import { untilStopped } from "./until-stopped.ts";

const HELP = `
Without --pbx and without a configuration it shows recorded calls, and says
so. Ctrl-C ends. With --json, one object per line: each change of a call
(originated, delivered, established, held, retrieved, queued, diverted,
parked, transferred, conferenced, failed, connection-cleared, call-cleared,
talking, updated) with its cause and the call after it; changes of queues,
conference rooms, parking, devices, extensions, presence and mailboxes;
timeline (a line for people); and pbx (the state of its link).

Examples:
  cordboard watch
  cordboard watch 1000 1002 --pbx hq
  cordboard watch --json | jq 'select(.type=="delivered").connection.number'
`;

/** `cordboard watch`: live calls in the terminal, or what happens to some extensions. */
export function watchCommand(io: CliIo): Command {
  return withPbxOptions(new Command("watch"))
    .description("show calls live in the terminal, or what happens to some extensions")
    .argument("[extension...]", "a column of events for each of these")
    .addHelpText("after", HELP)
    .action(async (words: readonly string[], options: PbxOptions) => {
      const [{ startLiveSession }, { LiveOutput }] = await Promise.all([
        import("../live/live-session.ts"),
        import("./live-output.ts"),
      ]);
      const chosen = pbxsFor(io, options);
      await using session = await startLiveSession(chosen.pbxs, connectCommand(io.env));
      const extensions = [...new Set(words)];
      let close: () => void;
      if (options.json === true) close = await printChanges(io, session, extensions);
      else if (extensions.length > 0) close = await printColumns(io, session, extensions);
      else {
        const output = new LiveOutput(io, session, {
          json: false,
          hint: session.demo ? `Your own PBX: ${connectCommand(io.env)}` : "Ctrl-C ends",
        });
        close = () => output.close();
      }
      try {
        await untilStopped(io.signal, session.refused);
      } finally {
        close();
      }
    });
}

async function printChanges(io: CliIo, session: LiveSession, extensions: readonly string[]): Promise<() => void> {
  const [{ safeJson }, { changeConcerns }, { isExtension }] = await Promise.all([
    import("../terminal/safe-text.ts"),
    import("../live/concerns.ts"),
    import("../live/who.ts"),
  ]);
  const all = extensions.length === 0;
  const print = (pbx: string, object: object): void => {
    printLine(io.stdout, safeJson({ pbx, ...object, ...(session.demo ? { recording: true } : {}) }));
  };
  const stops = session.pbxs.flatMap((pbx) => [
    pbx.on("state", ({ to, cause, retryInMs }) =>
      print(pbx.id, {
        type: "pbx",
        at: Date.now(),
        state: to,
        ...(cause && { cause: cause.message }),
        ...(retryInMs !== undefined && { retryInMs }),
      }),
    ),
    pbx.on("change", ({ at, change }) => {
      if (all || extensions.some((each) => changeConcerns(change, each, pbx))) {
        const { type, ...more } = change;
        print(pbx.id, { type, at, ...more });
      }
    }),
  ]);
  stops.push(
    session.board.on(({ timeline = [] }) => {
      for (const { seq: _seq, pbx, ...entry } of timeline) {
        const concerns = extensions.some((each) => entry.concerns.some((one) => isExtension(one, each)));
        if (all || concerns || entry.concerns.length === 0) print(pbx, { type: "timeline", ...entry });
      }
    }),
  );
  return () => {
    for (const stop of stops) stop();
  };
}

async function printColumns(io: CliIo, session: LiveSession, extensions: readonly string[]): Promise<() => void> {
  const [{ isExtension }, { PbxNews }, { Columns, wideLines }, { clock, pbxText }, { makeStyle, wantsColour }] =
    await Promise.all([
      import("../live/who.ts"),
      import("../live/pbx-news.ts"),
      import("../terminal/columns.ts"),
      import("../terminal/live-view.ts"),
      import("../terminal/style.ts"),
    ]);
  const { stdout } = io;
  const { board } = session;
  const style = makeStyle(wantsColour(stdout.isTTY === true, io.env));
  const colours = [style.cyan, style.green, style.yellow];
  const paint = (text: string, column: number): string => (colours[column % colours.length] ?? style.bold)(text);
  const columns = (): InstanceType<typeof Columns> => new Columns(extensions, columnsOf(stdout));
  if (session.demo)
    printLine(stdout, `${style.yellow("RECORDING")}: these calls were recorded and are played over and over.`);
  printLine(stdout, style.bold(columns().titles()));
  const news = new PbxNews();
  const many = session.pbxs.length > 1;
  const tell = (at: number, text: string): void => {
    for (const line of wideLines(clock(at), text, columnsOf(stdout))) printLine(stdout, line);
  };
  const show = (change: Partial<LiveChange>): void => {
    for (const pbx of news.of(change.pbxs ?? [])) tell(pbx.since, pbxText(pbx));
    for (const { at, pbx, text, concerns } of change.timeline ?? []) {
      // What was missed while the link was down concerns every column.
      if (concerns.length === 0) tell(at, `${board.nameOf(pbx)}  ${text}`);
      const those = [...extensions.keys()].filter((index) =>
        concerns.some((one) => isExtension(one, extensions[index] ?? "")),
      );
      const named = many ? `${board.nameOf(pbx)}: ${text}` : text;
      if (those.length > 0) for (const line of columns().lines(clock(at), named, those, paint)) printLine(stdout, line);
    }
  };
  const { pbxs, timeline } = board.snapshot();
  show({ pbxs, timeline });
  return board.on(show);
}
