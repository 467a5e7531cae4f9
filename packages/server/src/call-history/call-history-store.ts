import type { CallRecord, Scope } from "@cordboard/sdk";
import { sql } from "kysely";
import type { CallHistoryPartyRow, Database, DatabaseTransaction } from "../storage/database.ts";
import { recordOf, rowOf } from "./history-row.ts";
import { partiesOf, queuesOf } from "./parties.ts";
import { ofScope } from "./scope-condition.ts";

/** Of the parameters that a statement may have. */
const idsAtOnce = 500;
const partiesAtOnce = 20;

/** The calls that have ended, in the database. */
export class CallHistoryStore {
  readonly #db: Database;

  constructor(db: Database) {
    this.#db = db;
  }

  /** Stores a call within a transaction. @returns false if it was there already: nothing is changed then */
  async insert(trx: DatabaseTransaction, record: CallRecord): Promise<boolean> {
    const row = rowOf(record);
    const inserted = await trx
      .insertInto("call_history")
      .values((builder) => ({
        seq: builder.selectFrom("call_history").select(sql<number>`coalesce(max(seq), 0) + 1`.as("next")),
        ...row,
      }))
      .onConflict((conflict) => conflict.column("call_id").doNothing())
      .returning("seq")
      .executeTakeFirst();
    if (inserted === undefined) return false;
    const parties: CallHistoryPartyRow[] = [];
    for (const { device, extension, name, number } of partiesOf(record))
      parties.push({
        call_seq: inserted.seq,
        started_at: row.started_at,
        extension,
        device,
        number_id: number === "" ? null : await numberId(trx, number),
        name_id: name === "" ? null : await nameId(trx, name),
      });
    for (let from = 0; from < parties.length; from += partiesAtOnce)
      await trx
        .insertInto("call_history_party")
        .values(parties.slice(from, from + partiesAtOnce))
        .execute();
    for (const queue of queuesOf(record))
      await trx
        .insertInto("call_history_queue")
        .values({ call_seq: inserted.seq, started_at: row.started_at, queue })
        .execute();
    return true;
  }

  /** A call by its id; undefined if there is none, or none that this scope may see. */
  async find(id: string, scope: Scope): Promise<CallRecord | undefined> {
    const row = await this.#db
      .selectFrom("call_history")
      .selectAll()
      .where("call_id", "=", id)
      .where(ofScope(scope))
      .executeTakeFirst();
    return row === undefined ? undefined : recordOf(row);
  }

  /**
   * Deletes the oldest calls that began before a time, at most so many.
   * @param before milliseconds since 1970
   * @returns how many were deleted: fewer than `most` when none is left
   */
  async prune(before: number, most: number): Promise<number> {
    return this.#db.transaction().execute(async (trx) => {
      const old = await trx
        .selectFrom("call_history")
        .select("seq")
        .where("started_at", "<", before)
        .orderBy("started_at")
        .orderBy("seq")
        .limit(most)
        .execute();
      if (old.length === 0) return 0;
      const seqs = old.map(({ seq }) => seq);
      const parties = await trx
        .selectFrom("call_history_party")
        .select(["number_id", "name_id"])
        .distinct()
        .where("call_seq", "in", seqs)
        .execute();
      await trx.deleteFrom("call_history").where("seq", "in", seqs).execute();
      await forgetUnused(
        trx,
        "call_history_number",
        "number_id",
        parties.map((party) => party.number_id),
      );
      await forgetUnused(
        trx,
        "call_history_name",
        "name_id",
        parties.map((party) => party.name_id),
      );
      return old.length;
    });
  }
}

async function numberId(trx: DatabaseTransaction, digits: string): Promise<number> {
  const known = await trx
    .selectFrom("call_history_number")
    .select("id")
    .where("digits", "=", digits)
    .executeTakeFirst();
  if (known !== undefined) return known.id;
  const { id } = await trx
    .insertInto("call_history_number")
    .values((builder) => ({
      id: builder.selectFrom("call_history_number").select(sql<number>`coalesce(max(id), 0) + 1`.as("next")),
      digits,
    }))
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

async function nameId(trx: DatabaseTransaction, folded: string): Promise<number> {
  const known = await trx.selectFrom("call_history_name").select("id").where("folded", "=", folded).executeTakeFirst();
  if (known !== undefined) return known.id;
  const { id } = await trx
    .insertInto("call_history_name")
    .values((builder) => ({
      id: builder.selectFrom("call_history_name").select(sql<number>`coalesce(max(id), 0) + 1`.as("next")),
      folded,
    }))
    .returning("id")
    .executeTakeFirstOrThrow();
  return id;
}

/** Deletes of these texts those that no call has any more. */
async function forgetUnused(
  trx: DatabaseTransaction,
  table: "call_history_number" | "call_history_name",
  reference: "number_id" | "name_id",
  ids: readonly (number | null)[],
): Promise<void> {
  const different = [...new Set(ids)].filter((id) => id !== null);
  const id = sql.ref(`${table}.id`);
  for (let from = 0; from < different.length; from += idsAtOnce)
    await sql`delete from ${sql.table(table)} where ${id} in (${sql.join(different.slice(from, from + idsAtOnce))})
      and not exists (select 1 from call_history_party where ${sql.ref(reference)} = ${id})`.execute(trx);
}
