import { Command } from "commander";
import { joinAddresses, onePbx } from "../config/choose-pbxs.ts";
import { CordboardError } from "../errors.ts";
import { printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { numberBetween, pbxsFor, withPbxOptions } from "./common-options.ts";
import type { PbxOptions } from "./common-options.ts";
import { untilStopped } from "./until-stopped.ts";

interface CaptureOptions extends PbxOptions {
  readonly seconds?: number;
  readonly note?: string;
  readonly ariApp?: string;
}

const HELP = `
Writes every message as it crosses the link, with its time; secrets of the
login are replaced. Who called whom is in it: treat it like a call log. The
file is new and readable by you alone (0600). Ctrl-C ends; "cordboard replay
FILE" plays it.

Examples:
  cordboard capture trouble.jsonl --seconds 60 --note "transfer goes wrong"
  cordboard capture trouble.jsonl --pbx hq --ari-app cordboard-capture
  cordboard capture trouble.jsonl --ari-app cordboard-capture \\
    --pbx ami://user@host --pbx http://user@host:8088
`;

/** `cordboard capture FILE`: records a PBX's AMI (and ARI) as it is. */
export function captureCommand(io: CliIo): Command {
  return withPbxOptions(new Command("capture"))
    .description("record what a PBX says over AMI (and ARI), to look at or to replay")
    .argument("<file>", "the new file")
    .option("--seconds <number>", "end after this time (default: at Ctrl-C)", numberBetween(0.1, 31 * 24 * 3600, false))
    .option("--note <text>", "what there is to see, kept in the file")
    .option("--ari-app <name>", "record ARI's events of all resources as well, registered as this application")
    .addHelpText("after", HELP)
    .action(async (file: string, options: CaptureOptions) => {
      const [{ CaptureWriter, PbxLink, captureFile }, { amiOptions, ariOptions }] = await Promise.all([
        import("@cordboard/pbx"),
        import("../config/connection-options.ts"),
      ]);
      const { pbxs } = pbxsFor(io, options);
      const pbx = onePbx(options.ariApp === undefined ? pbxs : joinAddresses(pbxs));
      const name = pbx.name ?? pbx.id;
      const ami = amiOptions(pbx);
      const ari = options.ariApp === undefined ? undefined : ariOptions(pbx, true);
      const sink = await captureFile(file).catch((cause: unknown) => {
        const { code } = ((cause as Error).cause ?? cause) as NodeJS.ErrnoException;
        const exists = code === "EEXIST";
        throw new CordboardError(
          exists ? "FILE_EXISTS" : "FILE_UNWRITABLE",
          exists
            ? `${file} exists already; a capture never overwrites. Choose another name.`
            : `${file} cannot be written: ${(cause as Error).message}`,
          { cause },
        );
      });
      const writer = new CaptureWriter({ sink, ...(options.note === undefined ? {} : { note: options.note }) });
      await using link = new PbxLink({ id: pbx.id, ami, capture: writer });
      const refused = Promise.withResolvers<never>();
      refused.promise.catch(() => {});
      let events = 0;
      link.on("timeline", () => events++);
      link.on("state", ({ to, cause }) => {
        if (to === "waiting") printLine(io.stderr, `${name}: ${cause?.message ?? "the link is lost"}; trying again.`);
        if (to === "live")
          printLine(io.stderr, `Recording ${name} to ${file}${options.seconds === undefined ? "; Ctrl-C ends" : ""}.`);
      });
      link.start({ signal: io.signal }).catch((error: unknown) => {
        if (!io.signal.aborted) refused.reject(error);
      });
      const ariClient = ari === undefined ? undefined : await recordAri(ari, options.ariApp ?? "", writer);
      const timeout =
        options.seconds === undefined
          ? io.signal
          : AbortSignal.any([io.signal, AbortSignal.timeout(options.seconds * 1000)]);
      try {
        await untilStopped(timeout, refused.promise);
      } finally {
        await ariClient?.close();
        await link.close();
        await writer.close();
      }
      const { written, dropped } = writer;
      if (options.json === true) printLine(io.stdout, JSON.stringify({ file, written, dropped, events }));
      else
        printLine(
          io.stdout,
          `${file}: ${written} records${dropped > 0 ? `, ${dropped} left out because the disk was too slow` : ""}. Look at it: cordboard replay ${file}`,
        );
    });
}

async function recordAri(
  options: import("@cordboard/ari").AriClientOptions,
  app: string,
  writer: import("@cordboard/pbx").CaptureWriter,
): Promise<{ close(): Promise<void> }> {
  const { AriClient } = await import("@cordboard/ari");
  const client = new AriClient({ ...options, apps: app, subscribeAll: true });
  client.onFrame((frame) => writer.ari(frame.direction === "in" ? "asterisk" : "client", frame.text));
  await client.connect();
  return client;
}
