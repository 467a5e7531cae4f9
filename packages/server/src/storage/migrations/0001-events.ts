import type { Kysely } from "kysely";
import type { Migration } from "../migration.ts";

/** The log of events, and what is live. */
export const eventsMigration: Migration = {
  name: "events",
  async up(db: Kysely<unknown>): Promise<void> {
    await db.schema
      .createTable("event")
      .addColumn("seq", "bigint", (column) => column.primaryKey())
      .addColumn("time", "bigint", (column) => column.notNull())
      .addColumn("pbx", "text", (column) => column.notNull())
      .addColumn("type", "text", (column) => column.notNull())
      .addColumn("call_id", "text")
      .addColumn("bytes_so_far", "bigint", (column) => column.notNull())
      .addColumn("audience", "text", (column) => column.notNull())
      .addColumn("json", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("stream")
      .addColumn("id", "integer", (column) => column.primaryKey())
      .addColumn("epoch", "text", (column) => column.notNull())
      .addColumn("begins_after", "bigint", (column) => column.notNull())
      .addColumn("boot", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("live_call")
      .addColumn("id", "text", (column) => column.primaryKey())
      .addColumn("pbx", "text", (column) => column.notNull())
      .addColumn("engine_json", "text", (column) => column.notNull())
      .addColumn("steps_json", "text", (column) => column.notNull())
      .execute();
    await db.schema
      .createTable("live_state")
      .addColumn("pbx", "text", (column) => column.notNull())
      .addColumn("kind", "text", (column) => column.notNull())
      .addColumn("key", "text", (column) => column.notNull())
      .addColumn("json", "text", (column) => column.notNull())
      .addPrimaryKeyConstraint("live_state_key", ["pbx", "kind", "key"])
      .execute();
  },
};
