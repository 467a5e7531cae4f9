import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { generateFiles } from "./generate-files.ts";

const [folder] = process.argv.slice(2);
if (folder === undefined) {
  process.stderr.write("usage: node packages/ari/tools/generate.ts FOLDER   (of Asterisk's rest-api/*.json)\n");
  process.exit(2);
}
const target = join(import.meta.dirname, "../src/generated");
mkdirSync(target, { recursive: true });
for (const [name, text] of Object.entries(generateFiles(folder))) writeFileSync(join(target, name), text);
