import type { CallHistoryPage, CallHistoryQuery, CallResult, Scope } from "@cordboard/sdk";
import { sql, type Expression, type SelectQueryBuilder, type SqlBool } from "kysely";
import type { CallHistoryRow, Database, Tables } from "../storage/database.ts";
import { recordOf } from "./history-row.ts";
import { fromCursor, toCursor, type Position } from "./position.ts";
import { ofPbxs, type HistoryCondition } from "./scope-condition.ts";
import {
  filtersOf,
  pause,
  stopIfAborted,
  type CallsOfFilter,
  type SearchEffort,
  type SearchFilter,
} from "./search-filters.ts";
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

/** Measured with a million calls: no step of it takes longer than some ten milliseconds. */
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
  const conditions = [columnsFit(query, scope), ...filters.map(({ passes }) => passes)];
  const calls = await smallest(db, filters, effort);
  const rows =
    calls === undefined
      ? await inOrderOfTime(
          db,
          { conditions, effort, needsLook: needsLook(query, scope) || filters.length > 0, limit, query, start },
          signal,
        )
      : await rowsOf(db, { calls, conditions, limit, query, start });
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

function columnsFit({ from, pbx, result }: CallHistoryQuery, scope: Scope): HistoryCondition {
  return (builder) =>
    builder.and([
      ofPbxs(scope)(builder),
      ...(pbx === undefined ? [] : [builder("call_history.pbx", "=", pbx)]),
      ...(result === undefined ? [] : [resultFits(result)]),
      ...(from === undefined ? [] : [builder("call_history.started_at", ">=", Date.parse(from))]),
    ]);
}

/** True if many calls may have to be looked at for one that fits, because no index has what is asked for. */
function needsLook({ pbx, result }: CallHistoryQuery, { pbxs }: Scope): boolean {
  return pbx !== undefined || pbxs !== "*" || (result !== undefined && result.length > 1);
}

/** One result by its index; for several SQLite would sort all calls that have them, so those are looked at in the order of time. */
function resultFits(results: readonly CallResult[]): Expression<SqlBool> {
  const [only] = results;
  const isOne = results.length === 1 && only !== undefined;
  return isOne ? sql`call_history.result = ${only}` : sql`coalesce(call_history.result, '') in (${sql.join(results)})`;
}

/** The calls of the filter that has the fewest, if those are few enough to be looked up. */
async function smallest(
  db: Database,
  filters: readonly SearchFilter[],
  { fewCalls }: SearchEffort,
): Promise<CallsOfFilter | undefined> {
  let best: CallsOfFilter | undefined;
  let fewest = fewCalls + 1;
  for (const { calls } of filters) {
    if (calls === undefined) continue;
    const { count } = await db
      .selectFrom(calls.limit(fewest).as("found"))
      .select(({ fn }) => fn.countAll<number | string>().as("count"))
      .executeTakeFirstOrThrow();
    if (Number(count) >= fewest) continue;
    best = calls;
    fewest = Number(count);
  }
  return best;
}

interface Page {
  readonly conditions: readonly HistoryCondition[];
  readonly limit: number;
  readonly query: CallHistoryQuery;
  readonly start: Position | undefined;
}

/** At most one row more than the page has. */
async function rowsOf(
  db: Database,
  { calls, conditions, limit, start, until }: Page & { readonly calls?: CallsOfFilter; readonly until?: Position },
): Promise<CallHistoryRow[]> {
  type Keys = SelectQueryBuilder<Tables, "call_history", object>;
  // `cross join` keeps the order in which SQLite goes through the tables.
  const from =
    calls === undefined
      ? db.selectFrom("call_history")
      : (db
          .selectFrom(db.selectFrom(calls.as("found")).select("found.call_seq").distinct().as("hit"))
          .crossJoin("call_history")
          .whereRef("call_history.seq", "=", "hit.call_seq") as unknown as Keys);
  let keys = from.select(["call_history.seq", "call_history.started_at"]);
  for (const condition of conditions) keys = keys.where(condition);
  if (start !== undefined) keys = keys.where(sql<boolean>`(started_at, seq) < (${start.startedAt}, ${start.seq})`);
  if (until !== undefined) keys = keys.where(sql<boolean>`(started_at, seq) >= (${until.startedAt}, ${until.seq})`);
  const page = keys
    .orderBy("call_history.started_at", "desc")
    .orderBy("call_history.seq", "desc")
    .limit(limit + 1);
  return db
    .selectFrom(page.as("page"))
    .innerJoin("call_history", "call_history.seq", "page.seq")
    .selectAll("call_history")
    .orderBy("page.started_at", "desc")
    .orderBy("page.seq", "desc")
    .execute();
}

/** Goes back in time, some thousand calls at once, until the page is full. */
async function inOrderOfTime(
  db: Database,
  page: Page & { readonly effort: SearchEffort; readonly needsLook: boolean },
  signal: AbortSignal | undefined,
): Promise<CallHistoryRow[]> {
  if (!page.needsLook) return rowsOf(db, page);
  const rows: CallHistoryRow[] = [];
  let { start } = page;
  for (;;) {
    const until = await positionBack(db, page.query, start, page.effort);
    const limit = page.limit - rows.length;
    rows.push(...(await rowsOf(db, { ...page, limit, start, ...(until === undefined ? {} : { until }) })));
    if (until === undefined || rows.length > page.limit) return rows;
    start = until;
    await pause(signal);
  }
}

/** The place of a call some thousand calls back; undefined if there are not so many. */
async function positionBack(
  db: Database,
  { from, result }: CallHistoryQuery,
  start: Position | undefined,
  { callsAtOnce }: SearchEffort,
): Promise<Position | undefined> {
  let query = db.selectFrom("call_history").select(["started_at", "seq"]);
  if (result !== undefined) query = query.where(resultFits(result));
  if (from !== undefined) query = query.where("started_at", ">=", Date.parse(from));
  if (start !== undefined) query = query.where(sql<boolean>`(started_at, seq) < (${start.startedAt}, ${start.seq})`);
  const row = await query
    .orderBy("started_at", "desc")
    .orderBy("seq", "desc")
    .limit(1)
    .offset(callsAtOnce)
    .executeTakeFirst();
  return row === undefined ? undefined : { startedAt: row.started_at, seq: row.seq };
}
