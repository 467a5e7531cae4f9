import { execFile } from "node:child_process";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { sql } from "kysely";
import type { Kysely } from "kysely";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { lockFolder } from "./folder-lock.ts";
import { migrate } from "./migrate.ts";
import type { Migration } from "./migration.ts";
import { migrations } from "./migrations.ts";
import { openDatabase } from "./open-database.ts";

let folder: string;

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cordboard-storage-"));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("openDatabase", () => {
  it("makes a file that only its owner reads, in a folder that only its owner enters", async () => {
    const file = join(folder, "new", "deep", "cordboard.db");
    const database = await openDatabase(file);
    await database.insertInto("live_state").values({ pbx: "p", kind: "k", key: "", json: "{}" }).execute();
    for (const each of [file, `${file}-wal`]) expect((statSync(each).mode & 0o777).toString(8)).toBe("600");
    expect((statSync(join(folder, "new", "deep")).mode & 0o777).toString(8)).toBe("700");
    await database.destroy();
  });

  it("closes a file that was open to others, and those beside it", async () => {
    const file = join(folder, "open.db");
    await (await openDatabase(file)).destroy();
    chmodSync(file, 0o644);
    const database = await openDatabase(file);
    for (const each of [file, `${file}-wal`, `${file}-shm`])
      expect((statSync(each).mode & 0o777).toString(8)).toBe("600");
    await database.destroy();
  });

  it("may be opened for the first time by several processes at once, and all of them write", async () => {
    const file = join(folder, "shared.db");
    const script = `
      const { openDatabase } = await import(${JSON.stringify(new URL("open-database.ts", import.meta.url).href)});
      const database = await openDatabase(${JSON.stringify(file)});
      const row = { pbx: String(process.pid), kind: "k", key: "", json: "{}" };
      await database.insertInto("live_state").values(row).execute();
      await database.destroy();
    `;
    const flags = ["--conditions=@cordboard/source", "--input-type=module", "-e", script];
    const run = promisify(execFile);
    await Promise.all([1, 2, 3].map(() => run(process.execPath, flags)));
    const database = await openDatabase(file);
    expect(await database.selectFrom("live_state").select("pbx").execute()).toHaveLength(3);
    await database.destroy();
  });

  it("refuses a database of a newer version, and leaves it as it is", async () => {
    const file = join(folder, "newer.db");
    const database = await openDatabase(file);
    await (database as unknown as Kysely<{ migration: { version: number; name: string; time: number } }>)
      .insertInto("migration")
      .values({ version: migrations.length + 1, name: "of the future", time: 0 })
      .execute();
    await database.destroy();
    await expect(openDatabase(file)).rejects.toMatchObject({
      code: "STORAGE_NEWER",
      message: expect.stringContaining(file) as string,
    });
  });

  it("refuses a file that is no database, and does not touch it", async () => {
    const file = join(folder, "letter.txt");
    writeFileSync(file, "Dear Sir or Madam, ".repeat(100));
    await expect(openDatabase(file)).rejects.toMatchObject({ code: "STORAGE_INVALID" });
    expect(readFileSync(file, "utf8")).toMatch(/^Dear Sir/);
  });

  it("refuses a folder in place of a file", async () => {
    const file = join(folder, "a-folder.db");
    mkdirSync(file);
    await expect(openDatabase(file)).rejects.toMatchObject({ code: "STORAGE_UNUSABLE" });
  });

  it("refuses a file in place of the folder", async () => {
    const file = join(folder, "letter.txt", "cordboard.db");
    await expect(openDatabase(file)).rejects.toMatchObject({ code: "STORAGE_UNUSABLE" });
  });

  it("refuses a folder it may not write to", async () => {
    // Root may write everywhere but here.
    const closed = process.getuid?.() === 0 ? "/proc" : join(folder, "closed");
    if (closed !== "/proc") mkdirSync(closed, { mode: 0o500 });
    await expect(openDatabase(join(closed, "cordboard.db"))).rejects.toMatchObject({ code: "STORAGE_UNUSABLE" });
  });

  it.skipIf(!existsSync("/dev/full"))("says that a disk is full", async () => {
    await expect(openDatabase("/dev/full")).rejects.toMatchObject({
      code: expect.stringMatching(/^STORAGE_/) as string,
    });
  });

  it("says that the disk is full, also in a transaction, which SQLite has ended by itself then", async () => {
    const database = await openDatabase(join(folder, "full.db"));
    await sql`pragma cache_size = 1`.execute(database);
    await sql`pragma max_page_count = 1`.execute(database);
    const row = { pbx: "p", kind: "k", json: "x".repeat(100_000) };
    const fill = database.transaction().execute(async (trx) => {
      for (let key = 0; key < 1000; key++)
        await trx
          .insertInto("live_state")
          .values({ ...row, key: String(key) })
          .execute();
    });
    await expect(fill).rejects.toMatchObject({ code: "SQLITE_FULL" });
    expect(await database.selectFrom("live_state").selectAll().execute()).toEqual([]);
    await database.destroy();
  });

  it("rolls a transaction back that fails", async () => {
    const database = await openDatabase(":memory:");
    const attempt = database.transaction().execute(async (trx) => {
      await trx.insertInto("live_state").values({ pbx: "p", kind: "k", key: "", json: "{}" }).execute();
      throw new Error("half-way");
    });
    await expect(attempt).rejects.toThrow("half-way");
    expect(await database.selectFrom("live_state").selectAll().execute()).toEqual([]);
    await database.destroy();
  });
});

describe("migrate", () => {
  const makes = (table: string): Migration => ({
    name: table,
    up: async (db) => {
      await db.schema.createTable(table).addColumn("id", "integer").execute();
    },
  });
  const breaks: Migration = {
    name: "breaks",
    up: async (db) => {
      await db.schema.createTable("half").addColumn("id", "integer").execute();
      throw new Error("cannot");
    },
  };

  it("runs each migration once and in order, and a failed one not at all", async () => {
    const database = (await openDatabase(":memory:")) as unknown as Kysely<unknown>;
    const known = migrations.length;
    const more = [...migrations, makes("first")];
    await migrate(database, more, "here", 0);
    await expect(migrate(database, [...more, breaks], "here", 0)).rejects.toThrow("cannot");
    await migrate(database, [...more, makes("half"), makes("last")], "here", 0);
    const done = await (database as Kysely<{ migration: { version: number; name: string } }>)
      .selectFrom("migration")
      .select(["version", "name"])
      .where("version", ">", known)
      .orderBy("version")
      .execute();
    expect(done).toEqual([
      { version: known + 1, name: "first" },
      { version: known + 2, name: "half" },
      { version: known + 3, name: "last" },
    ]);
    await database.destroy();
  });

  it("uses no type and no clause that PostgreSQL does not have", async () => {
    const database = await openDatabase(":memory:");
    const tables = await database.introspection.getTables();
    const types = new Set(tables.flatMap(({ columns }) => columns.map(({ dataType }) => dataType.toLowerCase())));
    expect([...types].filter((type) => !["bigint", "integer", "text"].includes(type))).toEqual([]);
    await database.destroy();
  });
});

describe("lockFolder", () => {
  it("keeps a second server out, names the first, and lets it in when the first has ended", () => {
    const place = join(folder, "locked");
    const first = lockFolder(place);
    expect(() => lockFolder(place)).toThrow(
      expect.objectContaining({
        code: "STORAGE_IN_USE",
        message: expect.stringContaining(`process ${process.pid}`) as string,
      }),
    );
    first[Symbol.dispose]();
    lockFolder(place)[Symbol.dispose]();
  });

  it("does not keep out who only opens the database", async () => {
    const place = join(folder, "served");
    using _ = lockFolder(place);
    const database = await openDatabase(join(place, "cordboard.db"));
    await database.insertInto("live_state").values({ pbx: "p", kind: "k", key: "", json: "{}" }).execute();
    expect(await database.selectFrom("live_state").select("pbx").execute()).toHaveLength(1);
    await database.destroy();
  });

  it("does not mind a lock file that is left over", () => {
    const place = join(folder, "left");
    lockFolder(place)[Symbol.dispose]();
    expect(existsSync(join(place, "server.lock"))).toBe(true);
    lockFolder(place)[Symbol.dispose]();
  });
});

describe("a database of a process that must not wait for the disk", () => {
  it("has its log brought into its file by a thread, while it goes on being written", async () => {
    const file = join(folder, "busy.db");
    const database = await openDatabase(file, { checkpointsInThread: true });
    const size = (): number => statSync(file).size;
    const before = size();
    for (let key = 0; size() === before; key++) {
      await database
        .insertInto("live_state")
        .values({ pbx: "p", kind: "k", key: String(key), json: "x".repeat(5_000) })
        .execute();
      await new Promise((resolve) => setImmediate(resolve));
    }
    await database.destroy();
    expect(size()).toBeGreaterThan(before);
  }, 30_000);
});
