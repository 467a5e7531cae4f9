import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { emitActions } from "./emit-actions.ts";
import { emitEvents } from "./emit-events.ts";
import { emitLists, emitPrivileges, emitVersions } from "./emit-tables.ts";
import type { Facts } from "./facts.ts";
import { merge } from "./merge.ts";
import { readDocs } from "./read-docs.ts";

/** Asterisk's documentation file of one major release. */
export interface DocumentationFile {
  readonly major: number;
  readonly xml: string;
}

/**
 * The files of `src/generated`, name → text, from Asterisk's documentation files and the facts. The same input gives
 * the same bytes.
 * @throws Error when a file and the facts disagree; the message names the entry of `ami-facts.json` to look at.
 */
export function generate(documentation: readonly DocumentationFile[], facts: Facts): ReadonlyMap<string, string> {
  const api = merge(
    documentation.map(({ major, xml }) => readDocs(xml, major)),
    facts,
  );
  return new Map([
    ["actions.ts", emitActions(api)],
    ["events.ts", emitEvents(api)],
    ["lists.ts", emitLists(api)],
    ["privileges.ts", emitPrivileges(api)],
    ["versions.ts", emitVersions(api)],
  ]);
}

/** Where the generated files are kept. */
export const generatedFolder: string = join(import.meta.dirname, "../src/generated");

/** Reads `ami-facts.json`. */
export async function readFacts(): Promise<Facts> {
  return JSON.parse(await readFile(join(import.meta.dirname, "ami-facts.json"), "utf8")) as Facts;
}

const usage = `usage: node packages/ami/tools/generate.ts MAJOR=FILE…
  MAJOR  Asterisk's major release, 16 to 23
  FILE   its documentation/core-en_US.xml
Give 16 and 22 at least: 16 has what 21 removed.`;

async function main(args: readonly string[]): Promise<void> {
  const documentation: DocumentationFile[] = [];
  for (const arg of args) {
    const [, major, file] = /^(\d+)=(.+)$/.exec(arg) ?? [];
    if (major === undefined || file === undefined) throw new Error(usage);
    documentation.push({ major: Number(major), xml: await readFile(file, "utf8") });
  }
  if (documentation.length === 0) throw new Error(usage);
  for (const [name, text] of generate(documentation, await readFacts())) {
    const path = join(generatedFolder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, text);
    process.stdout.write(`${path}\n`);
  }
}

if (import.meta.main) await main(process.argv.slice(2));
