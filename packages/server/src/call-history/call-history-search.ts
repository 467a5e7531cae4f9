import type { CallHistoryPage, CallHistoryQuery, Scope } from "@cordboard/sdk";
import type { Database } from "../storage/database.ts";
import { recordOf } from "./history-row.ts";
import { fromCursor, toCursor, type Position } from "./position.ts";
import { findRows } from "./find-rows.ts";
import { oneOf, type HistoryCondition } from "./scope-condition.ts";
import { filtersOf, stopIfAborted, type SearchEffort } from "./search-filters.ts";
import { nameKey, numberKey } from "./search-keys.ts";

/** A search cannot be done as it was asked for. Its message is for whoever asked. */
export class SearchError extends Error {
  override readonly name: string = "SearchError";
  /** Which part of the query is wrong. */
  readonly parameter: "after" | "number" | "name";

  constructor(parameter: SearchError["parameter"], message: string) {
    super(message);
    this.parameter = parameter;
  }
}

/** Chosen by measuring with a million calls (docs/call-history.md): steps of some ten milliseconds. */
const usualEffort: SearchEffort = { fewCalls: 5_000, callsAtOnce: 20_000, fewTexts: 1024, textsAtOnce: 100_000 };

/** How a search is done. */
export interface SearchOptions {
  readonly signal?: AbortSignal;
  readonly effort?: SearchEffort;
}

/**
 * One page of the calls that a query and a scope allow, newest first. What took long is done in pieces, between which the rest of the program runs.
 * @throws SearchError for an `after` that was never given out, and for a number or name of nothing but separators
 * @throws the reason of `signal`
 */
export async function searchCallHistory(
  db: Database,
  query: CallHistoryQuery,
  scope: Scope,
  { effort = usualEffort, signal }: SearchOptions = {},
): Promise<CallHistoryPage> {
  stopIfAborted(signal);
  const { extension, limit, queue } = query;
  const start = startOf(query);
  const number = keyOf("number", query.number, numberKey);
  const name = keyOf("name", query.name, nameKey);
  const terms = {
    scope,
    ...(extension === undefined ? {} : { extension }),
    ...(queue === undefined ? {} : { queue }),
    ...(number === undefined ? {} : { number }),
    ...(name === undefined ? {} : { name }),
  };
  const filters = await filtersOf(db, terms, effort, signal);
  const from = query.from === undefined ? undefined : Date.parse(query.from);
  const conditions = columnConditions(query, scope);
  const columns = conditions.map(({ passes }) => passes);
  const indexed = conditions.find(({ hasIndex }) => hasIndex)?.passes;
  const wanted = { columns, filters, from, indexed, limit, start };
  const rows = await findRows(db, wanted, effort, signal);
  const items = rows.slice(0, limit).map(recordOf);
  const last = rows[limit - 1];
  const isMore = rows.length > limit && last !== undefined;
  return { items, ...(isMore ? { next: toCursor({ startedAt: last.started_at, seq: last.seq }) } : {}) };
}

/** What can be found wrong with a query before it is done. @throws SearchError */
export function checkSearch({ after, name, number, to }: Partial<CallHistoryQuery>): void {
  startOf({ after, to });
  keyOf("number", number, numberKey);
  keyOf("name", name, nameKey);
}

/** Behind which call the page begins, in the order of time. */
function startOf({ after, to }: Pick<CallHistoryQuery, "after" | "to">): Position | undefined {
  const position = after === undefined ? undefined : fromCursor(after);
  if (after !== undefined && position === undefined)
    throw new SearchError("after", "is no `next` of a page of this list");
  const end = to === undefined ? undefined : { startedAt: Date.parse(to), seq: 0 };
  if (position === undefined || end === undefined) return position ?? end;
  return position.startedAt < end.startedAt ? position : end;
}

function keyOf(
  parameter: "number" | "name",
  text: string | undefined,
  toKey: (text: string) => string,
): string | undefined {
  const key = text === undefined ? undefined : toKey(text);
  if (key === "") throw new SearchError(parameter, "has nothing in it that can be searched for");
  return key;
}

/** What the columns of calls must fit: the narrowest first that has an index. */
function columnConditions({ pbx, result }: CallHistoryQuery, { pbxs }: Scope): ColumnCondition[] {
  const wanted = [
    { column: "pbx", values: pbx === undefined ? undefined : [pbx] },
    { column: "result", values: result },
    { column: "pbx", values: pbxs === "*" ? undefined : pbxs },
  ] as const;
  return wanted.flatMap(({ column, values }) =>
    values === undefined ? [] : [{ passes: oneOf(column, values), hasIndex: values.length === 1 }],
  );
}

interface ColumnCondition {
  readonly passes: HistoryCondition;
  readonly hasIndex: boolean;
}
