import { CommentStripper } from "./comment-stripper.ts";
import { parseStatement, type ConfStatement } from "./conf-statement.ts";
import type { Problem } from "./errors.ts";
import { ProblemList } from "./problem-list.ts";
import { stripBlanks } from "./strip-blanks.ts";

/** Longest line that Asterisk reads, in bytes, without its line feed (`fgets` into 8192 bytes, main/config.c). */
const MAX_LINE_BYTES = 8190;

/** A line as it stands in the file. */
export interface ConfLine {
  /** Counted from 1. */
  readonly number: number;
  /** All of the line, comments and blanks included, without its end. */
  readonly text: string;
  /** `\n`, `\r\n`, or nothing on a last line without an end. */
  readonly end: string;
  /** What the line says; undefined for a comment, a blank line, and a line that Asterisk passes over. */
  readonly statement: ConfStatement | undefined;
}

/** One file, parsed by itself: includes are not followed and templates not resolved. */
export interface ConfFile {
  readonly file: string;
  readonly statements: readonly ConfStatement[];
  /** What Asterisk would warn of. */
  readonly problems: readonly Problem[];
  /** Every line; joined, `text` and `end` give the file back byte by byte. Made anew at each call. */
  lines(): ConfLine[];
}

/**
 * Parses a `.conf` file by the rules of Asterisk's main/config.c, the same in Asterisk 16 to 23. There is no line continuation:
 * a backslash at the end of a line is part of the value.
 * @param text the file; bytes are read as UTF-8
 * @param options.file its name, for messages
 * @throws ConfError where Asterisk would refuse the whole file
 */
export function parseConf(text: string | Uint8Array, options: { readonly file: string }): ConfFile {
  const { file } = options;
  const source = typeof text === "string" ? text : new TextDecoder("utf-8", { ignoreBOM: true }).decode(text);
  const problems = new ProblemList();
  const comments = new CommentStripper(file);
  const statements: ConfStatement[] = [];
  for (const line of splitLines(source)) {
    const statement = parseLine(line, file, comments, problems);
    if (statement) statements.push(statement);
  }
  if (comments.openSince !== undefined) {
    const text = "a block comment that begins here has no end: all lines after it are passed over; end it with --;";
    problems.add("CONF_COMMENT_NOT_ENDED", { file, line: comments.openSince }, text);
  }
  return {
    file,
    statements,
    problems: problems.all,
    lines() {
      const byLine = new Map(statements.map((statement) => [statement.line, statement]));
      return Array.from(splitLines(source), (line) => ({ ...line, statement: byLine.get(line.number) }));
    },
  };
}

interface SourceLine {
  readonly number: number;
  readonly text: string;
  readonly end: string;
}

function* splitLines(source: string): Generator<SourceLine> {
  let number = 1;
  for (let start = 0; start < source.length; number += 1) {
    const feed = source.indexOf("\n", start);
    if (feed < 0) {
      yield { number, text: source.slice(start), end: "" };
      return;
    }
    const carriage = feed > start && source[feed - 1] === "\r";
    yield { number, text: source.slice(start, carriage ? feed - 1 : feed), end: carriage ? "\r\n" : "\n" };
    start = feed + 1;
  }
}

function parseLine(
  line: SourceLine,
  file: string,
  comments: CommentStripper,
  problems: ProblemList,
): ConfStatement | undefined {
  const at = { file, line: line.number };
  if (isTooLong(line)) {
    const text = `a line of more than ${MAX_LINE_BYTES} bytes is passed over: split it`;
    problems.add("CONF_LINE_TOO_LONG", at, text);
    return undefined;
  }
  let { text } = line;
  const nul = text.indexOf("\0");
  if (nul >= 0) {
    problems.add("CONF_NUL", at, "Asterisk reads a line up to the first NUL byte only: remove it");
    text = text.slice(0, nul);
  }
  if (line.number === 1 && text.startsWith("\uFEFF")) text = text.slice(1);
  const uncommented = comments.strip(text, line.number);
  if (uncommented === undefined) return undefined;
  const stripped = stripBlanks(uncommented);
  return stripped === "" ? undefined : parseStatement(stripped, at, problems);
}

function isTooLong({ text, end }: SourceLine): boolean {
  if (text.length * 3 <= MAX_LINE_BYTES) return false;
  const carriage = end === "\r\n" ? 1 : 0;
  return text.length + carriage > MAX_LINE_BYTES || Buffer.byteLength(text) + carriage > MAX_LINE_BYTES;
}
