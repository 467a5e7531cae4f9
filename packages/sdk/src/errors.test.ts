import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { CordboardApiError, CordboardConnectionError, CordboardError, sdkErrorCodes } from "./errors.ts";

const page = readFileSync(join(import.meta.dirname, "../../../docs/reference/errors-sdk.md"), "utf8");
const rows = page
  .split("\n")
  .flatMap((line) => (line.startsWith("| `SDK_") ? [line.split("|").map((cell) => cell.trim())] : []));
const sources = readdirSync(import.meta.dirname, { recursive: true, encoding: "utf8" })
  .filter((file) => file.endsWith(".ts") && !file.endsWith(".test.ts") && !file.startsWith("testing"))
  .map((file) => readFileSync(join(import.meta.dirname, file), "utf8"));
const thrown = sources.join("\n").replace(/sdkErrorCodes = \[[^]*?\] as const/, "");

describe("the errors", () => {
  it("are all in the reference, sorted, each with place, cause and remedy", () => {
    expect(rows.map((cells) => cells[1]?.replaceAll("`", ""))).toEqual([...sdkErrorCodes].toSorted());
    for (const cells of rows) expect(cells.slice(1, 6).every((cell) => cell.length > 0)).toBe(true);
  });

  it.each(rows.map((cells) => [cells[1], cells[2]].map((cell) => cell?.replaceAll("`", "") ?? "") as [string, string]))(
    "%s is thrown, as a %s",
    (code, errorClass) => {
      expect(thrown).toContain(`"${code}"`);
      expect(thrown).toContain(`new ${errorClass}(`);
    },
  );

  it("are told apart by instanceof, across two copies of the package too", () => {
    const error = new CordboardApiError(404, "no");
    expect([
      error instanceof CordboardError,
      error instanceof CordboardApiError,
      error instanceof CordboardConnectionError,
      error.name,
      error.code,
    ]).toEqual([true, true, false, "CordboardApiError", "SDK_HTTP_ERROR"]);
    const foreign = Object.defineProperty(new Error("x"), Symbol.for("@cordboard/sdk.error"), { value: true });
    expect([foreign instanceof CordboardError, new Error("x") instanceof CordboardError]).toEqual([true, false]);
  });
});

it("the client loads neither the schemas nor anything of Node's", () => {
  const client = readdirSync(join(import.meta.dirname, "client"))
    .filter((file) => !file.endsWith(".test.ts"))
    .map((file) => readFileSync(join(import.meta.dirname, "client", file), "utf8"));
  for (const text of client) expect(text).not.toMatch(/^import \{[^}]*\} from "(?!\.\/|\.\.\/errors\.ts)/m);
});
