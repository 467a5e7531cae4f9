import type { AmiMessage } from "@cordboard/ami";
import type { BridgeRow } from "./bridge-row.ts";
import type { ChannelRow } from "./channel-row.ts";
import type { TableChange } from "./table-change.ts";
import type { TableSnapshot } from "./table-snapshot.ts";
import type { TimelineEntry } from "./timeline-entry.ts";

export interface Applied {
  readonly changes: readonly TableChange[];
  readonly timeline: readonly TimelineEntry[];
}
export declare class ChannelTable {
  get channels(): readonly ChannelRow[];
  get bridges(): readonly BridgeRow[];
  channel(uniqueid: string): ChannelRow | undefined;
  channelNamed(name: string): ChannelRow | undefined;
  bridge(uniqueid: string): BridgeRow | undefined;
  apply(message: AmiMessage, at: number): Applied;
  reconcile(snapshot: TableSnapshot, at: number): Applied;
}
