// Runs in a thread of its own: see checkpoint-thread.ts.
import { parentPort, workerData } from "node:worker_threads";
import BetterSqlite3 from "better-sqlite3";

/** Between two checkpoints, in milliseconds. */
const everyMs = 1_000;
/** A write-ahead log of so many pages (64 MiB) is begun anew, for which writers have to wait a moment. */
const longLog = 16_384;

const database = new BetterSqlite3(workerData as string, { timeout: 1_000 });

function checkpoint(): void {
  try {
    const [row] = database.pragma("wal_checkpoint(PASSIVE)") as { readonly log: number }[];
    if ((row?.log ?? 0) > longLog) database.pragma("wal_checkpoint(RESTART)");
  } catch {
    // A full disk, or a writer in the way: what is not done now is done the next time, or by the writer itself.
  }
}

const timer = setInterval(checkpoint, everyMs);
parentPort?.once("message", () => {
  clearInterval(timer);
  database.close();
});
