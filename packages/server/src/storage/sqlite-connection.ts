import BetterSqlite3 from "better-sqlite3";
import type { SqliteDatabase, SqliteStatement } from "kysely";
import { CheckpointThread } from "./checkpoint-thread.ts";

/** What a connection may be told. */
export interface ConnectionOptions {
  /** How long a statement waits for another process, in milliseconds. */
  readonly waitMs: number;
  /** Whether a thread waits for the disk: for a process that writes much and must answer quickly. */
  readonly checkpointsInThread: boolean;
}

/** A write-ahead log of so many pages (128 MiB) is too long: then the writer works it off although there is a thread for that. */
const longestLog = 32_768;

/** Statements that are kept ready; the features use fewer. */
const maxStatements = 200;

/**
 * How Kysely sees better-sqlite3: statements are prepared once, and a transaction takes the right to write at its beginning, so that two
 * processes wait for each other instead of failing half-way.
 */
export class SqliteConnection implements SqliteDatabase {
  readonly #database: BetterSqlite3.Database;
  readonly #statements = new Map<string, SqliteStatement>();

  readonly #thread: CheckpointThread | undefined;

  /** @throws SqliteError */
  constructor(file: string, { waitMs, checkpointsInThread }: ConnectionOptions) {
    this.#database = new BetterSqlite3(file, { timeout: waitMs });
    try {
      this.#database.pragma("journal_mode = WAL");
      this.#database.pragma("synchronous = NORMAL");
      this.#database.pragma("foreign_keys = ON");
      if (checkpointsInThread) this.#database.pragma(`wal_autocheckpoint = ${longestLog}`);
    } catch (error) {
      this.#database.close();
      throw error;
    }
    this.#thread = checkpointsInThread ? new CheckpointThread(file) : undefined;
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const prepared = this.#database.prepare(sql === "begin" ? "begin immediate" : sql) as unknown as SqliteStatement;
    const statement = sql === "rollback" ? this.#unlessOver(prepared) : prepared;
    if (this.#statements.size >= maxStatements) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  /** SQLite itself rolls back where the disk is full; that there is nothing left to roll back would hide why. */
  #unlessOver(rollback: SqliteStatement): SqliteStatement {
    return {
      reader: false,
      all: () => [],
      iterate: () => [].values(),
      run: (parameters) =>
        this.#database.inTransaction ? rollback.run(parameters) : { changes: 0, lastInsertRowid: 0 },
    };
  }

  close(): void {
    this.#statements.clear();
    this.#thread?.[Symbol.dispose]();
    this.#writeOut();
    this.#database.close();
  }

  /** So that what was written also outlives the machine, whoever else has the database open. */
  #writeOut(): void {
    try {
      this.#database.pragma("wal_checkpoint(FULL)");
    } catch {
      // It stays in the log.
    }
  }
}
