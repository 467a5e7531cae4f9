import { sql, type SelectQueryBuilder } from "kysely";
import type { CallHistoryRow, Database } from "../storage/database.ts";
import type { Position } from "./position.ts";
import type { HistoryCondition } from "./scope-condition.ts";
import { pause, type SearchEffort, type SearchFilter } from "./search-filters.ts";

/** Which calls are wanted. */
export interface Wanted {
  /** What the rows of the calls themselves must fit. */
  readonly columns: readonly HistoryCondition[];
  readonly filters: readonly SearchFilter[];
  /** Begun at or after this time. */
  readonly from: number | undefined;
  /** The one of `columns` by whose index to go through the calls, if there is one. */
  readonly indexed: HistoryCondition | undefined;
  /** Behind this place in the order of time. */
  readonly start: Position | undefined;
  readonly limit: number;
}

/** A piece of the order of time. */
interface Stretch {
  readonly from: number | undefined;
  readonly start: Position | undefined;
  /** Its last place. */
  readonly until?: Position | undefined;
}

/** The places of calls, newest first. */
type Keys = SelectQueryBuilder<never, never, { seq: number; started_at: number }>;

/**
 * The wanted calls, newest first, and one more than the limit if there are more. Long work is done in pieces.
 * @throws the reason of `signal`
 */
export async function findRows(
  db: Database,
  wanted: Wanted,
  effort: SearchEffort,
  signal: AbortSignal | undefined,
): Promise<CallHistoryRow[]> {
  const { columns, filters, limit } = wanted;
  const [only] = filters;
  const isSimple = filters.length === 1 && columns.length === 0 && only?.isOrdered === true;
  const best = isSimple ? only : await smallest(db, filters, effort);
  if (best === undefined) return inOrderOfTime(db, wanted, effort, signal);
  const others = [...columns, ...filters.flatMap((filter) => (filter === best ? [] : [filter.passes]))];
  return rowsAt(db, placesIn(db, best, others, wanted), limit);
}

/** The filter that has the fewest calls, if those are few enough to be looked up. */
async function smallest(
  db: Database,
  filters: readonly SearchFilter[],
  { fewCalls }: SearchEffort,
): Promise<SearchFilter | undefined> {
  let best: SearchFilter | undefined;
  let fewest = fewCalls + 1;
  for (const filter of filters) {
    if (filter.calls === undefined) continue;
    const { count } = await db
      .selectFrom(filter.calls.limit(fewest).as("found"))
      .select(({ fn }) => fn.countAll<number | string>().as("count"))
      .executeTakeFirstOrThrow();
    if (Number(count) >= fewest) continue;
    best = filter;
    fewest = Number(count);
  }
  return best;
}

/** The calls of a filter, each once; their rows are looked at only where there is something else to be fitted. */
function placesIn(db: Database, filter: SearchFilter, others: readonly HistoryCondition[], wanted: Wanted): Keys {
  if (filter.calls === undefined) throw new Error("a filter without calls was chosen");
  const { from, start } = wanted;
  let found = db.selectFrom(filter.calls.as("found")).select(["found.call_seq as seq", "found.started_at"]).distinct();
  if (from !== undefined) found = found.where("found.started_at", ">=", from);
  if (start !== undefined)
    found = found.where(sql<boolean>`(found.started_at, found.call_seq) < (${start.startedAt}, ${start.seq})`);
  if (others.length === 0) return found.orderBy("found.started_at", "desc").orderBy("found.call_seq", "desc");
  // `cross join` keeps the order in which SQLite goes through the tables.
  let fitting = db
    .selectFrom(found.as("hit"))
    .crossJoin("call_history")
    .select(["hit.seq", "hit.started_at"])
    .whereRef("call_history.seq", "=", "hit.seq");
  for (const condition of others) fitting = fitting.where((builder) => condition(builder as never));
  return fitting.orderBy("hit.started_at", "desc").orderBy("hit.seq", "desc");
}

/** Goes back in time, some thousand calls at once, until the page is full. */
async function inOrderOfTime(
  db: Database,
  { columns, filters, from, indexed, limit, start }: Wanted,
  { callsAtOnce }: SearchEffort,
  signal: AbortSignal | undefined,
): Promise<CallHistoryRow[]> {
  const conditions = [...columns, ...filters.map(({ passes }) => passes)];
  const byIndex = indexed === undefined ? [] : [indexed];
  if (conditions.length === byIndex.length) return rowsAt(db, placesOn(db, conditions, { from, start }), limit);
  const rows: CallHistoryRow[] = [];
  for (let next = start; ;) {
    const [until] = await placesOn(db, byIndex, { from, start: next }).limit(1).offset(callsAtOnce).execute();
    const end = until === undefined ? undefined : { startedAt: until.started_at, seq: until.seq };
    const places = placesOn(db, conditions, { from, start: next, until: end });
    rows.push(...(await rowsAt(db, places, limit - rows.length)));
    if (end === undefined || rows.length > limit) return rows;
    next = end;
    await pause(signal);
  }
}

/** The calls of a stretch of time that fit. */
function placesOn(db: Database, conditions: readonly HistoryCondition[], { from, start, until }: Stretch): Keys {
  let places = db.selectFrom("call_history").select(["call_history.seq", "call_history.started_at"]);
  for (const condition of conditions) places = places.where(condition);
  if (from !== undefined) places = places.where("call_history.started_at", ">=", from);
  if (start !== undefined)
    places = places.where(
      sql<boolean>`(call_history.started_at, call_history.seq) < (${start.startedAt}, ${start.seq})`,
    );
  if (until !== undefined)
    places = places.where(
      sql<boolean>`(call_history.started_at, call_history.seq) >= (${until.startedAt}, ${until.seq})`,
    );
  return places.orderBy("call_history.started_at", "desc").orderBy("call_history.seq", "desc");
}

/** The newest of these calls, at most one more than the limit. */
async function rowsAt(db: Database, places: Keys, limit: number): Promise<CallHistoryRow[]> {
  return db
    .selectFrom(places.limit(limit + 1).as("page"))
    .innerJoin("call_history", "call_history.seq", "page.seq")
    .selectAll("call_history")
    .orderBy("page.started_at", "desc")
    .orderBy("page.seq", "desc")
    .execute();
}
