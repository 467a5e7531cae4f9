import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AmiAuthError, AmiError, amiErrorCodes, AmiTimeoutError } from "./errors.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/reference/errors-ami.md"), "utf8");
const rows = page
  .split("\n")
  .flatMap((line) => (line.startsWith("| `AMI_") ? [line.split("|").map((cell) => cell.trim())] : []));
const sources = readdirSync(import.meta.dirname)
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && file !== "errors.ts")
  .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
  .join("\n");

describe("the errors", () => {
  it("are all in the reference, sorted, each with cause and remedy", () => {
    expect(rows.map((cells) => cells[1]?.replaceAll("`", ""))).toEqual([...amiErrorCodes].toSorted());
    for (const cells of rows) expect(cells.slice(1, 7).every((cell) => cell.length > 0)).toBe(true);
  });

  it.each(rows.map((cells) => [cells[1], cells[2]].map((cell) => cell?.replaceAll("`", "") ?? "") as [string, string]))(
    "%s is thrown, as an %s",
    (code, errorClass) => {
      // AmiActionError sets its own code.
      const made = code === "AMI_ACTION_FAILED" ? "new AmiActionError(" : `"${code}"`;
      expect(sources).toContain(made);
      expect(sources).toContain(`new ${errorClass}(`);
    },
  );

  it("are told apart by instanceof, across two copies of the package too", () => {
    const error = new AmiAuthError("AMI_AUTH_FAILED", "no");
    expect([
      error instanceof AmiError,
      error instanceof AmiAuthError,
      error instanceof AmiTimeoutError,
      error.name,
    ]).toEqual([true, true, false, "AmiAuthError"]);
    const foreign = Object.defineProperty(new Error("x"), Symbol.for("@cordboard/ami.error"), { value: true });
    expect([foreign instanceof AmiError, new Error("x") instanceof AmiError]).toEqual([true, false]);
  });
});
