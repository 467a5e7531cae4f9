import { ConfError, type Position } from "./errors.ts";
import type { ProblemList } from "./problem-list.ts";
import { stripBlanks } from "./strip-blanks.ts";

/** `[name](options)`. */
export interface SectionStatement {
  readonly kind: "section";
  readonly line: number;
  readonly name: string;
  /** What stands between the parentheses, split at the commas: `!`, `+`, `+filter` or the name of a parent. */
  readonly options: readonly string[];
}

/** `name = value`, `name => value`, `name += value`. */
export interface ValueStatement {
  readonly kind: "value";
  readonly line: number;
  readonly name: string;
  readonly operator: "=" | "=>" | "+=";
  /** Without blanks at its ends, but for `+=`, where they count. */
  readonly value: string;
}

/** `#include path`, `#tryinclude path`. */
export interface IncludeStatement {
  readonly kind: "include";
  readonly line: number;
  /** A missing file is no error. */
  readonly optional: boolean;
  /** As written, without quotes or angle brackets; may hold wildcards. */
  readonly path: string;
}

/** `#exec command`. It is never run. */
export interface ExecStatement {
  readonly kind: "exec";
  readonly line: number;
}

/** A line that says something. */
export type ConfStatement = SectionStatement | ValueStatement | IncludeStatement | ExecStatement;

/**
 * The statement of a line without its comments and outer blanks; undefined if Asterisk passes over the line with a warning, which is added to `problems`
 * (`process_text_line` in main/config.c).
 * @throws ConfError for what makes Asterisk refuse the whole file.
 */
export function parseStatement(text: string, at: Position, problems: ProblemList): ConfStatement | undefined {
  if (text.startsWith("[")) return parseSection(text, at, problems);
  if (text.startsWith("#")) return parseDirective(text, at, problems);
  return parseValue(text, at, problems);
}

function parseSection(text: string, at: Position, problems: ProblemList): SectionStatement {
  const close = text.indexOf("]");
  if (close < 0) throw new ConfError("CONF_NO_BRACKET", at, "a section begins with [ and has no ]: add it");
  const name = text.slice(1, close);
  const rest = text.slice(close + 1);
  if (!rest.startsWith("(")) {
    if (rest !== "") {
      const text = `what follows [${name}] is passed over: parentheses must stand right after the ]`;
      problems.add("CONF_TEXT_AFTER_SECTION", at, text);
    }
    return { kind: "section", line: at.line, name, options: [] };
  }
  const end = rest.indexOf(")");
  if (end < 0) throw new ConfError("CONF_NO_PARENTHESIS", at, `[${name}]( has no closing parenthesis: add it`);
  return { kind: "section", line: at.line, name, options: rest.slice(1, end).split(",") };
}

function parseDirective(text: string, at: Position, problems: ProblemList): ConfStatement | undefined {
  let end = 1;
  while (end < text.length && text.charCodeAt(end) > 32) end += 1;
  const word = text.slice(1, end);
  const directive = word.toLowerCase();
  if (directive === "exec") {
    problems.add(
      "CONF_EXEC_REFUSED",
      at,
      "#exec is never run: what the command would add is missing from what was read",
    );
    return { kind: "exec", line: at.line };
  }
  if (directive !== "include" && directive !== "tryinclude") {
    problems.add("CONF_UNKNOWN_DIRECTIVE", at, "a line that begins with # is no comment: begin it with ; instead");
    return undefined;
  }
  const argument = stripBlanks(text.slice(end));
  if (argument === "") {
    problems.add("CONF_NO_ARGUMENT", at, `#${directive} names no file: add the name, or remove the line`);
    return undefined;
  }
  return { kind: "include", line: at.line, optional: directive === "tryinclude", path: unquote(argument) };
}

function unquote(argument: string): string {
  const closing = argument.startsWith("<") ? ">" : '"';
  const quoted = (argument.startsWith('"') || argument.startsWith("<")) && argument.endsWith(closing);
  return quoted ? argument.slice(1, Math.max(1, argument.length - 1)) : argument;
}

function parseValue(text: string, at: Position, problems: ProblemList): ValueStatement | undefined {
  const escaped = text.startsWith("\\");
  const body = escaped ? text.slice(1) : text;
  if (escaped && !(body.charCodeAt(0) > 32)) {
    throw new ConfError("CONF_BAD_ESCAPE", at, "a line that begins with \\ needs a character after it: remove the \\");
  }
  const equals = body.indexOf("=", escaped ? 1 : 0);
  if (equals < 0) {
    problems.add(
      "CONF_NO_EQUALS",
      at,
      "a line without = is passed over: write name = value, or make it a comment with ;",
    );
    return undefined;
  }
  const appends = equals > (escaped ? 1 : 0) && body[equals - 1] === "+";
  const object = !appends && body[equals + 1] === ">";
  const name = stripBlanks(body.slice(0, appends ? equals - 1 : equals));
  if (name === "") {
    problems.add(
      "CONF_NO_NAME",
      at,
      "a line with nothing before the = is passed over: add the name, or remove the line",
    );
    return undefined;
  }
  const value = body.slice(equals + (object ? 2 : 1));
  if (appends) return { kind: "value", line: at.line, name, operator: "+=", value };
  return { kind: "value", line: at.line, name, operator: object ? "=>" : "=", value: stripBlanks(value) };
}
