import { globSync } from "node:fs";
import { join } from "node:path";
import { readTrace, type Trace } from "./read-trace.ts";

const folder = join(import.meta.dirname, "..", "..", "fixtures");

/** Paths of all traces, relative to the folder of the fixtures: `22/basic.jsonl`. */
export const traceFiles: readonly string[] = globSync("**/*.{jsonl,ami.txt}", { cwd: folder }).toSorted((one, other) =>
  one.localeCompare(other),
);

/** The path of what a trace is expected to tell. */
export function expectedFile(file: string): string {
  return join(folder, file.replace(/\.(?:jsonl|ami\.txt)$/u, ".changes.txt"));
}

/** A trace by its path. */
export function trace(file: string): Trace {
  return readTrace(join(folder, file));
}
