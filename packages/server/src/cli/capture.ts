import { Command } from "commander";
import { joinAddresses, onePbx } from "../config/choose-pbxs.ts";
import type { AriClient, AriClientOptions } from "@cordboard/ari";
import type { CaptureWriter } from "@cordboard/pbx";
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
      const [{ CaptureWriter, Pbx, captureFile }, { amiOptions, ariOptions }, { safeText }] = await Promise.all([
        import("@cordboard/pbx"),
        import("../config/connection-options.ts"),
        import("../terminal/safe-text.ts"),
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
      await using link = new Pbx({ id: pbx.id, ami, capture: writer });
      const refused = Promise.withResolvers<never>();
      refused.promise.catch(() => {});
      const say = (text: string): void => printLine(io.stderr, safeText(text));
      let events = 0;
      link.on("change", () => events++);
      link.on("state", ({ to, cause }) => {
        if (to === "waiting") say(`${name}: ${cause?.message ?? "the link is lost"}; trying again.`);
        if (to === "live") say(`Recording ${name} to ${file}${options.seconds === undefined ? "; Ctrl-C ends" : ""}.`);
      });
      link.start({ signal: io.signal }).catch((error: unknown) => {
        if (!io.signal.aborted) refused.reject(error);
      });
      const timeout =
        options.seconds === undefined
          ? io.signal
          : AbortSignal.any([io.signal, AbortSignal.timeout(options.seconds * 1000)]);
      const ariClient = ari === undefined ? undefined : await recordAri(ari, options.ariApp ?? "", writer);
      ariClient?.onNotice("state", ({ to, cause }) => {
        if (to === "waiting") say(`ARI of ${name}: ${cause?.message ?? "the connection is lost"}; trying again.`);
      });
      ariClient?.connect({ signal: timeout }).catch((error: unknown) => {
        if (!timeout.aborted) refused.reject(error);
      });
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

/** A client, not connected yet, whose frames are written. */
async function recordAri(options: AriClientOptions, app: string, writer: CaptureWriter): Promise<AriClient> {
  const [{ AriClient }, { captureAri }] = await Promise.all([import("@cordboard/ari"), import("@cordboard/pbx")]);
  const client = new AriClient({ ...options, apps: app, subscribeAll: true });
  captureAri(client, writer);
  return client;
}
