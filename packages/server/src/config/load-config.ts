import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parseEnv } from "node:util";
import { LineCounter, isMap, isPair, isScalar, isSeq, parseDocument, visit } from "yaml";
import type { Document, Node } from "yaml";
import type { z } from "zod";
import { ConfigError, CordboardError } from "../errors.ts";
import type { ConfigProblem } from "../errors.ts";
import { expandReferences } from "./env-references.ts";
import { CONFIG_KEYS, URL_KEYS, configSchema } from "./schema.ts";
import type { Config } from "./schema.ts";
import { suggest } from "./suggest.ts";

type Env = Readonly<Record<string, string | undefined>>;
type Path = readonly (string | number)[];

/**
 * Reads and validates a configuration file. Variables that are not set come from `cordboard.env` beside it, if that
 * exists. File names in it are taken relative to its folder.
 * @throws CordboardError `CONFIG_UNREADABLE`; ConfigError `CONFIG_INVALID` or `ENV_MISSING`
 */
export function loadConfig(file: string, env: Env): Config {
  let text: string;
  try {
    text = readFileSync(file, "utf8");
  } catch (cause) {
    const reason = (cause as NodeJS.ErrnoException).code === "ENOENT" ? "does not exist" : (cause as Error).message;
    throw new CordboardError(
      "CONFIG_UNREADABLE",
      `The configuration ${file} cannot be read: ${reason}. Write one with "cordboard init", or name another with --config.`,
      { cause },
    );
  }
  const here = dirname(resolve(file));
  const config = parseConfig(text, file, { ...envFile(`${here}/cordboard.env`), ...env });
  const inFolder = (name: string | undefined): string | undefined => (name === undefined ? name : resolve(here, name));
  return {
    ...config,
    storage: { folder: inFolder(config.storage.folder ?? "cordboard-data") },
    pbxs: config.pbxs.map((pbx) => ({
      ...pbx,
      etc: inFolder(pbx.etc),
      tls: pbx.tls && {
        ...pbx.tls,
        ca: inFolder(pbx.tls.ca),
        certificate: inFolder(pbx.tls.certificate),
        key: inFolder(pbx.tls.key),
      },
    })),
  };
}

function envFile(file: string): Env {
  try {
    return parseEnv(readFileSync(file, "utf8"));
  } catch {
    // Most have none; and one that may not be read is the service's own, which has its variables set already.
    return {};
  }
}

/**
 * Validates the text of a configuration; `file` is its name in messages.
 * @throws ConfigError with file, line, column and key of every problem
 */
export function parseConfig(text: string, file: string, env: Env): Config {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true });
  const problem = (offset: number, key: string, message: string): ConfigProblem => {
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), key, message };
  };

  if (document.errors.length > 0) {
    throw new ConfigError(
      "CONFIG_INVALID",
      document.errors.map((error) => problem(error.pos[0], "", `is no YAML: ${error.message}`)),
    );
  }
  const dangling = danglingAliases(document);
  if (dangling.length > 0) {
    throw new ConfigError(
      "CONFIG_INVALID",
      dangling.map((node) =>
        problem(
          node.range?.[0] ?? 0,
          keyOf(pathOf(document, node)),
          "begins with * and so is an alias of an anchor, which is not there; put text that begins with * into quotes",
        ),
      ),
    );
  }
  const missing = expandDocument(document, env).map(({ node, name }) =>
    problem(
      node.range?.[0] ?? 0,
      keyOf(pathOf(document, node)),
      `the environment variable ${name} is not set; export it before you start, or put it into the service's environment file`,
    ),
  );

  const found = configSchema.safeParse(plainValue(document, file), { reportInput: true });
  const invalid = found.success ? [] : found.error.issues.flatMap((issue) => describe(issue, document, problem));
  const repeated = found.success ? repeatedIds(found.data, document, problem) : [];
  const problems = [...invalid, ...repeated];
  if (problems.length > 0) {
    throw new ConfigError("CONFIG_INVALID", [...problems, ...missing].sort(byPlace));
  }
  if (missing.length > 0) throw new ConfigError("ENV_MISSING", missing.sort(byPlace));
  return (found as z.ZodSafeParseSuccess<Config>).data;
}

type MakeProblem = (offset: number, key: string, message: string) => ConfigProblem;

function byPlace(left: ConfigProblem, right: ConfigProblem): number {
  return left.line - right.line || left.column - right.column;
}

/** An empty file is an empty map, so that the message says which key is missing. */
function plainValue(document: Document, file: string): unknown {
  if (document.contents === null) return {};
  try {
    return document.toJS({ maxAliasCount: 20 });
  } catch (cause) {
    const message = `cannot be unfolded: ${(cause as Error).message}`;
    throw new ConfigError("CONFIG_INVALID", [{ file, line: 1, column: 1, key: "", message }]);
  }
}

/** Found here, because the library's own message repeats what may be a secret. */
function danglingAliases(document: Document): Node[] {
  const dangling: Node[] = [];
  visit(document, {
    Alias(_, node) {
      if (node.resolve(document) === undefined) dangling.push(node);
    },
  });
  return dangling;
}

function expandDocument(document: Document, env: Env): { node: Node; name: string }[] {
  const missing: { node: Node; name: string }[] = [];
  visit(document, {
    Scalar(key, node, ancestors) {
      if (key === "key" || typeof node.value !== "string") return;
      const pair = ancestors.at(-1);
      const inUrl = isPair(pair) && isScalar(pair.key) && URL_KEYS.has(String(pair.key.value));
      const expanded = expandReferences(node.value, env, { inUrl });
      node.value = expanded.value;
      for (const name of expanded.missing) missing.push({ node, name });
    },
  });
  return missing;
}

function describe(issue: z.core.$ZodIssue, document: Document, problem: MakeProblem): ConfigProblem[] {
  const path = issue.path as Path;
  if (issue.code === "unrecognized_keys") {
    const allowed = CONFIG_KEYS[placeOf(path)] ?? [];
    return issue.keys.map((key) => {
      const meant = suggest(key, allowed);
      const help = meant === undefined ? `known here: ${allowed.join(", ")}` : `did you mean "${meant}"?`;
      return problem(
        offsetOfKey(document, path, key),
        keyOf([...path, key]),
        `is no key of the configuration; ${help}`,
      );
    });
  }
  return [problem(offsetOf(document, path), keyOf(path), messageOf(issue))];
}

function placeOf(path: Path): string {
  return path.reduce<string>(
    (name, part) => (typeof part === "number" ? `${name}[]` : name === "" ? part : `${name}.${part}`),
    "",
  );
}

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: "a map of keys",
  array: "a list",
  string: "text",
  int: "a whole number",
};

/** Says what is wanted, never what was found: the value may be a secret. */
function messageOf(issue: z.core.$ZodIssue): string {
  switch (issue.code) {
    case "invalid_type": {
      const wanted = issue.expected === "number" ? "a whole number" : (TYPE_NAMES[issue.expected] ?? issue.expected);
      return issue.input === undefined ? `is missing; it is ${wanted}` : `must be ${wanted}`;
    }
    case "too_small":
      if (issue.origin === "string") {
        return issue.minimum === 1 ? "must not be empty" : `must have at least ${issue.minimum} characters`;
      }
      return issue.origin === "array" ? issue.message : `must be at least ${issue.minimum}`;
    case "too_big":
      return issue.origin === "string"
        ? `must have at most ${issue.maximum} characters`
        : `must be at most ${issue.maximum}`;
    case "invalid_value":
      return `must be ${issue.values.map(String).join(" or ")}`;
    default:
      return issue.message;
  }
}

function repeatedIds(config: Config, document: Document, problem: MakeProblem): ConfigProblem[] {
  const seen = new Set<string>();
  return config.pbxs.flatMap((pbx, index) => {
    const path = ["pbxs", index, "id"];
    if (seen.has(pbx.id)) return [problem(offsetOf(document, path), keyOf(path), `"${pbx.id}" is the id of two PBXs`)];
    seen.add(pbx.id);
    return [];
  });
}

/** The nearest node on the way to `path`: a missing key is reported at the map that lacks it. */
function offsetOf(document: Document, path: Path): number {
  for (let length = path.length; length >= 0; length--) {
    const node = length === 0 ? document.contents : document.getIn(path.slice(0, length), true);
    const start = (node as Node | null | undefined)?.range?.[0];
    if (start !== undefined) return start;
  }
  return 0;
}

function offsetOfKey(document: Document, path: Path, key: string): number {
  const map = path.length === 0 ? document.contents : document.getIn(path, true);
  if (isMap(map)) {
    for (const pair of map.items) {
      if (isScalar(pair.key) && String(pair.key.value) === key) return pair.key.range?.[0] ?? 0;
    }
  }
  return offsetOf(document, path);
}

function pathOf(document: Document, wanted: Node): Path {
  let found: Path = [];
  const walk = (node: unknown, path: Path): void => {
    if (node === wanted) found = path;
    else if (isMap(node)) for (const pair of node.items) walk(pair.value, [...path, String(pair.key)]);
    else if (isSeq(node)) for (const [index, item] of node.items.entries()) walk(item, [...path, index]);
  };
  walk(document.contents, []);
  return found;
}

function keyOf(path: Path): string {
  return path.reduce<string>(
    (text, part) => (typeof part === "number" ? `${text}[${part}]` : text === "" ? part : `${text}.${part}`),
    "",
  );
}
