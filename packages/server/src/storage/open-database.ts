import { chmodSync, closeSync, mkdirSync, openSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { Kysely, SqliteDialect } from "kysely";
import type { Database, Tables } from "./database.ts";
import { migrate } from "./migrate.ts";
import { migrations } from "./migrations.ts";
import { SqliteConnection } from "./sqlite-connection.ts";
import { storageError } from "./storage-error.ts";

/** What a process may want of its database. */
export interface DatabaseOptions {
  /** Whether a thread of its own waits for the disk: for a server, which must not. */
  readonly checkpointsInThread?: boolean;
}

/** Milliseconds that a statement waits for another process to finish its own. */
const waitMs = 2_000;

/**
 * Opens the database and brings its tables up to date; makes file and folder (mode 0700) where there are none, and the file its owner's alone (0600). Several processes
 * may have it open. `:memory:` is one that nobody else sees. End it with `destroy()`.
 *
 * There is one connection: a transaction keeps all others waiting, so keep it short, and read long results in pages, not as a stream.
 *
 * @throws CordboardError `STORAGE_INVALID`, `STORAGE_NEWER`, `STORAGE_UNUSABLE`
 */
export async function openDatabase(file: string, options: DatabaseOptions = {}): Promise<Database> {
  try {
    if (file !== ":memory:") makeFile(file);
    const { checkpointsInThread = false } = options;
    const connection = new SqliteConnection(file, { waitMs, checkpointsInThread });
    const database = new Kysely<Tables>({ dialect: new SqliteDialect({ database: connection }) });
    try {
      await migrate(database as unknown as Kysely<unknown>, migrations, file, Date.now());
      if (file !== ":memory:") for (const each of [file, `${file}-wal`, `${file}-shm`]) closeToOthers(each);
    } catch (error) {
      await database.destroy();
      throw error;
    }
    return database;
  } catch (error) {
    throw storageError(error, file);
  }
}

/** A backup that was put back, say, may be open to all. Where the file is somebody else's, that is his affair. */
function closeToOthers(file: string): void {
  try {
    if ((statSync(file).mode & 0o077) !== 0) chmodSync(file, 0o600);
  } catch (error) {
    if (!["ENOENT", "EPERM"].includes((error as NodeJS.ErrnoException).code ?? "")) throw error;
  }
}

/** SQLite gives its other files the mode of this one. */
function makeFile(file: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  closeSync(openSync(file, "a", 0o600));
}
