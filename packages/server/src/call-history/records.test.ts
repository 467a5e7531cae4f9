import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { isDeepStrictEqual } from "node:util";
import type { CallRecord } from "@cordboard/sdk";
import { callRecordSchema } from "@cordboard/sdk/schemas";
import { describe, expect, it } from "vitest";
import { describeRecord } from "./testing/describe-record.ts";
import { recordsOf } from "./testing/trace-records.ts";
import { describePath } from "./describe-path.ts";
import { isOpen, millisecondsBetween } from "./step-list.ts";
import { traceNames, traceOfCalls } from "./testing/trace-calls.ts";

/** Some hundred recordings are replayed, on whatever machine. */
const patience = { timeout: 60_000 };

describe.each(["16", "22"])("the records of every situation on Asterisk %s", (version) => {
  const file = join(import.meta.dirname, "testing", `records.${version}.txt`);
  // To add situations, delete the file and run this; then read what is new.
  const told = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const situations = traceNames(version)
    .filter((name) => told === undefined || `\n${told}`.includes(`\n${name}: `))
    .map((name) => ({ name, ...recordsOf(version, name) }));

  it("tell who talked to whom, how long, and where it waited", patience, async () => {
    const text = situations
      .map(({ name, note, records }) => [`${name}: ${note}`, ...records.map(describeRecord)].join("\n"))
      .join("\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot(file);
  });

  it("are what the API promises, have nothing open, and no time twice", patience, () => {
    expect(situations.flatMap(({ records }) => records.flatMap(problemsOf))).toEqual([]);
  });

  // A third of the situations each.
  it.each([1, 2, 3])(
    "have nothing open, and no time twice, when the link is lost after %d quarters of it",
    patience,
    (quarters) => {
      for (const name of traceNames(version).filter((_, index) => index % 3 === quarters - 1)) {
        const { changes } = traceOfCalls(version, name);
        const cut = Math.floor((changes.length * quarters) / 4);
        const { records } = recordsOf(version, name, (told) => told.length > cut);
        expect(records.flatMap(problemsOf)).toEqual([]);
      }
    },
  );
});

/** What must not be in any record. */
function problemsOf(record: CallRecord): string[] {
  const { holdSeconds, path, queueSeconds, ringSeconds, talkSeconds } = record;
  const seconds = millisecondsBetween(record.startedAt, record.clearedAt) / 1000 + 0.001;
  const isPromised = isDeepStrictEqual(callRecordSchema.parse(record), record);
  return [
    ...(isPromised ? [] : ["has what the schema does not know"]),
    ...(path.findIndex(({ type }) => type === "cleared") === path.length - 1 ? [] : ["does not end once, at the end"]),
    ...path.filter(isOpen).map(({ type }) => `${type} is open`),
    ...(Math.max(ringSeconds, queueSeconds, talkSeconds + holdSeconds) <= seconds ? [] : ["has a time twice"]),
  ].map((problem) => `${record.id} ${problem}: ${describePath(record)}`);
}
