import type { Kysely, Transaction } from "kysely";

/** One numbered event. Numbers of 64 bits: PostgreSQL's `bigint`. */
export interface EventRow {
  readonly seq: number;
  /** Milliseconds since 1970. */
  readonly time: number;
  readonly pbx: string;
  readonly type: string;
  /** Of an event of a call; else null. */
  readonly call_id: string | null;
  /** Whom it concerns: an `Audience`. */
  readonly audience: string;
  /** The event as it crosses the API. */
  readonly json: string;
  /** Bytes of the log from its beginning to the end of this event. */
  readonly bytes_so_far: number;
}

/** The log itself: one row. */
interface StreamRow {
  readonly id: 1;
  readonly epoch: string;
  /** The first event of the epoch has the number behind this one. */
  readonly begins_after: number;
  /** The run of the machine during which it is written; empty when it was closed in order, or where that is not known. */
  readonly boot: string;
}

/** A call that has not ended. */
export interface LiveCallRow {
  readonly id: string;
  readonly pbx: string;
  /** The engine's own `Call`. */
  readonly engine_json: string;
  /** `CallStep[]`: its way so far. */
  readonly steps_json: string;
}

/** Anything else there is now: a queue, an extension… as the API tells it. */
export interface LiveStateRow {
  readonly pbx: string;
  /** Type of the event that told of it. */
  readonly kind: string;
  readonly key: string;
  readonly json: string;
}

/** A call that has ended. Times in milliseconds since 1970. */
export interface CallHistoryRow {
  readonly seq: number;
  readonly call_id: string;
  readonly pbx: string;
  readonly started_at: number;
  readonly established_at: number | null;
  readonly cleared_at: number;
  readonly result: string;
  readonly cause: string;
  readonly caller_number: string | null;
  readonly caller_name: string | null;
  readonly caller_extension: string | null;
  readonly dialled: string | null;
  readonly answered_by: string | null;
  readonly queue: string | null;
  readonly merged_into: string | null;
  readonly ring_ms: number;
  readonly queue_ms: number;
  readonly talk_ms: number;
  readonly hold_ms: number;
  /** `path` and `call` of its `CallRecord`. */
  readonly details: string;
}

/** A number that occurs in the call history, without separators. */
interface CallHistoryNumberRow {
  readonly id: number;
  readonly digits: string;
}

/** A name that occurs in the call history, case-folded. */
interface CallHistoryNameRow {
  readonly id: number;
  readonly folded: string;
}

/** Who took part in a call that has ended, or was rung, or dialled. */
export interface CallHistoryPartyRow {
  readonly call_seq: number;
  /** Of the call. */
  readonly started_at: number;
  readonly extension: string | null;
  readonly device: string | null;
  readonly number_id: number | null;
  readonly name_id: number | null;
}

/** A queue in which an ended call has waited. */
interface CallHistoryQueueRow {
  readonly call_seq: number;
  /** Of the call. */
  readonly started_at: number;
  readonly queue: string;
}

/** A token; times in milliseconds since 1970. */
export interface TokenRow {
  readonly id: string;
  readonly name: string;
  /** SHA-256 of the secret. */
  readonly hash: string;
  /** A `Scope`. */
  readonly scope: string;
  readonly created_at: number;
  readonly expires_at: number | null;
  readonly last_used_at: number | null;
}

/** Somebody changed something. */
interface AuditRow {
  /** In the order of time. */
  readonly id: string;
  readonly time: number;
  readonly actor: string;
  readonly action: string;
  readonly target: string;
  readonly result: string;
  readonly detail: string;
}

/** All tables. Each is made by a migration of the feature that it belongs to. */
export interface Tables {
  event: EventRow;
  stream: StreamRow;
  live_call: LiveCallRow;
  live_state: LiveStateRow;
  call_history: CallHistoryRow;
  call_history_number: CallHistoryNumberRow;
  call_history_name: CallHistoryNameRow;
  call_history_party: CallHistoryPartyRow;
  call_history_queue: CallHistoryQueueRow;
  token: TokenRow;
  audit: AuditRow;
}

/** The database. Queries are SQL that PostgreSQL knows, too. */
export type Database = Kysely<Tables>;

/** The database within a transaction. */
export type DatabaseTransaction = Transaction<Tables>;
