import type { TableMessage } from "./channel-fields.ts";

/** The items of the snapshot actions; what could not be asked for stays out. */
export interface TableSnapshot {
  /** CoreShowChannel items, or Status items, which tell the same. */
  readonly channels?: readonly TableMessage[];
  /** BridgeListItem items. */
  readonly bridges?: readonly TableMessage[];
  /** BridgeInfoChannel items, by BridgeUniqueid. */
  readonly bridgeChannels?: ReadonlyMap<string, readonly TableMessage[]>;
  /** QueueEntry items of QueueStatus. */
  readonly queueEntries?: readonly TableMessage[];
  /** ParkedCall items of ParkedCalls. */
  readonly parkedCalls?: readonly TableMessage[];
  /** ConfbridgeList items. */
  readonly conferenceMembers?: readonly TableMessage[];
}
