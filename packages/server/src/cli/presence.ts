import { Command } from "commander";
import type { Pbx, PresenceState } from "@cordboard/pbx";
import { CordboardError } from "../errors.ts";
import { printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";
import { onePbxFor, withPbxOptions } from "./common-options.ts";
import type { PbxOptions } from "./common-options.ts";

interface PresenceOptions extends PbxOptions {
  readonly subtype?: string;
}

const HELP = `
Without a state it shows what is so now. What is left out stays as it is; ""
takes a text away. States: not_set, unavailable, available, away, xa (away for
long), chat, dnd. Setting needs "call" in write= of the AMI user.

Examples:
  cordboard presence 1111
  cordboard presence 1111 away "In the batcave"
  cordboard presence 1111 available "" --subtype ""
  cordboard presence CustomPresence:lobby dnd
`;

/** `cordboard presence WHO [STATE] [MESSAGE]`: shows or sets a presence, on the PBX itself. */
export function presenceCommand(io: CliIo): Command {
  return withPbxOptions(new Command("presence"))
    .description("show or set what somebody says of himself")
    .argument("<who>", "an extension, or CustomPresence:name")
    .argument("[state]", "the new state")
    .argument("[message]", "a text with it")
    .option("--subtype <text>", "a subtype, as some phones show it")
    .addHelpText("after", HELP)
    .action(async (who: string, state: string | undefined, message: string | undefined, options: PresenceOptions) => {
      const [{ presenceStates }, { amiOptions }, { safeJson, safeText }] = await Promise.all([
        import("@cordboard/pbx"),
        import("../config/connection-options.ts"),
        import("../terminal/safe-text.ts"),
      ]);
      if (state !== undefined && !(presenceStates as readonly string[]).includes(state)) {
        throw new CordboardError(
          "USAGE",
          `"${state}" is no state of presence; there are ${presenceStates.join(", ")}.`,
        );
      }
      const config = onePbxFor(io, options);
      await using pbx = await connectPbxOnce(config.id, amiOptions(config), io.signal);
      // An update of nothing reads.
      const shown = await pbx.setPresence(who, {
        ...(state === undefined ? {} : { state: state as PresenceState }),
        ...(message === undefined ? {} : { message }),
        ...(options.subtype === undefined ? {} : { subtype: options.subtype }),
      });
      if (options.json === true) {
        printLine(io.stdout, safeJson({ pbx: config.id, ...shown }));
        return;
      }
      const texts = [
        shown.subtype === "" ? "" : `(${shown.subtype})`,
        shown.message === "" ? "" : `"${shown.message}"`,
      ];
      printLine(io.stdout, safeText([`${who}:`, shown.state, ...texts].filter((part) => part !== "").join(" ")));
    });
}

/** A PBX whose extensions are known, or the reason why not: unlike a server, a command does not try for ever. */
async function connectPbxOnce(
  id: string,
  ami: ConstructorParameters<typeof Pbx>[0]["ami"],
  signal: AbortSignal,
): Promise<Pbx> {
  const { Pbx } = await import("@cordboard/pbx");
  const pbx = new Pbx({ id, ami, checkEveryMs: 0 });
  const failed = Promise.withResolvers<never>();
  pbx.on("error", (error) => failed.reject(error));
  failed.promise.catch(() => {});
  try {
    await Promise.race([pbx.start({ signal }), failed.promise]);
    return pbx;
  } catch (error) {
    await pbx.close();
    if (signal.aborted) {
      throw new CordboardError("INTERRUPTED", "Interrupted before the PBX answered.", { cause: error });
    }
    throw error;
  }
}
