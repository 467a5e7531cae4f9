import type { Migration } from "./migration.ts";
import { eventsMigration } from "./migrations/0001-events.ts";
import { callHistoryMigration } from "./migrations/0002-call-history.ts";
import { tokensMigration } from "./migrations/0003-tokens.ts";

/** All migrations in their order: the version of a database is how many of them it has had. */
export const migrations: readonly Migration[] = [eventsMigration, callHistoryMigration, tokensMigration];
