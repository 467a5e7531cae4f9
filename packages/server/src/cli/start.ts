import { Command } from "commander";
import type { NewToken } from "@cordboard/sdk";
import { columnsOf, printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import type { Logger } from "pino";
import type { PbxConfig } from "../config/schema.ts";
import type { PoolEntry } from "../pbxs/pbx-pool.ts";
import type { RunningServer } from "../server.ts";
import { numberBetween, pbxsFor, withPbxOptions } from "./common-options.ts";
import type { PbxOptions } from "./common-options.ts";
import { connectCommand } from "./connect-command.ts";
import { untilStopped } from "./until-stopped.ts";

const STDERR = 2;

/** The demo holds recorded calls alone, so its token may see all of them. */
const DEMO_TOKEN: NewToken = { name: "demo", scope: { pbxs: "*", extensions: "*", verbs: ["read", "call-history"] } };

interface StartOptions extends PbxOptions {
  readonly listen?: string;
  readonly port?: number;
  readonly page: boolean;
}

const HELP = `
Without a PBX it plays recorded calls, and says so. A PBX that cannot be
reached is tried again for ever. The page is for this machine alone unless
--listen says otherwise; then it asks for a token, which is printed. The API
asks for a token of its own everywhere: "cordboard token create". It can be
tried at /docs.

Where it runs without a terminal, SIGHUP has it read the configuration anew:
PBXs are added, removed and connected anew, and nothing else is disturbed.

Examples:
  cordboard start
  AMI_SECRET=… cordboard start --pbx ami://cordboard@pbx.example.com
  cordboard start --config /etc/cordboard.yaml --listen 0.0.0.0
`;

/** `cordboard start`: the server, and the live view in the terminal. */
export function startCommand(io: CliIo): Command {
  return withPbxOptions(new Command("start"))
    .description("the server: API, call history, and live calls on a page; without a PBX, a demo")
    .option("--listen <address>", "address to serve page and API on (default: http.address, or 127.0.0.1)")
    .option(
      "--port <number>",
      "port of page and API (default: http.port, or the next free one from 8000)",
      numberBetween(0, 65_535),
    )
    .option("--no-page", "open no port: the terminal alone")
    .addHelpText("after", HELP)
    .action(async (options: StartOptions) => {
      const [{ startServer }, { startDemo }, { amiOptions }, { openLog }, { LiveBoard }, { LiveOutput }] =
        await Promise.all([
          import("../server.ts"),
          import("../demo/start-demo.ts"),
          import("../config/connection-options.ts"),
          import("../http/log.ts"),
          import("../live/live-board.ts"),
          import("./live-output.ts"),
        ]);
      const { pbxs, server: config, storageFolder } = pbxsFor(io, options);
      const entriesOf = (list: readonly PbxConfig[]): PoolEntry[] =>
        list.map((pbx) => ({ id: pbx.id, name: pbx.name ?? pbx.id, ami: amiOptions(pbx) }));
      const connect = connectCommand(io.env);
      await using demo = pbxs.length === 0 ? await startDemo() : undefined;
      const board = new LiveBoard(demo === undefined ? {} : { connect });
      demo?.onRecording((label) => board.showRecording(label));
      // On a terminal the view says what happens, and lines of a log would break it.
      const log = openLog(io.stderr.isTTY === true ? "silent" : config.log.level, STDERR);
      try {
        await using server = await startServer({
          pbxs: demo?.pbxs ?? entriesOf(pbxs),
          config,
          storageFolder: demo?.storageFolder ?? storageFolder,
          listen: options.page
            ? { address: options.listen ?? config.http.address, port: options.port ?? config.http.port }
            : undefined,
          board,
          log: log.logger,
        });
        // A terminal that is closed sends the same signal and means the end.
        using reloading = new DisposableStack();
        if (demo === undefined && io.stdout.isTTY !== true)
          reloading.defer(
            io.onReload(() => void reload(server, () => entriesOf(pbxsFor(io, options).pbxs), log.logger)),
          );
        const token = demo === undefined ? undefined : (await server.tokens.create(DEMO_TOKEN)).secret;
        const output = new LiveOutput(
          io,
          { board, demo: demo !== undefined },
          {
            json: options.json === true,
            page: server.pageUrl,
            api: server.apiUrl === undefined ? undefined : { url: server.apiUrl, token },
            hint: demo === undefined ? "Ctrl-C ends" : `Your own PBX: ${connect}`,
          },
        );
        try {
          await untilStopped(io.signal, server.refused);
        } finally {
          output.close();
          board.close();
        }
      } finally {
        log.flush();
      }
      if (options.json !== true && columnsOf(io.stdout) > 0) printLine(io.stdout, "Stopped.");
    });
}

/** Takes the PBXs that the configuration names now; with one that is wrong, all stays as it is. */
async function reload(server: RunningServer, read: () => PoolEntry[], log: Logger): Promise<void> {
  try {
    await server.usePbxs(read());
  } catch (error) {
    log.error({ reason: (error as Error).message }, "the configuration could not be read anew; all stays as it is");
  }
}
