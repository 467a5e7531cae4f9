import type { Kysely } from "kysely";
import type { Migration } from "../migration.ts";

/**
 * Calls that have ended. Numbers and names stand in tables of their own, once each: there are far fewer of them than calls, so that a part
 * of one is found by looking through all of them, and the calls by an index. The time of the call stands beside all that it is found by, so
 * that each index has its calls in their order.
 */
export const callHistoryMigration: Migration = {
  name: "call history",
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("call_history")
      .addColumn("seq", "integer", (column) => column.primaryKey())
      .addColumn("call_id", "text", (column) => column.notNull().unique())
      .addColumn("pbx", "text", (column) => column.notNull())
      .addColumn("started_at", "bigint", (column) => column.notNull())
      .addColumn("established_at", "bigint")
      .addColumn("cleared_at", "bigint", (column) => column.notNull())
      .addColumn("result", "text", (column) => column.notNull())
      .addColumn("cause", "text", (column) => column.notNull())
      .addColumn("caller_number", "text")
      .addColumn("caller_name", "text")
      .addColumn("caller_extension", "text")
      .addColumn("dialled", "text")
      .addColumn("answered_by", "text")
      .addColumn("queue", "text")
      .addColumn("merged_into", "text")
      .addColumn("ring_ms", "bigint", (column) => column.notNull())
      .addColumn("queue_ms", "bigint", (column) => column.notNull())
      .addColumn("talk_ms", "bigint", (column) => column.notNull())
      .addColumn("hold_ms", "bigint", (column) => column.notNull())
      .addColumn("details", "text", (column) => column.notNull())
      .execute();
    await index(db, "call_history", "started_at", "seq");
    await index(db, "call_history", "result", "started_at", "seq");
    await index(db, "call_history", "pbx", "started_at", "seq");
    await db.schema
      .createTable("call_history_number")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("digits", "text", (column) => column.notNull().unique())
      .execute();
    await db.schema
      .createTable("call_history_name")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("folded", "text", (column) => column.notNull().unique())
      .execute();
    await db.schema
      .createTable("call_history_party")
      .addColumn("call_seq", "integer", (column) => column.notNull().references("call_history.seq").onDelete("cascade"))
      .addColumn("started_at", "bigint", (column) => column.notNull())
      .addColumn("extension", "text")
      .addColumn("device", "text")
      .addColumn("number_id", "integer")
      .addColumn("name_id", "integer")
      .execute();
    await index(db, "call_history_party", "call_seq");
    await index(db, "call_history_party", "extension", "started_at", "call_seq");
    await index(db, "call_history_party", "number_id", "started_at", "call_seq");
    await index(db, "call_history_party", "name_id", "started_at", "call_seq");
    await db.schema
      .createTable("call_history_queue")
      .addColumn("call_seq", "integer", (column) => column.notNull().references("call_history.seq").onDelete("cascade"))
      .addColumn("started_at", "bigint", (column) => column.notNull())
      .addColumn("queue", "text", (column) => column.notNull())
      .execute();
    await index(db, "call_history_queue", "call_seq");
    await index(db, "call_history_queue", "queue", "started_at", "call_seq");
  },
};

async function index(db: Kysely<unknown>, table: string, ...columns: readonly string[]): Promise<void> {
  await db.schema
    .createIndex(`${table}_by_${columns[0] ?? ""}`)
    .on(table)
    .columns([...columns])
    .execute();
}
