import { posix } from "node:path";

/** More paths than this from the braces of one pattern are refused. */
const MAX_EXPANSIONS = 1000;

/** The braces of a pattern give too many paths. */
export class PatternTooLargeError extends Error {
  override readonly name = "PatternTooLargeError";
}

/**
 * The files that the path of an `#include` stands for, sorted, as `glob(3)` with `GLOB_NOMAGIC | GLOB_BRACE` gives them
 * (include/asterisk/compat.h): `*`, `?`, `[a-z]`, `[!a]` within one level, `{a,b}`, a backslash before a plain character. A path without wildcards
 * stands for itself, whether it is there or not.
 * @param path absolute
 * @param listFolder the names in a folder, or undefined
 * @throws PatternTooLargeError
 */
export async function expandPattern(
  path: string,
  listFolder: (folder: string) => Promise<readonly string[] | undefined>,
): Promise<string[]> {
  const found: string[] = [];
  for (const alternative of expandBraces(path)) {
    if (!hasWildcard(alternative)) {
      found.push(posix.normalize(alternative.replaceAll(/\\(.)/g, "$1")));
      continue;
    }
    let paths = ["/"];
    for (const level of posix.normalize(alternative).split("/").filter(Boolean)) {
      paths = await descend(paths, level, listFolder);
    }
    found.push(...paths.toSorted());
  }
  return found;
}

async function descend(
  parents: readonly string[],
  level: string,
  listFolder: (folder: string) => Promise<readonly string[] | undefined>,
): Promise<string[]> {
  const found: string[] = [];
  for (const parent of parents) {
    if (!hasWildcard(level)) {
      found.push(posix.join(parent, level.replaceAll(/\\(.)/g, "$1")));
      continue;
    }
    for (const name of (await listFolder(parent)) ?? []) {
      if (name.includes("/") || (name.startsWith(".") && !level.startsWith("."))) continue;
      if (matches(name, level)) found.push(posix.join(parent, name));
    }
  }
  return found;
}

function hasWildcard(text: string): boolean {
  return /[*?[]/.test(text.replaceAll(/\\./g, ""));
}

function expandBraces(pattern: string): string[] {
  const done: string[] = [];
  const open = [pattern];
  while (open.length > 0) {
    const next = open.pop() ?? "";
    const parts = firstBraces(next);
    if (!parts) done.push(next);
    else for (const choice of parts.choices.toReversed()) open.push(parts.before + choice + parts.after);
    if (open.length + done.length > MAX_EXPANSIONS) throw new PatternTooLargeError(`more than ${MAX_EXPANSIONS} paths`);
  }
  return done;
}

function firstBraces(text: string): { before: string; choices: string[]; after: string } | undefined {
  const start = text.indexOf("{");
  if (start < 0) return undefined;
  let depth = 0;
  let from = start + 1;
  const choices: string[] = [];
  for (let index = start; index < text.length; index += 1) {
    const character = text[index];
    if (character === "\\") index += 1;
    else if (character === "{") depth += 1;
    else if (character === "," && depth === 1) {
      choices.push(text.slice(from, index));
      from = index + 1;
    } else if (character === "}") {
      depth -= 1;
      if (depth > 0) continue;
      choices.push(text.slice(from, index));
      return { before: text.slice(0, start), choices, after: text.slice(index + 1) };
    }
  }
  return undefined;
}

/** True if `name` fits `pattern`; the time grows with the product of their lengths at most. */
function matches(name: string, pattern: string): boolean {
  let at = 0;
  let index = 0;
  let star: { at: number; index: number } | undefined;
  while (at < name.length) {
    const step =
      index < pattern.length && pattern[index] !== "*" ? matchOne(name[at] ?? "", pattern, index) : undefined;
    if (pattern[index] === "*") {
      star = { at, index };
      index += 1;
    } else if (step !== undefined) {
      at += 1;
      index = step;
    } else if (star) {
      star.at += 1;
      at = star.at;
      index = star.index + 1;
    } else return false;
  }
  return /^\**$/.test(pattern.slice(index));
}

/** The index after the one-character pattern at `index` if it fits `character`. */
function matchOne(character: string, pattern: string, index: number): number | undefined {
  const first = pattern[index];
  if (first === "?") return index + 1;
  if (first === "\\" && index + 1 < pattern.length) return pattern[index + 1] === character ? index + 2 : undefined;
  const set = first === "[" ? readSet(pattern, index) : undefined;
  if (!set) return first === character ? index + 1 : undefined;
  return set.ranges.some(([low, high]) => low <= character && character <= high) === set.negated ? undefined : set.end;
}

function readSet(
  pattern: string,
  start: number,
): { ranges: [string, string][]; negated: boolean; end: number } | undefined {
  let index = start + 1;
  const negated = pattern[index] === "!" || pattern[index] === "^";
  if (negated) index += 1;
  const close = pattern.indexOf("]", index + 1);
  if (close < 0) return undefined;
  const ranges: [string, string][] = [];
  while (index < close) {
    const low = pattern[index] ?? "";
    const isRange = pattern[index + 1] === "-" && index + 2 < close;
    ranges.push([low, isRange ? (pattern[index + 2] ?? "") : low]);
    index += isRange ? 3 : 1;
  }
  return { ranges, negated, end: close + 1 };
}
