import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { StreamEvent } from "@cordboard/sdk";
import { EventLog } from "../../events/event-log.ts";
import type { Database } from "../../storage/database.ts";
import { databaseFile } from "../../storage/database-file.ts";
import { openDatabase } from "../../storage/open-database.ts";
import type { ToldLine } from "./killed-server.ts";

/** How often, and how random. */
export interface KillRounds {
  readonly rounds: number;
  /** A process is killed after 50 to so many events. */
  readonly mostEvents: number;
  /** From 0 up to, not including, 1. */
  readonly random: () => number;
  readonly report: (line: string) => void;
}

/** What all rounds together came to. */
export interface KillTotals {
  readonly events: number;
  readonly endedCalls: number;
}

const child = join(import.meta.dirname, "killed-server.ts");
/** Only looks: an epoch of its own would be wrong. */
const sameBoot = { newEpoch: () => "never", boot: undefined };

/**
 * Starts a publishing process on one folder again and again, and kills it with SIGKILL in the midst of its work. After each round: what it
 * had told is in the log as it was told, in order and without a hole; every cursor resumes; each call that ended is in the history once, and
 * those that had not ended are live, and no other.
 *
 * @throws Error that says what is wrong
 */
export async function killRounds({ rounds, mostEvents, random, report }: KillRounds): Promise<KillTotals> {
  const folder = mkdtempSync(join(tmpdir(), "cordboard-killed-"));
  const told: ToldLine[] = [];
  let totals: KillTotals = { events: 0, endedCalls: 0 };
  try {
    for (let round = 1; round <= rounds; round++) {
      told.push(...(await oneLife(folder, round, 50 + Math.floor(random() * (mostEvents - 49)))));
      const database = await openDatabase(databaseFile(folder));
      totals = await check(database, told);
      await database.destroy();
      if (round % 10 === 0)
        report(`${round} kills: ${totals.events} events, ${totals.endedCalls} calls in the history`);
    }
    return totals;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Lets the process live until it has told so many events. */
async function oneLife(folder: string, round: number, events: number): Promise<ToldLine[]> {
  const process_ = spawn(process.execPath, ["--conditions=@cordboard/source", child, folder, String(round)], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let complaints = "";
  process_.stderr.on("data", (chunk: Buffer) => (complaints += chunk.toString()));
  const exited = once(process_, "exit");
  const lines: ToldLine[] = [];
  for await (const line of createInterface({ input: process_.stdout })) {
    // The last line may be cut in the middle.
    if (line.endsWith("}")) lines.push(JSON.parse(line) as ToldLine);
    if (lines.length === events) process_.kill("SIGKILL");
  }
  await exited;
  if (lines.length < events) throw new Error(`The process ended by itself: ${complaints}`);
  return lines;
}

async function check(database: Database, told: readonly ToldLine[]): Promise<KillTotals> {
  const { log, wasLost } = await EventLog.open(database, sameBoot);
  if (wasLost) throw new Error("The log counts as lost.");
  const events: StreamEvent[] = [];
  for (let after = 0; after < log.head;) {
    const page = await log.read(after, log.head, 1_000);
    if (page === undefined) throw new Error(`There is a hole behind event ${after}.`);
    for (const { json } of page) events.push(JSON.parse(json) as StreamEvent);
    after = events.length;
  }
  for (const [index, { seq }] of events.entries())
    if (seq !== index + 1) throw new Error(`Event ${index + 1} has the number ${seq}.`);
  for (const line of told) {
    const place = log.placeOf(line.cursor);
    if ("gap" in place) throw new Error(`${line.cursor} does not resume: ${place.gap}.`);
    const event = events[place.seq - 1];
    if (event?.type !== line.type || JSON.stringify(event).length !== line.length)
      throw new Error(`${line.cursor} was told as ${JSON.stringify(line)} and is ${JSON.stringify(event)}.`);
  }
  const begun = new Set<string>();
  const ended: string[] = [];
  for (const event of events) {
    if (!("call" in event)) continue;
    if (event.type === "call-cleared") ended.push(event.call.id);
    else begun.add(event.call.id);
  }
  for (const id of ended) begun.delete(id);
  const live = await database.selectFrom("live_call").select("id").execute();
  same(
    "Live calls",
    [...begun],
    live.map(({ id }) => id),
  );
  const history = await database.selectFrom("call_history").select("call_id").execute();
  same(
    "Ended calls",
    ended,
    history.map((row) => row.call_id),
  );
  return { events: events.length, endedCalls: ended.length };
}

function same(what: string, expected: readonly string[], found: readonly string[]): void {
  const [one, other] = [expected, found].map((ids) => ids.toSorted().join("\n"));
  if (one !== other) throw new Error(`${what} by the log: ${expected.length}, in the tables: ${found.length}.`);
}
