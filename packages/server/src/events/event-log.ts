import type { GapMessage, StreamEvent } from "@cordboard/sdk";
import type { Database, DatabaseTransaction, EventRow } from "../storage/database.ts";
import type { Audience } from "./audience.ts";
import { formatCursor, parseCursor } from "./cursor.ts";
import { PublishedEvent } from "./published-event.ts";

/** What a log needs besides the database. */
export interface EventLogOptions {
  /** Makes names of epochs, each another: lower-case letters and digits, at most 40. */
  readonly newEpoch: () => string;
  /** Names this run of the machine; undefined where that is not known. */
  readonly boot: string | undefined;
}

/** How much of the log is kept. */
export interface Retention {
  /** Events older than this many milliseconds go. */
  readonly keepMs: number;
  /** Of about this many bytes at most. */
  readonly keepBytes: number;
}

/** Where a client goes on: behind an event, or not at all. */
export type Place = { readonly seq: number } | { readonly gap: GapMessage["reason"] };

/** Events that one step of pruning takes away: as many as cost a few milliseconds. */
const pruneStep = 500;
/** Bytes that a row takes beside its texts, roughly. */
const rowBytes = 100;

/**
 * The stored events, numbered without a hole from `first` to `head`.
 *
 * Invariants: a number is given once in an epoch; what clients have seen is in the log, or the epoch is another.
 */
export class EventLog {
  readonly #database: Database;
  readonly #options: EventLogOptions;
  #epoch = "";
  #head = 0;
  #first = 1;
  #bytesSoFar = 0;

  private constructor(database: Database, options: EventLogOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** Takes up the log of a database, or begins one. `wasLost` tells that the machine went down and may have taken the newest events along. */
  static async open(
    database: Database,
    options: EventLogOptions,
  ): Promise<{ readonly log: EventLog; readonly wasLost: boolean }> {
    const log = new EventLog(database, options);
    const row = await database.selectFrom("stream").selectAll().executeTakeFirst();
    const { boot = "" } = options;
    // SQLite in this mode survives the end of a process, but not that of the machine, with every commit.
    const wasLost = row !== undefined && row.boot !== "" && boot !== "" && row.boot !== boot;
    if (row === undefined || wasLost) {
      const last = await log.#lastRow();
      log.restart(last?.seq ?? row?.begins_after ?? 0);
      await database.transaction().execute((trx) => log.writeRestart(trx));
      return { log, wasLost };
    }
    const last = await log.#lastRow();
    const first = await database.selectFrom("event").select("seq").orderBy("seq").limit(1).executeTakeFirst();
    log.#epoch = row.epoch;
    log.#head = last?.seq ?? row.begins_after;
    log.#first = first?.seq ?? log.#head + 1;
    log.#bytesSoFar = last?.bytes_so_far ?? 0;
    await database.updateTable("stream").set({ boot }).execute();
    return { log, wasLost };
  }

  /** Changes only when the log was lost. */
  get epoch(): string {
    return this.#epoch;
  }

  /** Number of the newest event; 0 if there never was one. */
  get head(): number {
    return this.#head;
  }

  /** Number of the oldest event that is kept; `head + 1` if there is none. */
  get first(): number {
    return this.#first;
  }

  /** Where somebody goes on who gives this cursor. It may be anything: it comes from a client. */
  placeOf(text: string): Place {
    const cursor = parseCursor(text);
    if (cursor === undefined) return { gap: "unknown" };
    if (cursor.epoch !== this.#epoch) return { gap: "other-epoch" };
    if (cursor.seq > this.#head) return { gap: "unknown" };
    return cursor.seq < this.#first - 1 ? { gap: "too-old" } : { seq: cursor.seq };
  }

  /** Up to `limit` events behind `after` and up to `upTo`, in order; undefined if some of them are not kept any more. */
  async read(after: number, upTo: number, limit: number): Promise<readonly PublishedEvent[] | undefined> {
    const epoch = this.#epoch;
    const rows = await this.#database
      .selectFrom("event")
      .select(["seq", "pbx", "type", "audience", "json"])
      .where("seq", ">", after)
      .where("seq", "<=", upTo)
      .orderBy("seq")
      .limit(limit)
      .execute();
    if (epoch !== this.#epoch || (after < upTo && rows[0]?.seq !== after + 1)) return undefined;
    return rows.map((row) => {
      const cursor = formatCursor(epoch, row.seq);
      const facts = { seq: row.seq, cursor, pbx: row.pbx, type: row.type as StreamEvent["type"] };
      return new PublishedEvent(facts, JSON.parse(row.audience) as Audience, row.json);
    });
  }

  /** Writes events, which must be the next ones. They count only once {@link EventLog.passed} is told. */
  async append(trx: DatabaseTransaction, events: readonly PublishedEvent[]): Promise<void> {
    let bytes = this.#bytesSoFar;
    for (const published of events) {
      const { event, json, seq, pbx, type, audienceJson } = published;
      bytes += sizeOf(published);
      const row: EventRow = {
        seq,
        time: Date.parse(event.time),
        pbx,
        type,
        call_id: "call" in event ? event.call.id : null,
        bytes_so_far: bytes,
        audience: audienceJson,
        json,
      };
      await trx.insertInto("event").values(row).execute();
    }
  }

  /** These events are committed. */
  passed(events: readonly PublishedEvent[]): void {
    for (const event of events) {
      this.#bytesSoFar += sizeOf(event);
      this.#head = event.seq;
    }
  }

  /** The log is lost: it begins anew behind `head`, in another epoch. */
  restart(head: number): void {
    this.#epoch = this.#options.newEpoch();
    this.skipTo(head);
  }

  /** Events up to `head` were told but cannot be stored. */
  skipTo(head: number): void {
    this.#head = head;
    this.#first = head + 1;
    this.#bytesSoFar = 0;
  }

  /** Makes the stored log as empty as this one. */
  async writeRestart(trx: DatabaseTransaction): Promise<void> {
    await trx.deleteFrom("event").execute();
    await trx.deleteFrom("stream").execute();
    const { boot = "" } = this.#options;
    await trx.insertInto("stream").values({ id: 1, epoch: this.#epoch, begins_after: this.#head, boot }).execute();
  }

  /**
   * Takes away a few of the oldest events, if they are too old or too many; the newest stays. `now`: milliseconds since 1970.
   * @returns true if there may be more to take
   */
  async prune(retention: Retention, now: number): Promise<boolean> {
    const last = Math.min(this.#first + pruneStep - 1, this.#head - 1);
    if (last < this.#first) return false;
    const { seq } = await this.#database
      .selectFrom("event")
      .select((select) => select.fn.max("seq").as("seq"))
      .where("seq", "<=", last)
      .where((where) =>
        where("time", "<", now - retention.keepMs).or(
          where("bytes_so_far", "<", Math.floor(this.#bytesSoFar - retention.keepBytes)),
        ),
      )
      .executeTakeFirstOrThrow();
    if (seq === null) return false;
    // Who reads a page meanwhile finds that it begins too late.
    this.#first = seq + 1;
    await this.#database.deleteFrom("event").where("seq", "<=", seq).execute();
    return seq === last;
  }

  /** Remembers that nothing of it can get lost any more. */
  async close(): Promise<void> {
    await this.#database.updateTable("stream").set({ boot: "" }).execute();
  }

  #lastRow(): Promise<Pick<EventRow, "seq" | "bytes_so_far"> | undefined> {
    return this.#database
      .selectFrom("event")
      .select(["seq", "bytes_so_far"])
      .orderBy("seq", "desc")
      .limit(1)
      .executeTakeFirst();
  }
}

function sizeOf({ json, audienceJson }: PublishedEvent): number {
  return json.length + audienceJson.length + rowBytes;
}
