import { Command } from "commander";
import type { TableChange } from "@cordboard/pbx";
import type { LiveSession } from "../live/live-session.ts";
import type { LiveChange } from "../live/live-types.ts";
import { columnsOf, printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { collect, pbxsFor, withPbxOptions } from "./common-options.ts";
import type { PbxOptions } from "./common-options.ts";
import { connectCommand } from "./connect-command.ts";
import { untilStopped } from "./until-stopped.ts";

interface WatchOptions extends PbxOptions {
  readonly extension?: readonly string[];
}

const HELP = `
Without --pbx and without a configuration it shows recorded calls, and says
so. Ctrl-C ends. With --json, one object per line and change: channel-new,
channel-changed, channel-gone, bridge-new, bridge-changed, bridge-gone (with
the row before and after), timeline, and pbx (the state of its link).

Examples:
  cordboard watch
  cordboard watch --pbx hq --extension 1000 --extension 1002
  cordboard watch --json | jq 'select(.type == "channel-new") | .after.name'
`;

/** `cordboard watch`: live channels and bridges in the terminal. */
export function watchCommand(io: CliIo): Command {
  return withPbxOptions(new Command("watch"))
    .description("show channels and bridges live in the terminal")
    .option("--extension <number>", "a column of events for this extension; may be repeated", collect)
    .addHelpText("after", HELP)
    .action(async (options: WatchOptions) => {
      const [{ startLiveSession }, { LiveOutput }] = await Promise.all([
        import("../live/live-session.ts"),
        import("./live-output.ts"),
      ]);
      const chosen = pbxsFor(io, options);
      await using session = await startLiveSession(chosen.pbxs, connectCommand(io.env));
      const extensions = [...new Set(options.extension ?? [])];
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
  const [{ safeJson }, { ExtensionLog }] = await Promise.all([
    import("../terminal/safe-text.ts"),
    import("../live/extension-log.ts"),
  ]);
  const all = extensions.length === 0;
  const print = (pbx: string, object: object): void => {
    printLine(io.stdout, safeJson({ pbx, ...object, ...(session.demo ? { recording: true } : {}) }));
  };
  const stops = session.links.flatMap((link) => {
    const log = new ExtensionLog(extensions);
    return [
      link.on("state", ({ to, cause, retryInMs }) =>
        print(link.id, {
          type: "pbx",
          at: Date.now(),
          state: to,
          ...(cause && { cause: cause.message }),
          ...(retryInMs !== undefined && { retryInMs }),
        }),
      ),
      link.on("change", (change: TableChange) => {
        log.learn(change);
        if (all || log.concerns(change)) print(link.id, change);
      }),
      link.on("timeline", (entry) => {
        if (all || log.extensionsOf(entry).length > 0) print(link.id, { type: "timeline", ...entry });
      }),
    ];
  });
  return () => {
    for (const stop of stops) stop();
  };
}

async function printColumns(io: CliIo, session: LiveSession, extensions: readonly string[]): Promise<() => void> {
  const [
    { ExtensionLog },
    { PbxNews },
    { columnLines, columnTitles, wideLines },
    { clock, pbxText },
    { makeStyle, wantsColour },
  ] = await Promise.all([
    import("../live/extension-log.ts"),
    import("../live/pbx-news.ts"),
    import("../terminal/columns.ts"),
    import("../terminal/live-view.ts"),
    import("../terminal/style.ts"),
  ]);
  const { stdout } = io;
  const style = makeStyle(wantsColour(stdout.isTTY === true, io.env));
  const colours = [style.cyan, style.green, style.yellow];
  const width = (): number => columnsOf(stdout);
  if (session.demo)
    printLine(stdout, `${style.yellow("RECORDING")}: these calls were recorded and are played over and over.`);
  printLine(stdout, style.bold(columnTitles(extensions, width())));
  const news = new PbxNews();
  const tell = (at: number, text: string): void => {
    for (const line of wideLines(clock(at), text, width())) printLine(stdout, line);
  };
  const show = (change: Partial<LiveChange>): void => {
    for (const pbx of news.of(change.pbxs ?? [])) tell(pbx.since, pbxText(pbx));
    // What was missed while the link was down concerns every column.
    for (const entry of change.timeline ?? []) {
      if (entry.kind === "resync") tell(entry.at, `${session.board.nameOf(entry.pbx)}  ${entry.text}`);
    }
  };
  const { pbxs, timeline } = session.board.snapshot();
  show({ pbxs, timeline });
  const stops = session.links.map((link) =>
    new ExtensionLog(extensions).follow(link, ({ extension, entry }) => {
      const column = extensions.indexOf(extension);
      const colour = colours[column % colours.length] ?? style.bold;
      for (const line of columnLines(clock(entry.at), entry.text, column, extensions.length, width())) {
        printLine(stdout, colour(line));
      }
    }),
  );
  stops.push(session.board.on(show));
  return () => {
    for (const stop of stops) stop();
  };
}
