import { readFileSync } from "node:fs";
import { join } from "node:path";
import { startAsterisk } from "@cordboard/lab";
import { expect, it } from "vitest";
import { generateFiles } from "../tools/generate-files.ts";

it("the generated files are what the generator makes of the real Asterisk 22's description", async () => {
  await using lab = await startAsterisk({ version: 22 });
  for (const [name, text] of Object.entries(generateFiles(lab.restApiDir))) {
    expect(readFileSync(join(import.meta.dirname, "generated", name), "utf8")).toBe(text);
  }
});
