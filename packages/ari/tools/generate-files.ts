import { readFileSync } from "node:fs";
import { join } from "node:path";
import { readResource, resourceNames } from "./description.ts";
import { emitEvents, emitModels, splitModels } from "./emit-models.ts";
import { emitOperations } from "./emit-operations.ts";

const readJson = (folder: string, name: string): unknown => JSON.parse(readFileSync(join(folder, name), "utf8"));

/**
 * The generated files by name, from a folder of Asterisk's ARI description (`/usr/share/asterisk/rest-api`).
 * The same description always gives the same text.
 */
export function generateFiles(folder: string): Readonly<Record<string, string>> {
  const resources = resourceNames(readJson(folder, "resources.json")).map((name) =>
    readResource(name, readJson(folder, `${name}.json`)),
  );
  const split = splitModels(resources);
  return {
    "models.ts": emitModels(split),
    "events.ts": emitEvents(split),
    "operations.ts": emitOperations(resources),
  };
}
