import { buffer } from "node:stream/consumers";
import type { CallHistoryExportQuery, CallRecord, Scope } from "@cordboard/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../storage/database.ts";
import { openDatabase } from "../storage/open-database.ts";
import { CallHistoryStore } from "./call-history-store.ts";
import { exportCallHistory } from "./export.ts";
import { formulaProof } from "./formula-proof.ts";
import { makeRecord } from "./testing/make-record.ts";

const all: Scope = { pbxs: "*", extensions: "*", verbs: ["call-history"] };
let db: Database;
beforeEach(async () => {
  db = await openDatabase(":memory:");
});
afterEach(async () => {
  await db.destroy();
});

async function insert(...records: readonly CallRecord[]): Promise<void> {
  const store = new CallHistoryStore(db);
  await db.transaction().execute(async (trx) => {
    for (const record of records) await store.insert(trx, record);
  });
}

async function exported(query: CallHistoryExportQuery, scope: Scope = all): Promise<string> {
  return (await buffer(exportCallHistory(db, query, scope))).toString("utf8");
}

/** A reader of RFC 4180 that knows nothing but that. */
function cells(csv: string, separator = ","): string[][] {
  const rows: string[][] = [[]];
  const cell = new RegExp(`("(?:[^"]|"")*"|[^"${separator}\r\n]*)(${separator}|\r\n|$)`, "gy");
  for (let match = cell.exec(csv); match !== null && match[0] !== ""; match = cell.exec(csv)) {
    const value = match[1] ?? "";
    rows.at(-1)?.push(value.startsWith('"') ? value.slice(1, -1).replaceAll('""', '"') : value);
    if (match[2] === "\r\n") rows.push([]);
  }
  expect(cell.lastIndex === 0 || cell.lastIndex === csv.length).toBe(true);
  return rows.slice(0, -1);
}

const hostile = [
  "=1+1",
  "+4930123",
  "-2",
  "@SUM(A1)",
  "\t=1",
  "\r=1",
  'a "b", c\r\nd',
  "x;=1",
  "nul\0",
  "\u202E=1",
  "＝1",
  "\u001B[2J\u0085",
];

describe("an export of the call history", () => {
  it("is a table that every reader of RFC 4180 reads back value by value, if it is raw", async () => {
    const records = hostile.map((name, index) =>
      makeRecord(`c${String(index)}`, index, [
        { number: "+49 30 1", name },
        { extension: "1002", name },
      ]),
    );
    await insert(...records);
    const csv = await exported({ format: "csv", raw: "true" });
    expect(csv.startsWith('"id","pbx"')).toBe(true);
    const [header = [], ...rows] = cells(csv);
    expect(rows).toHaveLength(hostile.length);
    const values = rows.map((row) => Object.fromEntries(header.map((name, index) => [name, row[index]])));
    expect(values.map(({ callerName }) => callerName)).toEqual(
      hostile.map((name) => name.replace("\0", "")).toReversed(),
    );
    expect(values[0]).toMatchObject({
      id: "c11",
      startedAt: "2026-11-21T12:11:00.000Z",
      callerNumber: "+49 30 1",
      talkSeconds: "2",
      queue: "",
    });
  });

  it("lets no spreadsheet calculate, begins with the mark of UTF-8, and has times and seconds it understands", async () => {
    await insert(
      ...hostile.map((name, index) =>
        makeRecord(`c${String(index)}`, index, [{ number: "+49301", name }], { talkSeconds: 2.6, queue: name }),
      ),
    );
    const csv = await exported({ format: "csv" });
    expect(csv.startsWith("\uFEFF")).toBe(true);
    const [, ...rows] = cells(csv.slice(1));
    for (const cell of rows.flat()) {
      expect(cell).not.toMatch(/^[\s\p{Cc}\p{Cf}]*[=+\-@＝]/u);
      expect(cell).not.toMatch(/\p{Cc}|\u202E/u);
    }
    expect(rows.at(-1)).toContain("2026-11-21 12:00:00");
    expect(rows.at(-1)).toContain("'+49301");
    expect(rows.at(-1)).toContain("3");
    expect(csv).not.toMatch(/[;,"]=/u);
  });

  it.each([
    ["semicolon", ";"],
    ["tab", "\t"],
  ] as const)("separates by %s", async (separator, sign) => {
    await insert(makeRecord("a", 0, [{ extension: "1000", name: "x;y\tz,w" }]));
    const [header = [], row = []] = cells(await exported({ format: "csv", raw: "true", separator }), sign);
    expect(row).toHaveLength(header.length);
    expect(row).toContain("x;y\tz,w");
  });

  it("is an array of whole records in JSON, also of none and of more than a page", async () => {
    expect(JSON.parse(await exported({ format: "json" }))).toEqual([]);
    const records = Array.from({ length: 450 }, (_, index) =>
      makeRecord(`c${String(index)}`, index, [{ extension: "1000" }]),
    );
    await insert(...records);
    expect(JSON.parse(await exported({ format: "json" }))).toEqual(records.toReversed());
    expect(JSON.parse(await exported({ format: "json", number: "1001" }))).toEqual([]);
  });

  it("has only what the token may see", async () => {
    await insert(makeRecord("a", 0, [{ extension: "1000" }]), makeRecord("b", 1, [{ extension: "1001" }]));
    expect(JSON.parse(await exported({ format: "json" }, { ...all, extensions: ["1001"] }))).toMatchObject([
      { id: "b" },
    ]);
  });

  it("reads no further from the database than it is read itself, and ends when it is destroyed", async () => {
    await insert(
      ...Array.from({ length: 1000 }, (_, index) => makeRecord(`c${String(index)}`, index, [{ extension: "1000" }])),
    );
    let queries = 0;
    const counting = db.withPlugin({
      transformQuery: ({ node }) => {
        queries++;
        return node;
      },
      transformResult: ({ result }) => Promise.resolve(result),
    });
    const stream = exportCallHistory(counting, { format: "json" }, all);
    for await (const chunk of stream) {
      expect(String(chunk)).toContain("[");
      break;
    }
    expect(queries).toBeLessThanOrEqual(2);
    expect(stream.destroyed).toBe(true);
  });

  it("fails when its token ends on the way", async () => {
    await insert(
      ...Array.from({ length: 450 }, (_, index) => makeRecord(`c${String(index)}`, index, [{ extension: "1000" }])),
    );
    const controller = new AbortController();
    const stream = exportCallHistory(db, { format: "csv" }, all, controller.signal);
    const reading = (async () => {
      for await (const _chunk of stream) controller.abort("TOKEN_ENDED");
    })();
    await expect(reading).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
  });
});

describe("a cell for spreadsheets", () => {
  it.each([
    ["Kai", "Kai"],
    ["O'Neil-Smith", "O'Neil-Smith"],
    ["kai@example.org", "kai@example.org"],
    ["+4930", "'+4930"],
    ["  =1", "  '=1"],
    ["\t=1", "'\t'=1"],
    ["\r", "'\r"],
    ["'=1", "''=1"],
    ["\u200E＝1", "\u200E'＝1"],
    ['"=1', "\"'=1"],
    ["a;=1", "a;'=1"],
    ["a\n-1", "a\n'-1"],
    ["", ""],
  ])("writes %j as %j", (text, proof) => {
    expect(formulaProof(text)).toBe(proof);
  });
});
