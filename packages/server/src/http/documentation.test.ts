import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { API_ERRORS } from "./api-error.ts";

describe("docs/reference/errors-api.md", () => {
  const text = readFileSync(new URL("../../../../docs/reference/errors-api.md", import.meta.url), "utf8");

  it("has every code with its status, cause and remedy, and no other", () => {
    const rows = [...text.matchAll(/^\| `([A-Z_]+)` \| (\d+) \| (.+) \| (.+) \|$/gm)].map(([, code, ...rest]) => [
      code,
      [Number(rest[0]), ...rest.slice(1)],
    ]);
    expect(Object.fromEntries(rows)).toEqual(API_ERRORS);
  });
});
