import { closeSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";
import BetterSqlite3 from "better-sqlite3";
import { CordboardError } from "../errors.ts";
import { storageError } from "./storage-error.ts";

/**
 * Keeps a second server out of a storage folder. The lock is the operating system's, on `server.lock` in it: it goes with the process,
 * however that ends.
 *
 * @throws CordboardError `STORAGE_IN_USE` with the id of the process that has it; `STORAGE_UNUSABLE`
 */
export function lockFolder(folder: string): Disposable {
  const file = join(folder, "server.lock");
  let lock: BetterSqlite3.Database | undefined;
  try {
    mkdirSync(folder, { recursive: true, mode: 0o700 });
    closeSync(openSync(file, "a", 0o600));
    const held = (lock = new BetterSqlite3(file, { timeout: 0 }));
    // The holder's process id stands where one may read it while the lock is held.
    held.pragma(`user_version = ${process.pid}`);
    held.exec("begin immediate");
    return { [Symbol.dispose]: () => void held.close() };
  } catch (error) {
    const inUse = (error as { code?: string }).code?.startsWith("SQLITE_BUSY") === true;
    const holder = inUse ? holderOf(lock) : "";
    lock?.close();
    if (!inUse) throw storageError(error, file);
    throw new CordboardError(
      "STORAGE_IN_USE",
      `Another Cordboard server${holder} works in ${folder}. End it first, or give this one a storage.folder of its own.`,
      { cause: error },
    );
  }
}

function holderOf(lock: BetterSqlite3.Database | undefined): string {
  try {
    return ` (process ${String(lock?.pragma("user_version", { simple: true }))})`;
  } catch {
    // It is just being taken.
    return "";
  }
}
