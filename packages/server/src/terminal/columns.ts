import { fit } from "./cell-width.ts";
import { safeText } from "./safe-text.ts";
import { wrapText } from "./wrap-text.ts";

const TIME_WIDTH = 8;
const GAP = "  ";
/** Narrower columns cannot be read: then each line names its column instead. */
const LEAST = 16;

/** Colours a text; its column is told, 0 the first. */
export type Paint = (text: string, column: number) => string;

const plain: Paint = (text) => text;

/** Columns side by side, a title above each, or lines that name their column where the terminal is too narrow for that. */
export class Columns {
  readonly #titles: readonly string[];
  readonly #width: number;

  constructor(titles: readonly string[], width: number) {
    this.#titles = titles.map(safeText);
    this.#width = width;
  }

  /** The head line. */
  titles(): string {
    if (this.#wide < LEAST) return `${fit("Time", TIME_WIDTH)}${GAP}${this.#titles.join(", ")}`;
    return `${fit("Time", TIME_WIDTH)}${this.#titles.map((title) => GAP + fit(title, this.#wide)).join("")}`.trimEnd();
  }

  /** The lines of one event in all columns that it concerns, broken between words. */
  lines(time: string, text: string, columns: readonly number[], paint: Paint = plain): string[] {
    const safe = safeText(text);
    if (this.#wide < LEAST) return columns.flatMap((column) => this.#named(time, safe, column, paint));
    const cell = wrapText(safe, this.#wide);
    const last = Math.max(...columns);
    return cell.map((line, index) => {
      let row = fit(index === 0 ? time : "", TIME_WIDTH);
      for (let column = 0; column <= last; column++) {
        const shown = columns.includes(column) ? line : "";
        const padded = column === last ? shown : fit(shown, this.#wide);
        row += GAP + (shown === "" ? padded : paint(padded, column));
      }
      return row;
    });
  }

  get #wide(): number {
    return Math.floor((this.#width - TIME_WIDTH) / this.#titles.length) - GAP.length;
  }

  #named(time: string, text: string, column: number, paint: Paint): string[] {
    const lines = wideLines(time, `${this.#titles[column] ?? ""}: ${text}`, this.#width);
    return lines.map((line) => line.slice(0, TIME_WIDTH) + paint(line.slice(TIME_WIDTH), column));
  }
}

/** The lines of what concerns every column: beside the time, over the whole width, broken between words. */
export function wideLines(time: string, text: string, width: number): string[] {
  const lines = wrapText(safeText(text), Math.max(8, width - TIME_WIDTH - GAP.length));
  return lines.map((line, index) => `${fit(index === 0 ? time : "", TIME_WIDTH)}${GAP}${line}`);
}
