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
export interface StreamRow {
  readonly id: 1;
  readonly epoch: string;
  /** Number of the last event that was ever stored. */
  readonly head: number;
  /** Bytes of all events that were ever stored. */
  readonly bytes_so_far: number;
  /** The run of the machine during which it was written; empty where that is not known. */
  readonly boot: string;
}

/** A call that has not ended. */
export interface LiveCallRow {
  readonly id: string;
  readonly pbx: string;
  /** The engine's own `Call`. */
  readonly engine_json: string;
  /** The API's `Call`, which also knows the extensions. */
  readonly api_json: string;
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
export interface AuditRow {
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
  token: TokenRow;
  audit: AuditRow;
}

/** The database. Queries are SQL that PostgreSQL knows, too. */
export type Database = Kysely<Tables>;

/** The database within a transaction. */
export type DatabaseTransaction = Transaction<Tables>;
