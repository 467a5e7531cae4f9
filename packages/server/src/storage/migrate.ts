import type { Kysely } from "kysely";
import { CordboardError } from "../errors.ts";
import type { Migration } from "./migration.ts";

interface MigrationTable {
  migration: { readonly version: number; readonly name: string; readonly time: number };
}

/**
 * Brings a database to the version of these migrations; several processes may do so at once. `place` names it in errors.
 * @throws CordboardError `STORAGE_NEWER`
 */
export async function migrate(
  database: Kysely<unknown>,
  migrations: readonly Migration[],
  place: string,
  now: number,
): Promise<void> {
  const db = database as Kysely<MigrationTable>;
  await db.schema
    .createTable("migration")
    .ifNotExists()
    .addColumn("version", "integer", (column) => column.primaryKey())
    .addColumn("name", "text", (column) => column.notNull())
    .addColumn("time", "bigint", (column) => column.notNull())
    .execute();
  let done = await versionOf(db);
  if (done > migrations.length) {
    throw new CordboardError(
      "STORAGE_NEWER",
      `${place} was written by a newer Cordboard (its tables have version ${done}, this one knows ${migrations.length}). Install the newer one again, or put a backup in its place.`,
    );
  }
  while (done < migrations.length) {
    done = await db.transaction().execute(async (trx) => {
      // Another process may have been faster.
      const version = await versionOf(trx);
      const migration = migrations[version];
      if (migration === undefined) return version;
      await migration.up(trx as unknown as Kysely<unknown>);
      await trx
        .insertInto("migration")
        .values({ version: version + 1, name: migration.name, time: now })
        .execute();
      return version + 1;
    });
  }
}

async function versionOf(db: Kysely<MigrationTable>): Promise<number> {
  const row = await db
    .selectFrom("migration")
    .select((select) => select.fn.max("version").as("version"))
    .executeTakeFirst();
  return row?.version ?? 0;
}
