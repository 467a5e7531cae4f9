import type { BridgeRow } from "./bridge-row.ts";
import type { TableMessage } from "./channel-fields.ts";
import type { ChannelRow } from "./channel-row.ts";
import { reconcileRows } from "./reconcile-rows.ts";
import { RowStore } from "./row-store.ts";
import type { TableChange } from "./table-change.ts";
import { tableEventHandlers } from "./table-events.ts";
import type { TableSnapshot } from "./table-snapshot.ts";

/**
 * The channels and bridges of one PBX, from AMI events and snapshots. Pure: no I/O and no clock, the time of each
 * message is passed in, so the same input gives the same rows and changes.
 *
 * Rows are keyed by Uniqueid and BridgeUniqueid. **Only Newchannel, BridgeCreate and a snapshot bring a row to life**:
 * Asterisk sends events about a channel even after its Hangup (seen with NewCallerid and ConfbridgeLeave on 22.10.1), so an event
 * about a row that is not there is ignored, and no ghost can come of it. Nothing a peer sends makes it throw.
 */
export class ChannelTable {
  readonly #rows = new RowStore();

  /** All channels, oldest first. The array is a copy, the rows never change. */
  get channels(): readonly ChannelRow[] {
    return [...this.#rows.channels.values()];
  }

  /** All bridges, oldest first; parking lots and conferences among them, also while empty. */
  get bridges(): readonly BridgeRow[] {
    return [...this.#rows.bridges.values()];
  }

  /** The channel with that Uniqueid. */
  channel(uniqueid: string): ChannelRow | undefined {
    return this.#rows.channels.get(uniqueid);
  }

  /** The bridge with that BridgeUniqueid. */
  bridge(uniqueid: string): BridgeRow | undefined {
    return this.#rows.bridges.get(uniqueid);
  }

  /**
   * Takes in one event. Responses, list items and unknown events change nothing.
   * @param at arrival, milliseconds since 1970
   */
  apply(message: TableMessage, at: number): readonly TableChange[] {
    const handler = tableEventHandlers.get(message.name);
    // Items of lists are snapshots of their own, whatever their name: ParkedCalls answers with ParkedCall.
    const isItem = message.get("ActionID") !== undefined && message.get("Privilege") === undefined;
    if (handler === undefined || isItem) return [];
    handler(this.#rows, message, at);
    return this.#rows.commit(at);
  }

  /**
   * Makes the table equal to a snapshot; tells the net difference.
   * @param at when the snapshot was read, milliseconds since 1970
   */
  reconcile(snapshot: TableSnapshot, at: number): readonly TableChange[] {
    reconcileRows(this.#rows, snapshot, at);
    return this.#rows.commit(at);
  }
}
