import { posix } from "node:path";
import { ConfBuilder, type SectionBuilder } from "./conf-builder.ts";
import type { IncludeStatement } from "./conf-statement.ts";
import type { ConfTree } from "./conf-tree.ts";
import { ConfError } from "./errors.ts";
import type { FileReader } from "./file-reader.ts";
import { expandPattern, PatternTooLargeError } from "./include-pattern.ts";
import { parseConf } from "./parse-conf.ts";
import { ProblemList } from "./problem-list.ts";
import { readGuarded } from "./read-guarded.ts";

/** How {@link loadConf} reads, and its limits. */
export interface LoadConfOptions extends FileReader {
  /** Where relative includes are looked for: Asterisk's configuration folder, not that of the including file. Default: the folder of the file. */
  readonly configFolder?: string;
  /** Folders outside of which nothing is read or listed. Default: the configuration folder. Links in them are followed. */
  readonly roots?: readonly string[];
  /** Includes within includes; default and Asterisk's own limit: 10. */
  readonly maxDepth?: number;
  /** Files read, each include counted; default 1000. */
  readonly maxFiles?: number;
  /** Characters of all files together; default 32 Mi. */
  readonly maxCharacters?: number;
  /** Values of all sections, inherited ones counted; default 1,000,000. */
  readonly maxValues?: number;
}

/**
 * Loads a configuration file as Asterisk would: `#include`, `#tryinclude` (wildcards too), templates, `(+)`. `#exec` is refused and noted.
 * @param path absolute, with forward slashes
 * @throws ConfError where Asterisk would refuse the configuration, at a limit, and for a file outside of `roots`
 * @throws UnreadableFileError if `readFile` or `listFolder` fails
 */
export async function loadConf(path: string, options: LoadConfOptions): Promise<ConfTree> {
  const loader = new Loader(posix.normalize(path), options);
  return await loader.load();
}

class Loader {
  readonly #path: string;
  readonly #options: LoadConfOptions;
  readonly #configFolder: string;
  readonly #roots: readonly string[];
  readonly #problems = new ProblemList();
  readonly #builder: ConfBuilder;
  readonly #files = new Set<string>();
  /** Files that are being read, the outermost first. */
  readonly #stack: string[] = [];
  #loads = 0;
  #characters = 0;

  constructor(path: string, options: LoadConfOptions) {
    this.#path = path;
    this.#options = options;
    this.#configFolder = options.configFolder ?? posix.dirname(path);
    this.#roots = (options.roots ?? [this.#configFolder]).map((root) => posix.resolve("/", root));
    this.#builder = new ConfBuilder(this.#problems, options.maxValues ?? 1_000_000);
  }

  async load(): Promise<ConfTree> {
    const at = { file: this.#path };
    this.#checkRoot(this.#path, at);
    if (!(await this.#loadFile(this.#path, at))) {
      throw new ConfError(
        "CONF_NOT_FOUND",
        at,
        "there is no such file: check the name and Asterisk's configuration folder",
      );
    }
    return this.#builder.finish(this.#path, [...this.#files]);
  }

  /** False if there is no such file. */
  async #loadFile(path: string, at: { file: string; line?: number }): Promise<boolean> {
    const text = await readGuarded(at, path === at.file ? "" : `${path} `, () => this.#options.readFile(path));
    if (text === undefined) return false;
    this.#checkSize(text.length, at);
    const parsed = parseConf(text, { file: path });
    this.#files.add(path);
    this.#problems.addAll(parsed.problems);
    this.#stack.push(path);
    let section: SectionBuilder | undefined = this.#builder.current;
    for (const statement of parsed.statements) {
      if (statement.kind === "include") await this.#include(statement, path);
      else section = this.#builder.add(statement, path, section);
    }
    this.#stack.pop();
    return true;
  }

  async #include(statement: IncludeStatement, file: string): Promise<void> {
    const at = { file, line: statement.line };
    const pattern = statement.path.startsWith("/") ? statement.path : `${this.#configFolder}/${statement.path}`;
    let found = 0;
    for (const path of await this.#expand(pattern, at)) {
      this.#checkRoot(path, at);
      this.#checkStack(path, at);
      if (await this.#loadFile(path, at)) found += 1;
    }
    if (found > 0 || statement.optional) return;
    const text = `#include of ${statement.path} finds no file, and Asterisk then refuses all of ${this.#path}: create the file, or write #tryinclude`;
    throw new ConfError("CONF_INCLUDE_MISSING", at, text);
  }

  async #expand(pattern: string, at: { file: string; line: number }): Promise<string[]> {
    try {
      return await expandPattern(pattern, async (folder) => {
        this.#checkRoot(folder, at);
        return await readGuarded(at, `${folder} `, () => this.#options.listFolder(folder));
      });
    } catch (cause) {
      if (!(cause instanceof PatternTooLargeError)) throw cause;
      const text = "the braces of an #include stand for too many files: write fewer of them";
      throw new ConfError("CONF_TOO_LARGE", at, text, { cause });
    }
  }

  #checkStack(path: string, at: { file: string; line: number }): void {
    if (this.#stack.includes(path)) {
      throw new ConfError(
        "CONF_INCLUDE_LOOP",
        at,
        `${path} includes itself, directly or not: remove one of the includes`,
      );
    }
    const limit = this.#options.maxDepth ?? 10;
    if (this.#stack.length > limit) {
      throw new ConfError("CONF_INCLUDE_DEPTH", at, `includes nest deeper than ${limit}: include the file further up`);
    }
  }

  #checkRoot(path: string, at: { file: string; line?: number }): void {
    const inside = this.#roots.some((root) => path === root || path.startsWith(root === "/" ? root : `${root}/`));
    if (inside) return;
    const text = `${path} lies outside of ${this.#roots.join(", ")} and is not read: add its folder to roots if that is meant`;
    throw new ConfError("CONF_OUTSIDE_ROOT", at, text);
  }

  #checkSize(characters: number, at: { file: string; line?: number }): void {
    this.#loads += 1;
    this.#characters += characters;
    const maxFiles = this.#options.maxFiles ?? 1000;
    const maxCharacters = this.#options.maxCharacters ?? 32 * 1024 * 1024;
    if (this.#loads <= maxFiles && this.#characters <= maxCharacters) return;
    const text = `the configuration has more than ${maxFiles} files or ${maxCharacters} characters: raise maxFiles or maxCharacters if that is meant`;
    throw new ConfError("CONF_TOO_LARGE", at, text);
  }
}
