// A history of a million calls: how fast it is written, how large it gets, and how long each kind of search takes.
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { CallHistoryQuery, CallRecord, Scope } from "@cordboard/sdk";
import { sql } from "kysely";
import { searchCallHistory } from "../src/call-history/call-history-search.ts";
import { CallHistoryStore } from "../src/call-history/call-history-store.ts";
import { exportCallHistory } from "../src/call-history/export.ts";
import { openDatabase } from "../src/storage/open-database.ts";
import type { Database } from "../src/storage/database.ts";

const calls = Number(process.env["CALLS"] ?? 1_000_000);
/** So many are written one by one; the others are copies of them, later in time. */
const writtenCalls = Math.min(calls, 50_000);
const callsPerTransaction = 100;
const rounds = 100;
/** Of the house, and of the world outside. */
const [extensions, outsiders, queues] = [1000, 50_000, 20];
const firstCall = Date.parse("2025-11-21T00:00:00Z");
const betweenCalls = 31_000;
const all: Scope = { pbxs: "*", extensions: "*", verbs: ["call-history"] };

type Report = (line: string) => void;

/** Fills a history of a million calls, then searches, exports and forgets; prints, and asserts nothing. `CALLS` sets another number. */
export async function soak(report: Report): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "cordboard-history-"));
  const file = join(folder, "cordboard.db");
  const db = await openDatabase(file);
  try {
    const store = new CallHistoryStore(db);
    await write(db, store, file, report);
    for (const [what, query, scope] of searches()) await measure(db, what, query, scope, report);
    await exportAll(db, report);
    await forget(store, report);
  } finally {
    await db.destroy();
    rmSync(folder, { recursive: true });
  }
}

async function write(db: Database, store: CallHistoryStore, file: string, report: Report): Promise<void> {
  const [started, cpu] = [performance.now(), process.cpuUsage()];
  for (let from = 0; from < writtenCalls; from += callsPerTransaction)
    await db.transaction().execute(async (trx) => {
      for (let index = from; index < from + callsPerTransaction; index++) await store.insert(trx, callOf(index));
    });
  const seconds = (performance.now() - started) / 1000;
  const { system, user } = process.cpuUsage(cpu);
  const each = (system + user) / writtenCalls / 1000;
  report(`${writtenCalls} calls written, ${callsPerTransaction} a transaction, in ${seconds.toFixed(0)} s`);
  report(`${each.toFixed(2)} ms of a core for each`);
  for (let copied = writtenCalls; copied < calls; copied += writtenCalls) await copy(db, copied);
  await sql`pragma wal_checkpoint(truncate)`.execute(db);
  const bytes = statSync(file).size;
  report(`${calls} calls: ${(bytes / 1e6).toFixed(0)} MB on disk, ${(bytes / calls).toFixed(0)} bytes each`);
}

/** The written calls once more, so many places later. */
async function copy(db: Database, places: number): Promise<void> {
  const shift = places * betweenCalls;
  await db.transaction().execute(async (trx) => {
    await sql`insert into call_history
      select seq + ${places}, call_id || ${`-${places}`}, pbx, started_at + ${shift}, established_at + ${shift}, cleared_at + ${shift},
        result, cause, caller_number, caller_name, caller_extension, dialled, answered_by, queue, merged_into,
        ring_ms, queue_ms, talk_ms, hold_ms, details
      from call_history where seq <= ${writtenCalls}`.execute(trx);
    await sql`insert into call_history_party select call_seq + ${places}, started_at + ${shift}, extension, device, number_id, name_id
      from call_history_party where call_seq <= ${writtenCalls}`.execute(trx);
    await sql`insert into call_history_queue select call_seq + ${places}, started_at + ${shift}, queue
      from call_history_queue where call_seq <= ${writtenCalls}`.execute(trx);
  });
}

/** A number that looks like chance, and is the same in every run. */
function chance(seed: number, below: number): number {
  const mixed = Math.imul(seed ^ (seed >>> 15), 0x2c1b3c6d) ^ Math.imul(seed ^ (seed >>> 12), 0x297a2d39);
  return ((mixed ^ (mixed >>> 13)) >>> 0) % below;
}

const syllables = [
  "an",
  "ber",
  "chi",
  "dor",
  "eck",
  "fin",
  "gru",
  "hol",
  "ina",
  "jo",
  "kel",
  "lud",
  "mar",
  "nor",
  "ott",
];

function nameOf(seed: number): string {
  const part = (round: number): string => syllables[chance(seed * 31 + round, syllables.length)] ?? "";
  return `${part(1)}${part(2)} ${part(3)}${part(4)}${part(5)}`;
}

/** Somebody outside calls the house, half of the time through a queue; few of those outside call often. */
function callOf(index: number): CallRecord {
  const outsider = Math.floor((chance(index, outsiders) * chance(index + 7, outsiders)) / outsiders);
  const extension = String(1000 + chance(index + 1, extensions));
  const startedAt = new Date(firstCall + index * betweenCalls).toISOString();
  const answeredAt = new Date(firstCall + index * betweenCalls + 9000).toISOString();
  const clearedAt = new Date(firstCall + index * betweenCalls + 120_000).toISOString();
  const [callerNumber, callerName] = [`+4930${String(10_000_000 + outsider * 37)}`, nameOf(outsider)];
  const queue = index % 2 === 0 ? `queue-${String(chance(index + 2, queues))}` : undefined;
  const ids = [`${String(index)}.1`, `${String(index)}.2`] as const;
  const caller = { connectionId: ids[0], device: "PJSIP/trunk", number: callerNumber, name: callerName };
  const called = {
    connectionId: ids[1],
    device: `PJSIP/${extension}`,
    extension,
    number: extension,
    name: nameOf(Number(extension)),
  };
  const pbx = index % 10 === 0 ? "hall" : "office";
  const over = { state: "null", startedAt, answeredAt, clearedAt, cause: "normal" } as const;
  const { connectionId: _caller, ...outside } = caller;
  const { connectionId: _called, ...inside } = called;
  const id = `call-${String(index).padStart(31, "0")}`;
  return {
    id,
    pbx,
    startedAt,
    establishedAt: answeredAt,
    clearedAt,
    result: index % 5 === 0 ? "missed" : "answered",
    cause: "normal",
    callerNumber,
    callerName,
    dialled: "493055551",
    answeredBy: extension,
    ...(queue === undefined ? {} : { queue }),
    ringSeconds: 9,
    queueSeconds: queue === undefined ? 0 : 9,
    talkSeconds: 111,
    holdSeconds: 0,
    path: [
      { at: startedAt, type: "dialled", ...caller, to: "493055551" },
      ...(queue === undefined
        ? []
        : [{ at: startedAt, endedAt: answeredAt, type: "queued" as const, ...caller, to: queue }]),
      { at: startedAt, endedAt: answeredAt, type: "rang", ...called },
      { at: answeredAt, type: "answered", ...called },
      { at: clearedAt, type: "cleared", ...caller },
    ],
    call: {
      id,
      pbx,
      connections: [],
      cleared: [
        { id: ids[0], ...outside, role: "caller", ...over },
        { id: ids[1], ...inside, role: "called", ...over },
      ],
      dialled: "493055551",
      cause: "normal",
      startedAt,
      establishedAt: answeredAt,
      clearedAt,
      talks: [{ connections: [...ids], startedAt: answeredAt, endedAt: clearedAt }],
      userData: {},
    },
  };
}

type Search = readonly [what: string, query: (round: number) => Partial<CallHistoryQuery>, scope: Scope];

function searches(): Search[] {
  const at = (index: number): string => new Date(firstCall + index * betweenCalls).toISOString();
  const extension = (round: number): string => String(1000 + chance(round, extensions));
  const number = (round: number): string => String(10_000_000 + chance(round, outsiders) * 37);
  return [
    ["the newest", () => ({}), all],
    ["a page in the middle (to)", (round) => ({ to: at(chance(round, calls)) }), all],
    ["a day", (round) => ({ from: at(chance(round, calls)), to: at(chance(round, calls) + 2800) }), all],
    ["an extension", (round) => ({ extension: extension(round) }), all],
    ["an extension that was never in a call", () => ({ extension: "9999" }), all],
    ["a queue", (round) => ({ queue: `queue-${String(round % queues)}` }), all],
    ["a result", () => ({ result: ["missed"] }), all],
    ["a result that is rare", () => ({ result: ["lost"] }), all],
    ["a PBX", () => ({ pbx: "hall" }), all],
    ["a whole number", (round) => ({ number: number(round) }), all],
    ["5 digits of a number", (round) => ({ number: number(round).slice(-5) }), all],
    ["2 digits of a number", (round) => ({ number: String(10 + (round % 90)) }), all],
    ["a number nobody has", () => ({ number: "99999999999" }), all],
    ["a part of a name", (round) => ({ name: nameOf(round * 7).slice(0, 6) }), all],
    ["2 letters of a name", () => ({ name: "an" }), all],
    ["a name nobody has", () => ({ name: "zzzz" }), all],
    ["extension, result and PBX", (round) => ({ extension: extension(round), result: ["missed"], pbx: "office" }), all],
    ["a queue and an extension", (round) => ({ extension: extension(round), queue: "queue-3" }), all],
    [
      "two that are common and never together",
      () => ({ name: "an", queue: "queue-3", pbx: "hall", extension: "9999" }),
      all,
    ],
    ["a common queue on a PBX that has it not", () => ({ queue: "queue-3", pbx: "nowhere" }), all],
    ["the newest of a token of 3 extensions", () => ({}), { ...all, extensions: ["1001", "1002", "1003"] }],
    [
      "a number, by a token of 3 extensions",
      (round) => ({ number: number(round).slice(-4) }),
      { ...all, extensions: ["1001", "1002", "1003"] },
    ],
    [
      "the newest of a token of 300 extensions",
      () => ({}),
      { ...all, extensions: Array.from({ length: 300 }, (_, index) => String(1000 + index)) },
    ],
  ];
}

/** Also how long the rest of the program had to wait meanwhile: the longest time without a turn. */
async function measure(db: Database, what: string, query: Search[1], scope: Scope, report: Report): Promise<void> {
  const times: number[] = [];
  let [found, longest, last] = [0, 0, performance.now()];
  let isOn = true;
  const beat = (): void => {
    const now = performance.now();
    longest = Math.max(longest, now - last);
    last = now;
    if (isOn) setImmediate(beat);
  };
  beat();
  for (let round = 0; round < rounds; round++) {
    const started = performance.now();
    const { items } = await searchCallHistory(db, { limit: 50, ...query(round) }, scope);
    times.push(performance.now() - started);
    found += items.length;
    await new Promise((resolve) => void setImmediate(resolve));
  }
  isOn = false;
  times.sort((one, other) => one - other);
  const [p50 = 0, p99 = 0] = [times[Math.floor(rounds * 0.5)], times[Math.floor(rounds * 0.99)]];
  report(
    `${what}: p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms, others waited at most ${longest.toFixed(0)} ms, ${(found / rounds).toFixed(0)} found`,
  );
}

async function exportAll(db: Database, report: Report): Promise<void> {
  for (const format of ["csv", "json"] as const) {
    const [started, before] = [performance.now(), process.memoryUsage.rss()];
    let [bytes, highest] = [0, 0];
    for await (const chunk of exportCallHistory(db, { format }, all)) {
      bytes += (chunk as Buffer).length;
      highest = Math.max(highest, process.memoryUsage.rss());
    }
    const seconds = (performance.now() - started) / 1000;
    report(
      `all as ${format}: ${(bytes / 1e6).toFixed(0)} MB in ${seconds.toFixed(0)} s, memory from ${(before / 1e6).toFixed(0)} to at most ${(highest / 1e6).toFixed(0)} MB`,
    );
  }
}

async function forget(store: CallHistoryStore, report: Report): Promise<void> {
  const times: number[] = [];
  for (let step = 0; step < 100; step++) {
    const started = performance.now();
    await store.prune(firstCall + calls * betweenCalls, 100);
    times.push(performance.now() - started);
  }
  times.sort((one, other) => one - other);
  report(`100 calls forgotten: p50 ${(times[50] ?? 0).toFixed(1)} ms, p99 ${(times[99] ?? 0).toFixed(1)} ms`);
}
