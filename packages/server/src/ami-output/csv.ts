import type { AmiRecord } from "./ami-record.ts";

/**
 * Comma-separated values (RFC 4180, lines end in CRLF): a line of names, then one per record. The columns are all
 * names that occur, in the order they first do; a repeated name's values share a cell, separated by line breaks.
 * A value that a spreadsheet would take for a formula gets a `'` in front: callers choose their names.
 */
export function toCsv(records: readonly AmiRecord[]): string {
  const names = [...new Set(records.flatMap((record) => record.map(([name]) => name)))];
  if (names.length === 0) return "";
  const lines = records.map((record) => {
    const cells = new Map<string, string>();
    for (const [name, value] of record) {
      const before = cells.get(name);
      cells.set(name, before === undefined ? value : `${before}\n${value}`);
    }
    return names.map((name) => cell(cells.get(name) ?? "")).join(",");
  });
  return [names.map(cell).join(","), ...lines, ""].join("\r\n");
}

// Spreadsheets begin a formula at these (OWASP "CSV injection"); a plain number may begin with a sign.
const FORMULA = /^[=+\-@\t\r\uFF1D\uFF0B\uFF0D\uFF20]/;
const NUMBER = /^[+-]?\d+(?:\.\d+)?$/;

function cell(value: string): string {
  const safe = FORMULA.test(value) && !NUMBER.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) || safe !== safe.trim() ? `"${safe.replaceAll('"', '""')}"` : safe;
}
