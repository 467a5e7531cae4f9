import type { Scope } from "@cordboard/sdk";
import { sql, type RawBuilder, type SelectQueryBuilder } from "kysely";
import type { Database, Tables } from "../storage/database.ts";
import { ofExtensions, type HistoryCondition } from "./scope-condition.ts";
import { containing } from "./search-keys.ts";

/** What calls are searched by, besides their own columns. Texts are keys of search. */
export interface SearchTerms {
  readonly extension?: string;
  readonly number?: string;
  readonly name?: string;
  readonly queue?: string;
  readonly scope: Scope;
}

/** One thing that is searched by: a test of one call, and, where an index has them, the calls that pass it. */
export interface SearchFilter {
  readonly passes: HistoryCondition;
  /** Its calls, each also more than once. Undefined where too many different numbers or names fit. */
  readonly calls?: CallsOfFilter;
  /** True if an index has its calls in the order of time. */
  readonly isOrdered: boolean;
}

/** The numbers of calls, and when they began. */
type CallsOfFilter = SelectQueryBuilder<
  Tables,
  "call_history_party" | "call_history_queue",
  { call_seq: number; started_at: number }
>;

/** How a search goes about its work. */
export interface SearchEffort {
  /** Of a filter with at most so many calls all are looked up; else calls are looked at in the order of time until the page is full. */
  readonly fewCalls: number;
  /** So many calls are looked at in the order of time, before others have their turn. */
  readonly callsAtOnce: number;
  /** More different numbers or names than this, and their calls are not looked up. */
  readonly fewTexts: number;
  /** So many numbers or names are looked through, before others have their turn. */
  readonly textsAtOnce: number;
}

/** The filters of a search. Between long looks it lets the rest of the program run. @throws the reason of `signal` */
export async function filtersOf(
  db: Database,
  terms: SearchTerms,
  effort: SearchEffort,
  signal: AbortSignal | undefined,
): Promise<SearchFilter[]> {
  const { extension, name, number, queue, scope } = terms;
  const filters: SearchFilter[] = [];
  if (scope.extensions !== "*") filters.push(extensionFilter(db, scope.extensions));
  if (extension !== undefined) filters.push(extensionFilter(db, [extension]));
  if (queue !== undefined) filters.push(queueFilter(db, queue));
  if (number !== undefined) filters.push(await textFilter(db, numbers, number, effort, signal));
  if (name !== undefined) filters.push(await textFilter(db, names, name, effort, signal));
  return filters;
}

function extensionFilter(db: Database, extensions: string[]): SearchFilter {
  return {
    calls: partiesWhere(db, "extension", extensions),
    isOrdered: extensions.length === 1,
    passes: ofExtensions({ extensions }),
  };
}

function partiesWhere(
  db: Database,
  column: "extension" | "number_id" | "name_id",
  values: readonly (string | number)[],
): CallsOfFilter {
  const query = db.selectFrom("call_history_party").select(["call_seq", "started_at"]);
  return query.where(sql.ref(column), "in", padded(values));
}

function queueFilter(db: Database, queue: string): SearchFilter {
  const calls = db.selectFrom("call_history_queue").select(["call_seq", "started_at"]).where("queue", "=", queue);
  return {
    calls,
    isOrdered: true,
    passes: (builder) =>
      builder.exists(
        builder
          .selectFrom("call_history_queue")
          .select("call_seq")
          .whereRef("call_history_queue.call_seq", "=", "call_history.seq")
          // Not by the index of the queue, which has far more calls than this one has queues.
          .where(sql`coalesce(call_history_queue.queue, '')`, "=", queue),
      ),
  };
}

/** Where texts of a kind stand. */
interface TextTable {
  readonly table: "call_history_number" | "call_history_name";
  readonly text: "digits" | "folded";
  /** The column of a party that names one. */
  readonly reference: "number_id" | "name_id";
}
const numbers: TextTable = { table: "call_history_number", text: "digits", reference: "number_id" };
const names: TextTable = { table: "call_history_name", text: "folded", reference: "name_id" };

async function textFilter(
  db: Database,
  where: TextTable,
  part: string,
  effort: SearchEffort,
  signal: AbortSignal | undefined,
): Promise<SearchFilter> {
  const pattern = containing(part);
  const ids = await textIds(db, where, pattern, effort, signal);
  const { reference, table } = where;
  return {
    ...(ids === undefined ? {} : { calls: partiesWhere(db, reference, ids) }),
    isOrdered: ids?.length === 1,
    passes: () => sql<boolean>`exists (
      select 1 from call_history_party
      join ${sql.table(table)} on ${sql.ref(`${table}.id`)} = ${sql.ref(`call_history_party.${reference}`)}
      where call_history_party.call_seq = call_history.seq and ${isLike(where, pattern)})`,
  };
}

/** The ids of all texts that fit; undefined if there are more than can be of use. */
async function textIds(
  db: Database,
  where: TextTable,
  pattern: string,
  { fewTexts, textsAtOnce }: SearchEffort,
  signal: AbortSignal | undefined,
): Promise<number[] | undefined> {
  const { table } = where;
  const { last } = await db
    .selectFrom(table)
    .select(({ fn }) => fn.max("id").as("last"))
    .executeTakeFirstOrThrow();
  const ids: number[] = [];
  for (let from = 0; from < (last ?? 0); from += textsAtOnce) {
    if (from > 0) await pause(signal);
    const found = await db
      .selectFrom(table)
      .select("id")
      .where("id", ">", from)
      .where("id", "<=", from + textsAtOnce)
      .where(isLike(where, pattern))
      .limit(fewTexts + 1 - ids.length)
      .execute();
    ids.push(...found.map(({ id }) => id));
    if (ids.length > fewTexts) return undefined;
  }
  return ids;
}

function isLike({ table, text }: TextTable, pattern: string): RawBuilder<boolean> {
  return sql<boolean>`${sql.ref(`${table}.${text}`)} like ${pattern} escape '\\'`;
}

/** Lists come in few lengths, so that their statements stay prepared. An empty one finds nothing. */
function padded(values: readonly (string | number)[]): readonly (string | number | null)[] {
  const last = values.at(-1);
  if (last === undefined) return [null];
  const length = 2 ** Math.ceil(Math.log2(values.length));
  return [...values, ...Array.from({ length: length - values.length }, () => last)];
}

/** Lets the rest of the program run. @throws the reason of `signal` */
export async function pause(signal: AbortSignal | undefined): Promise<void> {
  await new Promise((resolve) => void setImmediate(resolve));
  stopIfAborted(signal);
}

/** @throws the reason of `signal`, if it has fired, as an Error */
export function stopIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw signal.reason instanceof Error ? signal.reason : new Error(String(signal.reason));
}
