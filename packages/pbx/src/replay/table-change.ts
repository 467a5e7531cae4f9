import type { BridgeRow } from "./bridge-row.ts";
import type { ChannelRow } from "./channel-row.ts";

/** Why a row went: Asterisk said so, or a snapshot after a lost link no longer has it. */
export type GoneReason = "event" | "resync";

/** One change of one row, with the row before and after it. `at` is milliseconds since 1970, as passed in. */
export type TableChange =
  | { readonly type: "channel-new"; readonly at: number; readonly after: ChannelRow }
  | {
      readonly type: "channel-changed";
      readonly at: number;
      readonly before: ChannelRow;
      readonly after: ChannelRow;
    }
  | {
      readonly type: "channel-gone";
      readonly at: number;
      readonly before: ChannelRow;
      readonly reason: GoneReason;
      /** Q.850 cause of the Hangup event. */
      readonly cause?: number;
      /** Its text: `Normal Clearing`. */
      readonly causeText?: string;
    }
  | { readonly type: "bridge-new"; readonly at: number; readonly after: BridgeRow }
  | { readonly type: "bridge-changed"; readonly at: number; readonly before: BridgeRow; readonly after: BridgeRow }
  | { readonly type: "bridge-gone"; readonly at: number; readonly before: BridgeRow; readonly reason: GoneReason };
