import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { labErrorCodes } from "./errors.ts";

it("every error code is in the reference, with a cause and a remedy", () => {
  const page = readFileSync(join(import.meta.dirname, "../../docs/reference/errors-lab.md"), "utf8");
  const documented = [...page.matchAll(/^\| `([A-Z_]+)` \| .+ \| .+ \|$/gmu)].map(([, code]) => code);
  expect(documented).toEqual([...labErrorCodes]);
});
