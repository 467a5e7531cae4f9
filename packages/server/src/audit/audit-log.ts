import { randomBytes } from "node:crypto";
import type { Database } from "../storage/database.ts";

/** Somebody changed something, or tried to. Holds no secret. */
export interface AuditRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Id of the token, or `cli` for who works on the storage folder itself. */
  readonly actor: string;
  readonly action: "token.create" | "token.revoke" | "presence.set";
  /** What it was done to: id of a token, `hq/CustomPresence:1111`. */
  readonly target: string;
  /** `ok`, or the code of the error. */
  readonly result: string;
  /** More of it, as JSON: scope of a token, the presence that was asked for. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** The youngest so many are kept. */
const KEEP = 100_000;
const CLEAN_EVERY = 1000;

/** Who changed what, in a table of its own: it outlives the log files, and commands that run without the server write it, too. */
export class AuditLog {
  readonly #database: Database;
  readonly #now: () => number;
  #written = 0;

  constructor(database: Database, now: () => number = Date.now) {
    this.#database = database;
    this.#now = now;
  }

  /** Stores a record. */
  async write(record: Omit<AuditRecord, "time">): Promise<void> {
    const { actor, action, target, result, detail } = record;
    const time = this.#now();
    await this.#database
      .insertInto("audit")
      .values({ id: this.#newId(time), time, actor, action, target, result, detail: JSON.stringify(detail) })
      .execute();
    if (this.#written % CLEAN_EVERY === 1) await this.#clean();
  }

  /**
   * Does something and stores that it was done, or with which code it failed.
   * @throws whatever `act` throws
   */
  async around<T>(record: Omit<AuditRecord, "time" | "result">, act: () => Promise<T>): Promise<T> {
    try {
      const value = await act();
      await this.write({ ...record, result: "ok" });
      return value;
    } catch (error) {
      await this.write({ ...record, result: (error as { code?: string }).code ?? "INTERNAL" });
      throw error;
    }
  }

  /** The youngest records, youngest first; `limit` of them. */
  async read(limit: number): Promise<AuditRecord[]> {
    const rows = await this.#database.selectFrom("audit").selectAll().orderBy("id", "desc").limit(limit).execute();
    return rows.map(({ time, actor, action, target, result, detail }) => ({
      time,
      actor,
      target,
      result,
      action: action as AuditRecord["action"],
      detail: JSON.parse(detail) as Record<string, unknown>,
    }));
  }

  /** In the order of their letters the ids are in the order of time; the end keeps two processes apart. */
  #newId(time: number): string {
    const number = String(this.#written++ % 1_000_000).padStart(6, "0");
    return `${String(time).padStart(15, "0")}-${number}-${randomBytes(6).toString("hex")}`;
  }

  async #clean(): Promise<void> {
    const oldest = await this.#database
      .selectFrom("audit")
      .select("id")
      .orderBy("id", "desc")
      .offset(KEEP)
      .limit(1)
      .executeTakeFirst();
    if (oldest !== undefined) await this.#database.deleteFrom("audit").where("id", "<=", oldest.id).execute();
  }
}
