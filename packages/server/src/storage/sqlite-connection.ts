import BetterSqlite3 from "better-sqlite3";
import type { SqliteDatabase, SqliteStatement } from "kysely";

/** Statements that are kept ready; the features use fewer. */
const maxStatements = 200;

/**
 * How Kysely sees better-sqlite3: statements are prepared once, and a transaction takes the right to write at its beginning, so that two
 * processes wait for each other instead of failing half-way.
 */
export class SqliteConnection implements SqliteDatabase {
  readonly #database: BetterSqlite3.Database;
  readonly #statements = new Map<string, SqliteStatement>();

  /** `waitMs`: how long a statement waits for another process. @throws SqliteError */
  constructor(file: string, waitMs: number) {
    this.#database = new BetterSqlite3(file, { timeout: waitMs });
    try {
      this.#database.pragma("journal_mode = WAL");
      this.#database.pragma("synchronous = NORMAL");
      this.#database.pragma("foreign_keys = ON");
    } catch (error) {
      this.#database.close();
      throw error;
    }
  }

  prepare(sql: string): SqliteStatement {
    const known = this.#statements.get(sql);
    if (known !== undefined) return known;
    const statement = this.#database.prepare(sql === "begin" ? "begin immediate" : sql) as unknown as SqliteStatement;
    if (this.#statements.size >= maxStatements) this.#statements.clear();
    this.#statements.set(sql, statement);
    return statement;
  }

  close(): void {
    this.#statements.clear();
    this.#database.close();
  }
}
