import { fit } from "./cell-width.ts";
import { safeText } from "./safe-text.ts";
import { wrapText } from "./wrap-text.ts";

const TIME_WIDTH = 8;
const GAP = "  ";

/** Width of each of `count` columns beside the time; at least 8. */
function columnWidth(count: number, width: number): number {
  return Math.max(8, Math.floor((width - TIME_WIDTH) / count) - GAP.length);
}

/** The head line: each column's title in its place. */
export function columnTitles(titles: readonly string[], width: number): string {
  const wide = columnWidth(titles.length, width);
  return `${fit("Time", TIME_WIDTH)}${titles.map((title) => GAP + fit(safeText(title), wide)).join("")}`.trimEnd();
}

/** The lines of one event in its column, broken between words. */
export function columnLines(time: string, text: string, column: number, count: number, width: number): string[] {
  const wide = columnWidth(count, width);
  const indent = " ".repeat(column * (wide + GAP.length)) + GAP;
  return wrapText(safeText(text), wide).map(
    (line, index) => `${fit(index === 0 ? time : "", TIME_WIDTH)}${indent}${line}`,
  );
}

/** The lines of what concerns every column: beside the time, over the whole width, broken between words. */
export function wideLines(time: string, text: string, width: number): string[] {
  const lines = wrapText(safeText(text), Math.max(8, width - TIME_WIDTH - GAP.length));
  return lines.map((line, index) => `${fit(index === 0 ? time : "", TIME_WIDTH)}${GAP}${line}`);
}
