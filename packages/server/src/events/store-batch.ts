import type { DatabaseTransaction } from "../storage/database.ts";
import { isStorageFailure } from "../storage/storage-error.ts";
import { writeLive } from "./batch.ts";
import type { Batch } from "./batch.ts";
import type { CallJournal, EndedCall } from "./call-journal.ts";
import { stateRowOf, writeLiveCalls, writeStateRows } from "./live-rows.ts";
import type { LiveCall } from "./live-rows.ts";
import type { LiveState } from "./live-state.ts";
import type { PublisherOptions } from "./publisher-options.ts";

type Stores = Pick<PublisherOptions, "database" | "log" | "journal">;

/** The history failed, and not because of the disk: to try again would not help. */
export class JournalFailure extends Error {}

/** Stores events, and what they change, in one transaction. @throws JournalFailure; whatever the database throws */
export async function storeBatch({ database, log, journal }: Stores, batch: Batch): Promise<void> {
  await database.transaction().execute(async (trx) => {
    await log.append(trx, batch.events);
    await writeLive(trx, batch);
    await storeEnded(journal, trx, batch.ended);
  });
}

/**
 * Makes the database what it would be had it never failed, but for the events, which are lost.
 * @throws JournalFailure; whatever the database throws
 */
export async function storeAll(
  { database, log, journal }: Stores,
  live: LiveState,
  calls: Iterable<LiveCall>,
  ended: readonly EndedCall[],
): Promise<void> {
  await database.transaction().execute(async (trx) => {
    await log.writeRestart(trx);
    await trx.deleteFrom("live_call").execute();
    await writeLiveCalls(trx, calls);
    await trx.deleteFrom("live_state").execute();
    await writeStateRows(
      trx,
      live.asEvents().flatMap((event) => stateRowOf(event) ?? []),
    );
    await storeEnded(journal, trx, ended);
  });
}

async function storeEnded(journal: CallJournal, trx: DatabaseTransaction, ended: readonly EndedCall[]): Promise<void> {
  if (ended.length === 0) return;
  try {
    await journal.store(trx, ended);
  } catch (cause) {
    if (isStorageFailure(cause)) throw cause;
    throw new JournalFailure("The history refused calls that have ended.", { cause });
  }
}
