import { AriError } from "./errors.ts";
import type { StasisStart } from "./generated/events.ts";
import type { ChannelHandle } from "./handles/channel-handle.ts";

/** One call in an application: gets the channel, the arguments of `Stasis(app,args…)` and the event itself. */
export type StasisHandler = (channel: ChannelHandle, args: readonly string[], event: StasisStart) => unknown;

export interface StasisOptions {
  /**
   * What becomes of the channel when the handler throws; it would stay in Stasis, in silence, for ever. Default: it goes
   * on in the dialplan.
   */
  readonly onError?: "continue" | "hangup" | "stay";
}

/**
 * Runs one handler and cleans up after its failure. A handler that fails because its caller hung up has not failed.
 * @throws what the handler threw, if it is news.
 */
export async function runStasisHandler(
  handler: StasisHandler,
  channel: ChannelHandle,
  event: StasisStart,
  onError: NonNullable<StasisOptions["onError"]>,
): Promise<void> {
  // Listening to the end makes `channel.ended` true in time.
  const stop = channel.on("StasisEnd", () => undefined);
  try {
    await handler(channel, event.args, event);
  } catch (error) {
    if (channel.ended && error instanceof AriError && LOST_CALLER.has(error.code)) return;
    if (!channel.ended && onError !== "stay") {
      await (onError === "hangup" ? channel.hangup() : channel.continueInDialplan()).catch(() => undefined);
    }
    throw error;
  } finally {
    stop();
  }
}

const LOST_CALLER: ReadonlySet<string> = new Set([
  "ARI_RESOURCE_GONE",
  "ARI_NOT_FOUND",
  "ARI_CONFLICT",
  "ARI_INVALID_STATE",
  "ARI_PLAYBACK_FAILED",
  "ARI_RECORDING_FAILED",
]);
