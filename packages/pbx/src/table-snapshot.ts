import type { AmiMessage } from "@cordboard/ami";

/** The items of the snapshot actions; what could not be asked for stays out. */
export interface TableSnapshot {
  /** CoreShowChannel items. */
  readonly channels?: readonly AmiMessage[];
  /** BridgeListItem items. */
  readonly bridges?: readonly AmiMessage[];
  /** BridgeInfoChannel items, by BridgeUniqueid. */
  readonly bridgeChannels?: ReadonlyMap<string, readonly AmiMessage[]>;
  /** QueueEntry items of QueueStatus. */
  readonly queueEntries?: readonly AmiMessage[];
  /** ParkedCall items of ParkedCalls. */
  readonly parkedCalls?: readonly AmiMessage[];
  /** ConfbridgeList items. */
  readonly conferenceMembers?: readonly AmiMessage[];
}
