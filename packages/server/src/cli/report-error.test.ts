import { describe, expect, it } from "vitest";
import type { CliIo } from "./cli-io.ts";
import { reportError } from "./report-error.ts";

describe("the report of an error", () => {
  it("says what to do when the disk is full", () => {
    let text = "";
    const stderr = { write: (line: string) => (text += line) };
    const error = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    expect(reportError({ stderr } as unknown as CliIo, error, { json: false, debug: false })).toBe(1);
    expect(text).toBe("cordboard: The database cannot be written: the disk is full. Make room. [STORAGE_UNUSABLE]\n");
  });
});
