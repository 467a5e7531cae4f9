import type { Database } from "../storage/database.ts";
import type { CallJournal } from "./call-journal.ts";
import type { EventLog } from "./event-log.ts";
import type { PublishedEvent } from "./published-event.ts";

/** Who gets what is published. */
export interface PublishedListener {
  /** These events are stored, and `live` is as of the last of them. */
  published(events: readonly PublishedEvent[]): void;
  /** The log was lost: cursors from before are worth nothing, and `live` has moved on without events. */
  reset(): void;
}

/** Where a publisher says what people have to know; a pino logger is one. */
export interface PublisherLogger {
  warn(facts: object, message: string): void;
  error(facts: object, message: string): void;
}

/** What a publisher works with. */
export interface PublisherOptions {
  readonly database: Database;
  readonly log: EventLog;
  readonly journal: CallJournal;
  readonly logger: PublisherLogger;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly clock?: () => number;
  /** How many events may wait for a storage that fails, before the log is given up; default 20,000. */
  readonly maxWaiting?: number;
  /** How long the storage may fail before the log is given up, in milliseconds; default 10,000. */
  readonly patienceMs?: number;
  /** So long after the directory of a PBX was read, extensions that only an earlier process knew are gone, in milliseconds; default 30,000. */
  readonly directorySettlesMs?: number;
  /** Ended calls that are kept for the history while the storage fails; default 10,000. */
  readonly maxEnded?: number;
}
