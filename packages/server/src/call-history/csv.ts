import type { CallRecord } from "@cordboard/sdk";
import { stringify } from "csv-stringify/sync";
import { safeText } from "../terminal/safe-text.ts";
import { describePath } from "./describe-path.ts";
import { formulaProof } from "./formula-proof.ts";

/** How a table is written. */
export interface CsvOptions {
  /** Exactly the values, for programs; else so that a spreadsheet understands and harms nobody. */
  readonly raw: boolean;
  readonly separator: "comma" | "semicolon" | "tab";
}

type Cell = string | number | undefined;

/** The columns in their order: the fields of a record, and its way in words. */
const columns: Readonly<Record<string, (record: CallRecord) => Cell>> = {
  id: ({ id }) => id,
  pbx: ({ pbx }) => pbx,
  startedAt: ({ startedAt }) => startedAt,
  establishedAt: ({ establishedAt }) => establishedAt,
  clearedAt: ({ clearedAt }) => clearedAt,
  result: ({ result }) => result,
  cause: ({ cause }) => cause,
  callerNumber: ({ callerNumber }) => callerNumber,
  callerName: ({ callerName }) => callerName,
  callerExtension: ({ callerExtension }) => callerExtension,
  dialled: ({ dialled }) => dialled,
  answeredBy: ({ answeredBy }) => answeredBy,
  queue: ({ queue }) => queue,
  mergedInto: ({ mergedInto }) => mergedInto,
  ringSeconds: ({ ringSeconds }) => ringSeconds,
  queueSeconds: ({ queueSeconds }) => queueSeconds,
  talkSeconds: ({ talkSeconds }) => talkSeconds,
  holdSeconds: ({ holdSeconds }) => holdSeconds,
  path: describePath,
};
const times = new Set(["startedAt", "establishedAt", "clearedAt"]);
const separators = { comma: ",", semicolon: ";", tab: "\t" };

/** The first line; for spreadsheets behind the mark by which they know UTF-8. */
export function csvHeader(options: CsvOptions): string {
  return `${options.raw ? "" : "\uFEFF"}${lines([Object.keys(columns)], options)}`;
}

/** A line for each record (RFC 4180). */
export function csvLines(records: readonly CallRecord[], options: CsvOptions): string {
  const rows = records.map((record) =>
    Object.entries(columns).map(([name, cellOf]) => {
      const cell = cellOf(record);
      return options.raw || cell === undefined ? cell : forSpreadsheet(name, cell);
    }),
  );
  return rows.length === 0 ? "" : lines(rows, options);
}

/** A decimal point is a date to some spreadsheets, an ISO time is a text to all, and a control character may do anything. */
function forSpreadsheet(name: string, cell: string | number): Cell {
  if (typeof cell === "number") return Math.round(cell);
  return times.has(name) ? cell.slice(0, 19).replace("T", " ") : formulaProof(safeText(cell));
}

function lines(rows: readonly (readonly Cell[])[], { separator }: CsvOptions): string {
  return stringify(
    rows.map((row) => [...row]),
    { delimiter: separators[separator], quoted_string: true, record_delimiter: "\r\n" },
  );
}
