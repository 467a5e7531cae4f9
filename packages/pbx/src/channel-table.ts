import type { BridgeRow } from "./bridge-row.ts";
import type { TableMessage } from "./channel-fields.ts";
import type { ChannelRow } from "./channel-row.ts";
import { reconcileRows } from "./reconcile-rows.ts";
import { RowStore } from "./row-store.ts";
import type { TableChange } from "./table-change.ts";
import { tableEventHandlers } from "./table-events.ts";
import type { TableSnapshot } from "./table-snapshot.ts";
import type { TimelineEntry } from "./timeline-entry.ts";
import { TimelineWriter } from "./timeline-writer.ts";

/** What one message, or one snapshot, did to a {@link ChannelTable}. */
export interface Applied {
  readonly changes: readonly TableChange[];
  readonly timeline: readonly TimelineEntry[];
}

/** A message that came while a snapshot was being read, with its arrival in milliseconds since 1970. */
export interface BufferedMessage {
  readonly message: TableMessage;
  readonly at: number;
}

const nothing: Applied = { changes: [], timeline: [] };

/**
 * The channels and bridges of one PBX, from AMI events and snapshots. Pure: no I/O and no clock, the time of each
 * message is passed in, so the same input gives the same rows, changes and timeline.
 *
 * Rows are keyed by Uniqueid and BridgeUniqueid. **Only Newchannel, BridgeCreate and a snapshot bring a row to life**:
 * Asterisk sends events about a channel even after its Hangup (seen with NewCallerid and ConfbridgeLeave on 22.10.1), so an event
 * about a row that is not there is ignored, and no ghost can come of it. Nothing a peer sends makes it throw.
 */
export class ChannelTable {
  readonly #rows = new RowStore();
  readonly #timeline = new TimelineWriter(this.#rows);

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

  /** The channel that has that name now. */
  channelNamed(name: string): ChannelRow | undefined {
    return this.channels.find((row) => row.name === name);
  }

  /** The bridge with that BridgeUniqueid. */
  bridge(uniqueid: string): BridgeRow | undefined {
    return this.#rows.bridges.get(uniqueid);
  }

  /**
   * Takes in one event. Responses, list items and unknown events change nothing.
   * @param at arrival, milliseconds since 1970
   */
  apply(message: TableMessage, at: number): Applied {
    if (!this.#take(message, at)) return nothing;
    return { changes: this.#rows.commit(at), timeline: this.#timeline.take() };
  }

  /**
   * Makes the table equal to a snapshot, then takes in what came while it was read; tells the net difference.
   * What no snapshot knows (who holds, when it was answered) is kept for the channels that are still there.
   * @param at when the snapshot was read, milliseconds since 1970
   */
  reconcile(snapshot: TableSnapshot, at: number, buffered: readonly BufferedMessage[] = []): Applied {
    const ends = buffered.map(({ message }) =>
      message.name === "Hangup"
        ? message.get("Uniqueid")
        : message.name === "BridgeDestroy"
          ? message.get("BridgeUniqueid")
          : undefined,
    );
    reconcileRows(this.#rows, snapshot, at, new Set(ends.filter((id) => id !== undefined)));
    this.#timeline.forgetGone();
    for (const one of buffered) this.#take(one.message, one.at);
    return { changes: this.#rows.commit(at), timeline: this.#timeline.take() };
  }

  /** False when the event is of no interest, so that nothing needs to be collected. */
  #take(message: TableMessage, at: number): boolean {
    const handler = tableEventHandlers.get(message.name);
    if (handler === undefined) return false;
    // Items of lists are snapshots of their own, whatever their name: ParkedCalls answers with ParkedCall.
    if (message.get("ActionID") !== undefined && message.get("Privilege") === undefined) return false;
    this.#timeline.before(message);
    handler(this.#rows, message, at);
    this.#timeline.after(message, at);
    return true;
  }
}

/** The events that {@link ChannelTable.apply} takes in; all others may be left unread. */
export const tableEvents: readonly string[] = [...tableEventHandlers.keys()];
