import { Readable } from "node:stream";
import type { CallHistoryExportQuery, CallRecord, Scope } from "@cordboard/sdk";
import type { Database } from "../storage/database.ts";
import { searchCallHistory } from "./call-history-search.ts";
import { csvHeader, csvLines } from "./csv.ts";

/** So many calls are in memory at once. */
const callsPerPage = 200;

/**
 * The calls that a query and a scope allow as a file, newest first. It is read from the database as fast as it is taken, a page at a time;
 * destroy it, or abort `signal`, to end it early. Fails with what the search throws.
 */
export function exportCallHistory(
  db: Database,
  query: CallHistoryExportQuery,
  scope: Scope,
  signal?: AbortSignal,
): Readable {
  const { format, raw, separator = "comma", ...search } = query;
  const pages = pagesOf(db, search, scope, signal);
  const text = format === "json" ? json(pages) : csv(pages, { raw: raw === "true", separator });
  const stream = Readable.from(text, { objectMode: false });
  // Without an error of its own the end is a premature one to whoever reads.
  if (signal?.aborted === true) stream.destroy();
  signal?.addEventListener("abort", () => stream.destroy(), { once: true });
  return stream;
}

type Search = Omit<CallHistoryExportQuery, "format" | "raw" | "separator">;

async function* pagesOf(
  db: Database,
  search: Search,
  scope: Scope,
  signal: AbortSignal | undefined,
): AsyncGenerator<readonly CallRecord[]> {
  let after: string | undefined;
  do {
    const query = { ...search, limit: callsPerPage, ...(after === undefined ? {} : { after }) };
    const page = await searchCallHistory(db, query, scope, signal === undefined ? {} : { signal });
    yield page.items;
    after = page.next;
  } while (after !== undefined);
}

async function* csv(
  pages: AsyncIterable<readonly CallRecord[]>,
  options: Parameters<typeof csvHeader>[0],
): AsyncGenerator<string> {
  yield csvHeader(options);
  for await (const records of pages) yield csvLines(records, options);
}

async function* json(pages: AsyncIterable<readonly CallRecord[]>): AsyncGenerator<string> {
  let before = "[\n";
  for await (const records of pages)
    for (const record of records) {
      yield `${before}${JSON.stringify(record)}`;
      before = ",\n";
    }
  yield before === "[\n" ? "[]\n" : "\n]\n";
}
