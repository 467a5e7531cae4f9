import { Command } from "commander";
import { columnsOf, printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { numberBetween, pbxsFor, withPbxOptions } from "./common-options.ts";
import type { PbxOptions } from "./common-options.ts";
import { connectCommand } from "./connect-command.ts";
import { untilStopped } from "./until-stopped.ts";

interface StartOptions extends PbxOptions {
  readonly listen?: string;
  readonly port?: number;
  readonly page: boolean;
}

const HELP = `
Without a PBX it plays recorded calls, and says so. A PBX that cannot be
reached is tried again for ever. The page is for this machine alone unless
--listen says otherwise; then it asks for a token, which is printed.

Examples:
  cordboard start
  AMI_SECRET=… cordboard start --pbx ami://cordboard@pbx.example.com
  cordboard start --config /etc/cordboard.yaml --listen 0.0.0.0
`;

/** `cordboard start`: the live page, and the live view in the terminal. */
export function startCommand(io: CliIo): Command {
  return withPbxOptions(new Command("start"))
    .description("show live calls, in the terminal and on a page; without a PBX, a demo")
    .option("--listen <address>", "address to serve the page on (default: http.address, or 127.0.0.1)")
    .option(
      "--port <number>",
      "port of the page (default: http.port, or the next free one from 8000)",
      numberBetween(0, 65_535),
    )
    .option("--no-page", "the terminal alone, no page")
    .addHelpText("after", HELP)
    .action(async (options: StartOptions) => {
      const [{ startLiveSession }, { startLiveServer }, { LiveOutput }] = await Promise.all([
        import("../live/live-session.ts"),
        import("../live/live-server.ts"),
        import("./live-output.ts"),
      ]);
      const chosen = pbxsFor(io, options);
      await using session = await startLiveSession(chosen.pbxs, connectCommand(io.env));
      const server = options.page
        ? await startLiveServer({
            ...chosen.server.http,
            board: session.board,
            address: options.listen ?? chosen.server.http.address,
            port: options.port ?? chosen.server.http.port,
          })
        : undefined;
      const output = new LiveOutput(io, session, {
        json: options.json === true,
        page: server?.url,
        hint: session.demo ? `Your own PBX: ${connectCommand(io.env)}` : "Ctrl-C ends",
      });
      try {
        await untilStopped(io.signal, session.refused);
      } finally {
        output.close();
        await server?.close();
      }
      if (options.json !== true && columnsOf(io.stdout) > 0) printLine(io.stdout, "Stopped.");
    });
}
