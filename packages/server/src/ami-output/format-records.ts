import { safeJson, safeText } from "../terminal/safe-text.ts";
import { textTable } from "../terminal/text-table.ts";
import type { AmiRecord } from "./ami-record.ts";
import { toObject } from "./ami-record.ts";
import { toCsv } from "./csv.ts";
import { toXml } from "./xml.ts";

/** How `cordboard ami` writes what Asterisk answered. */
export const AMI_FORMATS = ["table", "standard", "json", "xml", "csv"] as const;

export type AmiFormat = (typeof AMI_FORMATS)[number];

/** One answer: the response, and the items if it was a list. */
export interface AmiAnswer {
  readonly response: AmiRecord;
  /** Absent when the action answers with a response alone. */
  readonly items?: readonly AmiRecord[];
}

/** Where the text goes. */
export interface FormatOptions {
  readonly width: number;
  /** True makes control characters visible; a file gets them as they came. */
  readonly terminal: boolean;
}

/** Headers that say nothing about an item: they are the list's own. */
const FRAMING: ReadonlySet<string> = new Set(["actionid", "eventlist"]);

/** The text of one answer, line break at its end included. */
export function formatAnswer(answer: AmiAnswer, format: AmiFormat, options: FormatOptions): string {
  switch (format) {
    case "json": {
      const response = toObject(answer.response);
      const items = answer.items === undefined ? {} : { items: answer.items.map(toObject) };
      return `${safeJson({ response, ...items })}\n`;
    }
    case "csv":
      return shownLines(toCsv(answer.items === undefined ? [answer.response] : withoutFraming(answer.items)), options);
    case "xml":
      return shownLines(toXml([answer.response, ...(answer.items ?? [])]), options);
    case "standard":
      return [answer.response, ...(answer.items ?? [])].map((record) => standard(record, options)).join("\n");
    default:
      return `${asTable(answer, options.width).join("\n")}\n`;
  }
}

/** The text of one event that came by itself; an empty line ends one in the formats for people. */
export function formatEvent(event: AmiRecord, format: AmiFormat, options: FormatOptions): string {
  switch (format) {
    case "json":
      return `${safeJson({ event: toObject(event) })}\n`;
    case "csv":
      return shownLines(toCsv([event]), options);
    case "xml":
      return shownLines(toXml([event]), options);
    default:
      return `${standard(event, options)}\n`;
  }
}

/** Lines that are made safe for a terminal, and left as they are elsewhere. */
function shownLines(text: string, { terminal }: FormatOptions): string {
  return terminal ? text.split(/\r?\n/).map(safeText).join("\n") : text;
}

/** `Name: value` lines, as on the wire. */
function standard(record: AmiRecord, options: FormatOptions): string {
  const shown = (text: string): string => (options.terminal ? safeText(text) : text);
  return record.map(([name, value]) => `${shown(name)}: ${shown(value)}\n`).join("");
}

function asTable(answer: AmiAnswer, width: number): string[] {
  if (answer.items === undefined) {
    const output = answer.response.filter(([name]) => name.toLowerCase() === "output");
    const rest = answer.response.filter(([name]) => !["actionid", "output"].includes(name.toLowerCase()));
    return [...pairs(rest), ...output.map(([, value]) => safeText(value))];
  }
  if (answer.items.length === 0) return ["The list is empty."];
  const records = withoutFraming(answer.items);
  const items = records.map(toObject);
  const names = [...new Set(items.flatMap((item) => Object.keys(item)))];
  const rows = items.map((item) => names.map((name) => [item[name] ?? ""].flat().join(", ")));
  const columns = names.map((title) => ({ title: safeText(title) }));
  const full = textTable(columns, rows, Number.POSITIVE_INFINITY);
  const fits = full.every((line) => line.length <= width);
  // Too wide for a table: a block for each item reads better than half of the columns.
  if (fits) return [...full, "", `${items.length} in the list.`];
  return [...records.flatMap((record) => [...pairs(record), ""]), `${items.length} in the list.`];
}

function pairs(record: AmiRecord): string[] {
  const widest = record.reduce((most, [name]) => Math.max(most, name.length), 0);
  return record.map(([name, value]) => `${safeText(name).padEnd(widest)}  ${safeText(value)}`.trimEnd());
}

/** The kind of an item is left out where all are of one kind. */
function withoutFraming(items: readonly AmiRecord[]): AmiRecord[] {
  const kind = (item: AmiRecord): string => item.find(([name]) => name.toLowerCase() === "event")?.[1] ?? "";
  const oneKind = new Set(items.map(kind)).size === 1;
  return items.map((item) =>
    item.filter(([name]) => !FRAMING.has(name.toLowerCase()) && !(oneKind && name.toLowerCase() === "event")),
  );
}
