import { cellWidth, fit } from "./cell-width.ts";
import { safeText } from "./safe-text.ts";

/** One column; `shrink` says which give way first in a narrow terminal: the highest number first, 0 never. */
export interface TableColumn {
  readonly title: string;
  readonly align?: "left" | "right";
  readonly shrink?: number;
  /** Columns below which a shrinking one is not pressed; default 6. */
  readonly min?: number;
}

/**
 * Lines of a table that fit into `width` columns: first the titles, then one line per row.
 * Cells are made safe for the terminal; columns that do not fit at all are left out from the right.
 */
export function textTable(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string[] {
  const cells = rows.map((row) => columns.map((_, index) => safeText(row[index] ?? "")));
  const widths = columns.map((column, index) =>
    cells.reduce((widest, row) => Math.max(widest, cellWidth(row[index] ?? "")), cellWidth(column.title)),
  );
  shrinkTo(columns, widths, width);
  const line = (values: readonly string[]): string => {
    let text = "";
    for (const [index, column] of columns.entries()) {
      const wide = widths[index] ?? 0;
      if (wide > 0) text += `${text === "" ? "" : "  "}${fit(values[index] ?? "", wide, column.align)}`;
    }
    return text.trimEnd();
  };
  return [line(columns.map((column) => column.title)), ...cells.map(line)];
}

function shrinkTo(columns: readonly TableColumn[], widths: number[], width: number): void {
  const total = (): number => widths.filter((wide) => wide > 0).reduce((sum, wide) => sum + wide + 2, -2);
  const order = columns
    .map((column, index) => ({ index, shrink: column.shrink ?? 0, min: column.min ?? 6 }))
    .filter((column) => column.shrink > 0)
    .sort((left, right) => right.shrink - left.shrink);
  for (const { index, min } of order) {
    const excess = total() - width;
    if (excess <= 0) return;
    const wide = widths[index] ?? 0;
    widths[index] = Math.max(Math.min(wide, min), wide - excess);
  }
  for (let index = columns.length - 1; index > 0 && total() > width; index--) widths[index] = 0;
  if (total() > width) widths[0] = Math.max(1, width);
}
