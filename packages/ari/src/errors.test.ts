import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AriError, ariErrorCodes, AriResponseError, AriTimeoutError } from "./errors.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/reference/errors-ari.md"), "utf8");
const rows = page
  .split("\n")
  .flatMap((line) => (line.startsWith("| `ARI_") ? [line.split("|").map((cell) => cell.trim())] : []));
const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.endsWith("errors.ts"))
  .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"))
  .join("\n");

describe("the errors", () => {
  it("are all in the reference, sorted, each with place, cause and remedy", () => {
    expect(rows.map((cells) => cells[1]?.replaceAll("`", ""))).toEqual([...ariErrorCodes].toSorted());
    for (const cells of rows) expect(cells.slice(1, 6).every((cell) => cell.length > 0)).toBe(true);
  });

  it.each(rows.map((cells) => [cells[1], cells[2]].map((cell) => cell?.replaceAll("`", "") ?? "") as [string, string]))(
    "%s is thrown, as an %s",
    (code, errorClass) => {
      expect(sources).toContain(`"${code}"`);
      expect(sources).toContain(`new ${errorClass}(`);
    },
  );

  it("are told apart by instanceof, across two copies of the package too", () => {
    const error = new AriResponseError("ARI_NOT_FOUND", "no", { status: 404 });
    expect([
      error instanceof AriError,
      error instanceof AriResponseError,
      error instanceof AriTimeoutError,
      error.name,
    ]).toEqual([true, true, false, "AriResponseError"]);
    const foreign = Object.defineProperty(new Error("x"), Symbol.for("@cordboard/ari.error"), { value: true });
    expect([foreign instanceof AriError, new Error("x") instanceof AriError]).toEqual([true, false]);
  });
});
