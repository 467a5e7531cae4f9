import { CordboardError } from "../errors.ts";

/** An action as somebody wrote it; a name that occurs twice has all its values. */
export interface WrittenAction {
  readonly name: string;
  readonly params: Readonly<Record<string, string | readonly string[]>>;
}

/**
 * Reads the words of a command line: `Originate Channel=PJSIP/1000 Variable=a=1 Variable=b=2`.
 * @throws CordboardError `USAGE`
 */
export function actionFromWords(name: string, words: readonly string[]): WrittenAction {
  const pairs = words.map((word): [string, string] => {
    const equals = word.indexOf("=");
    if (equals < 1) {
      throw new CordboardError(
        "USAGE",
        `"${word}" is no Key=Value. For example: cordboard ami Ping, or cordboard ami Command "Command=core show version"`,
      );
    }
    return [word.slice(0, equals), word.slice(equals + 1)];
  });
  return { name, params: collectPairs(pairs) };
}

/**
 * Reads actions from text: blocks as on the wire (`Action: Ping`, then `Key: value` lines, ended by an empty line),
 * or one action per line in the words of the command line (`Originate Channel=PJSIP/1000 Exten=1002`, values with
 * spaces in double quotes). Lines that begin with `#` are left out.
 */
export class ActionReader {
  #block: [string, string][] = [];
  #line = 0;

  /** Takes the next line; returns an action when one is complete. */
  push(line: string): WrittenAction | undefined {
    this.#line++;
    // Text from Windows may begin with a byte order mark and end its lines in CR LF.
    const text = (this.#line === 1 ? line.replace(/^\uFEFF/, "") : line).replace(/\r$/, "");
    if (text.trim() === "") return this.end();
    if (text.startsWith("#")) return undefined;
    const header = /^([A-Za-z][\w-]*):\s?(.*)$/.exec(text);
    if (header !== null) {
      this.#block.push([header[1] ?? "", header[2] ?? ""]);
      return undefined;
    }
    if (this.#block.length > 0) throw this.#wrong("is inside a block of Key: value lines, but is none itself");
    const words = splitWords(text);
    const [name = "", ...rest] = words ?? [];
    if (words === undefined) throw this.#wrong("has a quote without its end");
    try {
      return actionFromWords(name, rest);
    } catch (cause) {
      throw this.#wrong(`cannot be read: ${(cause as Error).message}`);
    }
  }

  /** Takes the end of the text; returns the action that was not ended by an empty line, if there is one. */
  end(): WrittenAction | undefined {
    if (this.#block.length === 0) return undefined;
    const block = this.#block;
    this.#block = [];
    const action = block.find(([name]) => name.toLowerCase() === "action");
    if (action === undefined || action[1].trim() === "") throw this.#wrong("ends a block that has no Action: line");
    const rest = block.filter((pair) => pair !== action && pair[0].toLowerCase() !== "actionid");
    return { name: action[1].trim(), params: collectPairs(rest) };
  }

  #wrong(what: string): CordboardError {
    return new CordboardError("INPUT_INVALID", `Line ${this.#line} of the input ${what}.`);
  }
}

function splitWords(text: string): string[] | undefined {
  const words: string[] = [];
  let word = "";
  let inWord = false;
  let quoted = false;
  for (let index = 0; index < text.length; index++) {
    const character = text[index] ?? "";
    if (character === "\\" && quoted && index + 1 < text.length) word += text[++index] ?? "";
    else if (character === '"') {
      quoted = !quoted;
      inWord = true;
    } else if (!quoted && /\s/.test(character)) {
      if (inWord) words.push(word);
      word = "";
      inWord = false;
    } else {
      word += character;
      inWord = true;
    }
  }
  if (inWord) words.push(word);
  return quoted ? undefined : words;
}

function collectPairs(pairs: readonly [string, string][]): Record<string, string | string[]> {
  const params = Object.create(null) as Record<string, string | string[]>;
  const spelling = new Map<string, string>();
  for (const [name, value] of pairs) {
    // Asterisk's names are not case-sensitive: Variable and variable are one.
    const key = spelling.get(name.toLowerCase()) ?? name;
    spelling.set(name.toLowerCase(), key);
    const before = params[key];
    if (before === undefined) params[key] = value;
    else params[key] = [...[before].flat(), value];
  }
  return params;
}
