import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { callRecordSchema } from "@cordboard/sdk/schemas";
import { describe, expect, it } from "vitest";
import { describeRecord } from "./testing/describe-record.ts";
import { recordsOf } from "./testing/trace-records.ts";
import { traceNames } from "./testing/trace-calls.ts";

describe.each(["16", "22"])("the records of every situation on Asterisk %s", (version) => {
  const file = join(import.meta.dirname, "testing", `records.${version}.txt`);
  // To add situations, delete the file and run this; then read what is new.
  const told = existsSync(file) ? readFileSync(file, "utf8") : undefined;
  const situations = traceNames(version)
    .filter((name) => told === undefined || `\n${told}`.includes(`\n${name}: `))
    .map((name) => ({ name, ...recordsOf(version, name) }));

  it("tell who talked to whom, how long, and where it waited", async () => {
    const text = situations
      .map(({ name, note, records }) => [`${name}: ${note}`, ...records.map(describeRecord)].join("\n"))
      .join("\n\n");
    await expect(`${text}\n`).toMatchFileSnapshot(file);
  });

  it("are what the API promises", () => {
    for (const { records } of situations)
      for (const record of records) expect(callRecordSchema.parse(record)).toEqual(record);
  });
});
