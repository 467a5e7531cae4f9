import type { CallHistoryPage, CallHistoryQuery, CallRecord, Scope } from "@cordboard/sdk";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { Database } from "../storage/database.ts";
import { openDatabase } from "../storage/open-database.ts";
import { searchCallHistory } from "./call-history-search.ts";
import type { SearchEffort } from "./search-filters.ts";
import { CallHistoryStore } from "./call-history-store.ts";
import { makeRecord } from "./testing/make-record.ts";
import { recordsOf } from "./testing/trace-records.ts";
import { traceNames } from "./testing/trace-calls.ts";

const all: Scope = { pbxs: "*", extensions: "*", verbs: ["call-history"] };
const kai = { extension: "1000", name: "Kai Äußerst" };
const ping = { extension: "1002", name: "Ping O'Neil 100%" };
const outside = { number: "+49 (30) 123-456", name: "ΟΔΟΣ GmbH" };

/** Ways to go about a search: they must find the same. */
const efforts: Readonly<Record<string, SearchEffort>> = {
  "by index": { fewCalls: 1000, callsAtOnce: 1000, fewTexts: 100, textsAtOnce: 1000 },
  "in order of time": { fewCalls: 0, callsAtOnce: 1000, fewTexts: 0, textsAtOnce: 1000 },
  "in small pieces": { fewCalls: 1, callsAtOnce: 1, fewTexts: 2, textsAtOnce: 1 },
};

let effort: SearchEffort;
let db: Database;
let store: CallHistoryStore;
beforeEach(async () => {
  db = await openDatabase(":memory:");
  store = new CallHistoryStore(db);
});
afterEach(async () => {
  await db.destroy();
});

async function insert(...records: readonly CallRecord[]): Promise<void> {
  await db.transaction().execute(async (trx) => {
    for (const record of records) await store.insert(trx, record);
  });
}

function page(query: CallHistoryQuery, scope: Scope = all): Promise<CallHistoryPage> {
  return searchCallHistory(db, query, scope, { effort });
}

/** Ids of the calls that a search finds. */
async function found(query: Partial<CallHistoryQuery>, scope: Scope = all): Promise<string[]> {
  const { items } = await page({ limit: 50, ...query }, scope);
  return items.map(({ id }) => id);
}

async function rowsIn(table: "call_history_party" | "call_history_number" | "call_history_name"): Promise<number> {
  const { count } = await db
    .selectFrom(table)
    .select(({ fn }) => fn.countAll<number>().as("count"))
    .executeTakeFirstOrThrow();
  return count;
}

describe.each(Object.keys(efforts))("the call history, searched %s", (way) => {
  beforeEach(() => {
    effort = efforts[way] as SearchEffort;
  });

  it("gives back each record of every recorded situation as it was", { timeout: 60_000 }, async () => {
    const records = traceNames("22").flatMap((name) =>
      recordsOf("22", name).records.map((record) => ({ ...record, id: `${name} ${record.id}` })),
    );
    await insert(...records);
    for (const record of records) expect(await store.find(record.id, all)).toEqual(record);
  });

  it("keeps a call once, however often it is stored", async () => {
    await insert(makeRecord("one", 0, [kai, ping]), makeRecord("one", 5, [ping, kai]));
    await insert(makeRecord("one", 9, [ping, kai]));
    expect(await store.find("one", all)).toMatchObject({ startedAt: "2026-11-21T12:00:00.000Z", callerNumber: "1000" });
    expect(await rowsIn("call_history_party")).toBe(2);
  });

  it("keeps nothing of a transaction that fails", async () => {
    const failing = db.transaction().execute(async (trx) => {
      await store.insert(trx, makeRecord("one", 0, [kai, ping]));
      throw new Error("disk full");
    });
    await expect(failing).rejects.toThrow("disk full");
    expect(await found({})).toEqual([]);
    expect(await rowsIn("call_history_name")).toBe(0);
  });

  it("finds by a part of any number, separators ignored", async () => {
    await insert(makeRecord("in", 0, [outside, ping]), makeRecord("inside", 1, [kai, ping]));
    expect(await found({ number: "0123 45" })).toEqual(["in"]);
    expect(await found({ number: "49-30" })).toEqual(["in"]);
    expect(await found({ number: "+49 30" })).toEqual(["in"]);
    expect(await found({ number: "004930" })).toEqual([]);
    expect(await found({ number: "100" })).toEqual(["inside", "in"]);
  });

  it("finds by numbers that were dialled or transferred to, although no device has them", async () => {
    const at = "2026-11-21T12:00:01.000Z";
    await insert(
      makeRecord("ivr", 0, [outside, ping], { dialled: "720" }),
      makeRecord("sent", 1, [kai, ping], {
        path: [
          { at, type: "transferred", to: "71003" },
          { at, type: "cleared" },
        ],
      }),
    );
    expect(await found({ number: "720" })).toEqual(["ivr"]);
    expect(await found({ number: "71003" })).toEqual(["sent"]);
  });

  it("finds by a part of any name in whatever case", async () => {
    await insert(makeRecord("a", 0, [kai, ping]), makeRecord("b", 1, [outside, ping]));
    expect(await found({ name: "ÄUSSERST" })).toEqual(["a"]);
    expect(await found({ name: "äußer" })).toEqual(["a"]);
    expect(await found({ name: "οδος" })).toEqual(["b"]);
    expect(await found({ name: "o'neil" })).toEqual(["b", "a"]);
    expect(await found({ name: "ausser" })).toEqual([]);
  });

  it("finds by extension, queue, result, PBX and time, and by all of them", async () => {
    const at = "2026-11-21T12:00:01.000Z";
    const path: CallRecord["path"] = [
      { at, type: "queued", to: "support" },
      { at, type: "queued", to: "sales" },
      { at, type: "cleared" },
    ];
    await insert(
      makeRecord("a", 0, [kai, ping]),
      makeRecord("b", 10, [outside, ping], { result: "missed", queue: "sales", path }),
      makeRecord("c", 20, [outside, kai], { pbx: "hall" }),
    );
    expect(await found({ extension: "1002" })).toEqual(["b", "a"]);
    expect(await found({ extension: "100" })).toEqual([]);
    expect(await found({ queue: "sales" })).toEqual(["b"]);
    expect(await found({ queue: "support" })).toEqual(["b"]);
    expect(await found({ result: ["missed"] })).toEqual(["b"]);
    expect(await found({ result: ["missed", "answered"] })).toEqual(["c", "b", "a"]);
    expect(await found({ result: ["missed", "busy"] })).toEqual(["b"]);
    expect(await found({ pbx: "hall" })).toEqual(["c"]);
    expect(await found({ from: "2026-11-21T12:10:00Z" })).toEqual(["c", "b"]);
    expect(await found({ to: "2026-11-21T13:10:00+01:00" })).toEqual(["a"]);
    expect(
      await found({
        extension: "1002",
        name: "gmbh",
        number: "12345",
        queue: "sales",
        result: ["missed"],
        pbx: "office",
        from: "2026-11-21T12:10:00Z",
        to: "2026-11-21T12:10:01Z",
      }),
    ).toEqual(["b"]);
  });

  it("takes wildcards, quotes and backslashes for what they are", async () => {
    await insert(
      makeRecord("a", 0, [kai, ping]),
      makeRecord("b", 1, [{ extension: "2", name: String.raw`x\_y` }, kai]),
    );
    expect(await found({ name: "%" })).toEqual(["a"]);
    expect(await found({ name: "_" })).toEqual(["b"]);
    expect(await found({ name: String.raw`\_` })).toEqual(["b"]);
    expect(await found({ name: String.raw`\%` })).toEqual([]);
    expect(await found({ name: "' or 1=1 --" })).toEqual([]);
    expect(await found({ number: "%" })).toEqual([]);
    expect(await found({ extension: "%", queue: "' or '" })).toEqual([]);
  });

  it("keeps hostile names as they are, and finds them by what can be seen", async () => {
    const names = [
      `nul\0in\0name`,
      `${"long ".repeat(60)}name`,
      "\u202Eright to left\u202C",
      "👩‍👧‍👦 family",
      `half \uD83D`,
      `"quoted", \r\n line`,
      "=cmd|'/C calc'!A0",
    ];
    await insert(
      ...names.map((name, index) => makeRecord(`n${String(index)}`, index, [{ extension: "7", name }, kai])),
    );
    for (const [index, name] of names.entries()) {
      const record = await store.find(`n${String(index)}`, all);
      expect(record?.call.cleared[0]?.name).toBe(name);
    }
    expect(await found({ name: "nulinname" })).toEqual(["n0"]);
    expect(await found({ name: "long long" })).toEqual(["n1"]);
    expect(await found({ name: "right to" })).toEqual(["n2"]);
    expect(await found({ name: "👩 family".replace(" ", "") })).toEqual([]);
    expect(await found({ name: "👦 fam" })).toEqual(["n3"]);
    expect(await found({ name: '"quoted", line' })).toEqual(["n5"]);
    expect(await found({ name: "=cmd|'/c" })).toEqual(["n6"]);
  });

  it.each(["number", "name"] as const)(
    "says that a %s of nothing but marks cannot be searched for",
    async (parameter) => {
      await expect(found({ [parameter]: " \u200E\0 " })).rejects.toMatchObject({ name: "SearchError", parameter });
    },
  );

  it("pages newest first, and calls that began together in a fixed order", async () => {
    await insert(
      ...Array.from({ length: 25 }, (_, index) => makeRecord(`c${String(index)}`, Math.floor(index / 10), [kai, ping])),
    );
    const seen: string[] = [];
    let after: string | undefined;
    do {
      const { items, next } = await page(
        { limit: 4, extension: "1000", ...(after === undefined ? {} : { after }) },
        all,
      );
      seen.push(...items.map(({ id }) => id));
      after = next;
    } while (after !== undefined);
    expect(seen).toEqual(Array.from({ length: 25 }, (_, index) => `c${String(24 - index)}`));
  });

  it("has no next page when the last one is just full", async () => {
    await insert(makeRecord("a", 0, [kai, ping]), makeRecord("b", 1, [kai, ping]));
    expect(await page({ limit: 2 })).not.toHaveProperty("next");
    expect(await page({ limit: 2, pbx: "office" }, { ...all, pbxs: ["office"] })).not.toHaveProperty("next");
  });

  it.each(["", "x", "MS4xLjE=", "' or 1=1", "MS4tMS4x", "a".repeat(200), "1.1.1", "\0"])(
    "refuses the cursor %j, which was never given out",
    async (after) => {
      await expect(found({ after })).rejects.toMatchObject({ name: "SearchError", parameter: "after" });
    },
  );

  it("shows with the cursor of another token or search only what one's own allows", async () => {
    await insert(
      makeRecord("a", 0, [kai, ping]),
      makeRecord("b", 1, [outside, ping]),
      makeRecord("c", 2, [kai, outside]),
    );
    const { next } = await page({ limit: 1, number: "1000" });
    expect(next).toBeDefined();
    const scope: Scope = { ...all, extensions: ["1002"] };
    expect(await found(next === undefined ? {} : { after: next }, scope)).toEqual(["b", "a"]);
    expect(await found(next === undefined ? {} : { after: next }, { ...scope, pbxs: ["hall"] })).toEqual([]);
  });

  it("restricts every search to the PBXs and extensions of the token", async () => {
    await insert(
      makeRecord("own", 0, [kai, ping]),
      makeRecord("others", 1, [outside, ping]),
      makeRecord("hall", 2, [kai, outside], { pbx: "hall" }),
    );
    const scope: Scope = { pbxs: ["office"], extensions: ["1000"], verbs: ["call-history"] };
    for (const query of [
      {},
      { number: "100" },
      { name: "i" },
      { extension: "1000" },
      { result: ["answered" as const] },
    ])
      expect(await found(query, scope)).toEqual(["own"]);
    expect(await found({ extension: "1002" }, scope)).toEqual(["own"]);
    expect(await found({ pbx: "hall" }, scope)).toEqual([]);
    expect(await store.find("own", scope)).toBeDefined();
    expect(await store.find("others", scope)).toBeUndefined();
    expect(await store.find("hall", scope)).toBeUndefined();
    expect(
      await found({}, { ...scope, extensions: Array.from({ length: 1000 }, (_, index) => String(index)) }),
    ).toEqual([]);
  });

  it("stops a search whose client has gone", async () => {
    await insert(...Array.from({ length: 3 }, (_, index) => makeRecord(`c${String(index)}`, index, [kai, ping])));
    const gone = AbortSignal.abort(new Error("gone"));
    await expect(searchCallHistory(db, { limit: 1 }, all, { signal: gone })).rejects.toThrow("gone");
  });

  it("forgets the oldest calls in small steps, with the numbers and names that nobody else has", async () => {
    await insert(
      ...Array.from({ length: 5 }, (_, index) => makeRecord(`old${String(index)}`, index, [kai, outside])),
      makeRecord("new", 100, [kai, ping]),
    );
    const noonAndAnHour = Date.parse("2026-11-21T13:00:00Z");
    expect(await store.prune(noonAndAnHour, 2)).toBe(2);
    expect(await found({})).toEqual(["new", "old4", "old3", "old2"]);
    expect(await store.prune(noonAndAnHour, 10)).toBe(3);
    expect(await store.prune(noonAndAnHour, 10)).toBe(0);
    expect(await found({})).toEqual(["new"]);
    expect(await found({ number: "4930" })).toEqual([]);
    expect(await rowsIn("call_history_party")).toBe(2);
    expect(await rowsIn("call_history_number")).toBe(2);
    expect(await rowsIn("call_history_name")).toBe(2);
  });
});
