import type { ConnectionMove } from "./change.ts";
import type { Channel } from "./channel.ts";
import type { Call, CallQueue, Cause, ClearedConnection, Connection } from "./model.ts";
import type { CallNote } from "./call-notes.ts";
import { TalkLedger } from "./talk-ledger.ts";

/** Two calls have become one, by a device that was in both. */
interface Joining {
  readonly connection: Connection;
  /** Its channels. */
  readonly channels: readonly Channel[];
  readonly moves: readonly ConnectionMove[];
}

/** What a call may remember of connections that are over; older ones were told and are forgotten. */
const maxCleared = 256;

/**
 * One call while it lasts, with what was last told of it.
 *
 * Invariants: it lives as long as it has a channel; `published` holds exactly the connections that were told and not cleared;
 * `sequence` rises with the age, so that of two calls the older is known.
 */
export class CallRecord {
  readonly id: string;
  readonly sequence: number;
  readonly channels: Set<Channel> = new Set();
  /** Connections that hold this call while their channel talks in another one. */
  readonly phantoms: Map<string, Connection> = new Map();
  readonly published: Map<string, Connection> = new Map();
  /** Why connections have gone since the last word: `moved` into another call, which is told there; `misplaced`, never ours. */
  readonly gone: Map<string, Cause | "moved" | "misplaced"> = new Map();
  /** Those of them whose own device ended it. */
  readonly hungUp: Set<string> = new Set();
  readonly ledger: TalkLedger = new TalkLedger();
  notes: CallNote[] = [];
  /** Another call has become one with this; whether its maker goes or stays is not told yet. */
  joining: Joining | undefined;
  cleared: readonly ClearedConnection[] = [];
  view: Call | undefined;
  startedAt: number;
  establishedAt: number | undefined;
  dialled: string | undefined;
  queue: CallQueue | undefined;
  /** The conference room it is in, or was in last. */
  lastRoom: string | undefined;
  /** How it came out of a parking lot, until that is told. */
  unparked: "retrieved" | "timed-out" | "gave-up" | undefined;
  consults: string | undefined;
  /** Why those who were rung did not answer. */
  failure: Cause | undefined;
  /** Somebody was rung, so that a failure is his and not the caller's. */
  hasRung = false;
  lastCause: Cause = "normal";
  mergedInto: string | undefined;
  userData: Readonly<Record<string, string>> = {};
  ended = false;

  constructor(id: string, sequence: number, at: number) {
    this.id = id;
    this.sequence = sequence;
    this.startedAt = at;
  }

  /** Adds a connection to those that are over. */
  addCleared(connection: ClearedConnection): void {
    const kept = this.cleared.length >= maxCleared ? this.cleared.slice(1 - maxCleared) : this.cleared;
    this.cleared = [...kept, connection];
  }

  /** The number of the conference room it is in. */
  get room(): string | undefined {
    for (const channel of this.channels) if (channel.room !== undefined) return channel.room;
    return undefined;
  }
}
