import { ConfError, type Position } from "./errors.ts";

/** Block comments nest this deep at most (Asterisk's main/config.c). */
const MAX_NESTED = 128;

/**
 * Takes comments out of the lines of one file, one after the other, as Asterisk does (main/config.c): `;` to the end of the line,
 * `;--` to `--;` over lines and nested, `\;` for a semicolon. A line such as `;------` is an ordinary comment.
 */
export class CommentStripper {
  readonly #file: string;
  /** Lines at which the comments that are open began. */
  readonly #open: number[] = [];

  constructor(file: string) {
    this.#file = file;
  }

  /** The line where the innermost open comment began, or undefined outside of comments. */
  get openSince(): number | undefined {
    return this.#open.at(-1);
  }

  /**
   * What is left of a line; undefined if all of it lies in a block comment.
   * @throws ConfError `CONF_COMMENT_DEPTH`, `CONF_COMMENT_NOT_STARTED`.
   */
  strip(line: string, number: number): string | undefined {
    const at: Position = { file: this.#file, line: number };
    let kept = this.#open.length === 0 ? "" : undefined;
    let tail = line;
    let from = 0;
    for (;;) {
      const semicolon = tail.indexOf(";", from);
      if (semicolon < 0) break;
      if (semicolon > from && tail[semicolon - 1] === "\\") {
        tail = tail.slice(0, semicolon - 1) + tail.slice(semicolon);
        from = semicolon;
      } else if (startsBlock(tail, semicolon)) {
        if (this.#open.length === 0) kept = (kept ?? "") + tail.slice(0, semicolon);
        this.#begin(at);
        tail = tail.slice(semicolon + 3);
        from = 0;
      } else if (semicolon >= from + 2 && tail.startsWith("--", semicolon - 2)) {
        this.#end(at);
        tail = tail.slice(semicolon + 1);
        from = 0;
        if (this.#open.length === 0) kept ??= "";
      } else if (this.#open.length === 0) {
        return (kept ?? "") + tail.slice(0, semicolon);
      } else {
        from = semicolon + 1;
      }
    }
    return this.#open.length === 0 ? (kept ?? "") + tail : kept;
  }

  #begin(at: Position): void {
    if (this.#open.length >= MAX_NESTED) {
      const text = `block comments nest deeper than ${MAX_NESTED}; Asterisk would hang here: end the ones before with --;`;
      throw new ConfError("CONF_COMMENT_DEPTH", at, text);
    }
    this.#open.push(at.line);
  }

  #end(at: Position): void {
    if (this.#open.pop() === undefined) {
      const text =
        "--; ends a block comment that never began; Asterisk would pass over the lines after it: remove it, or write --\\;";
      throw new ConfError("CONF_COMMENT_NOT_STARTED", at, text);
    }
  }
}

function startsBlock(text: string, semicolon: number): boolean {
  return text.startsWith("--", semicolon + 1) && text[semicolon + 3] !== "-";
}
