import { sql } from "kysely";
import { afterEach, describe, expect, it } from "vitest";
import type { Database } from "../storage/database.ts";
import { openDatabase } from "../storage/open-database.ts";
import { AuditLog } from "./audit-log.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(): Promise<{ audit: AuditLog; database: Database }> {
  const database = await openDatabase(":memory:");
  closers.push(() => database.destroy());
  return { audit: new AuditLog(database), database };
}

const revoked = { actor: "t1", action: "token.revoke", target: "t2", detail: { name: "CRM" } } as const;
const refuse = (event: string): string =>
  `create trigger broken before ${event} on audit begin select raise(abort, 'disk'); end`;

describe("the audit log", () => {
  it("has a record of what was begun before anything changes", async () => {
    const { audit } = await start();
    await audit.around(revoked, async () => {
      expect(await audit.read(1)).toMatchObject([{ ...revoked, result: "begun" }]);
    });
    expect(await audit.read(9)).toMatchObject([{ ...revoked, result: "ok" }]);
  });

  it("lets nothing happen that it cannot record", async () => {
    const { audit, database } = await start();
    await sql.raw(refuse("insert")).execute(database);
    let done = false;
    const act = (): Promise<void> => {
      done = true;
      return Promise.resolve();
    };
    await expect(audit.around(revoked, act)).rejects.toThrow("disk");
    expect(done).toBe(false);
  });

  it("tells who asked how it went, also where that cannot be recorded any more", async () => {
    const { audit, database } = await start();
    await sql.raw(refuse("update")).execute(database);
    expect(await audit.around(revoked, () => Promise.resolve(1))).toBe(1);
    const failure = Object.assign(new Error("no"), { code: "FORBIDDEN" });
    await expect(audit.around(revoked, () => Promise.reject(failure))).rejects.toBe(failure);
    expect(await audit.read(9)).toMatchObject([{ result: "begun" }, { result: "begun" }]);
  });

  it("forgets the oldest of an action, and nothing of the others", async () => {
    const { audit, database } = await start();
    await audit.around(revoked, () => Promise.resolve());
    await sql
      .raw(
        `with recursive n(i) as (select 1 union all select i + 1 from n where i < 100500)
         insert into audit select printf('9%014d', i), i, 't3', 'presence.set', 'hq/1111', 'ok', '{}' from n`,
      )
      .execute(database);
    const set = { ...revoked, action: "presence.set" } as const;
    const another = new AuditLog(database, () => 999_999_999_999_999);
    await another.around(set, () => Promise.resolve());
    const left = await database
      .selectFrom("audit")
      .select(({ fn }) => ["action", fn.countAll<number>().as("count")])
      .groupBy("action")
      .orderBy("action")
      .execute();
    expect(left).toEqual([
      { action: "presence.set", count: 100_000 },
      { action: "token.revoke", count: 1 },
    ]);
  });
});
