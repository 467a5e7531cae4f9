import { randomBytes } from "node:crypto";
import type { Database } from "../storage/database.ts";

/** Somebody changed something, or tried to. Holds no secret. */
export interface AuditRecord {
  /** Milliseconds since 1970. */
  readonly time: number;
  /** Id of the token, or `cli` for who works on the storage folder itself. */
  readonly actor: string;
  readonly action: "token.create" | "token.revoke" | "presence.set";
  /** What it was done to: id of a token, `hq/CustomPresence:1111`. Empty for a token that was not made. */
  readonly target: string;
  /** `ok`; the code of the error; or `begun`, if server or disk failed before it was known how it went. */
  readonly result: string;
  /** More of it, as JSON: scope of a token, the presence that was asked for. */
  readonly detail: Readonly<Record<string, unknown>>;
}

/** Of each action the youngest so many are kept, so that who may do one cannot push out what became of another. */
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

  /**
   * Does something. That it is begun is stored before, so that nothing changes without a record; then how it went.
   * `targetOf` is what it was done to where that is known only afterwards.
   * @throws whatever `act` throws; an error of the database, and then nothing was done
   */
  async around<T>(
    record: Omit<AuditRecord, "time" | "result">,
    act: () => Promise<T>,
    targetOf: (value: T) => string = () => record.target,
  ): Promise<T> {
    const id = await this.#begin(record);
    try {
      const value = await act();
      await this.#end(id, "ok", targetOf(value));
      return value;
    } catch (error) {
      await this.#end(id, (error as { code?: string }).code ?? "INTERNAL", record.target);
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

  async #begin({ actor, action, target, detail }: Omit<AuditRecord, "time" | "result">): Promise<string> {
    const time = this.#now();
    const id = this.#newId(time);
    await this.#database
      .insertInto("audit")
      .values({ id, time, actor, action, target, result: "begun", detail: JSON.stringify(detail) })
      .execute();
    if (this.#written % CLEAN_EVERY === 1) await this.#clean(action);
    return id;
  }

  async #end(id: string, result: string, target: string): Promise<void> {
    try {
      await this.#database.updateTable("audit").set({ result, target }).where("id", "=", id).execute();
    } catch {
      // The record says that it was begun; who asked has to know how it went all the same.
    }
  }

  /** In the order of their letters the ids are in the order of time; the end keeps two processes apart. */
  #newId(time: number): string {
    const number = String(this.#written++ % 1_000_000).padStart(6, "0");
    return `${String(time).padStart(15, "0")}-${number}-${randomBytes(6).toString("hex")}`;
  }

  async #clean(action: AuditRecord["action"]): Promise<void> {
    const oldest = await this.#database
      .selectFrom("audit")
      .select("id")
      .where("action", "=", action)
      .orderBy("id", "desc")
      .offset(KEEP)
      .limit(1)
      .executeTakeFirst();
    if (oldest === undefined) return;
    await this.#database.deleteFrom("audit").where("action", "=", action).where("id", "<=", oldest.id).execute();
  }
}
