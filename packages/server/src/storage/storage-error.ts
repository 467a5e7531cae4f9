import { CordboardError } from "../errors.ts";

/** What SQLite and the file system mean, by the beginning of their codes. */
const meanings: readonly (readonly [pattern: RegExp, code: "STORAGE_INVALID" | "STORAGE_UNUSABLE", text: string])[] = [
  [/^SQLITE_NOTADB/, "STORAGE_INVALID", "is no database of Cordboard. Move it away, or name another storage.folder."],
  [/^SQLITE_CORRUPT/, "STORAGE_INVALID", "is damaged. Put a backup in its place, or move it away to begin anew."],
  [/^(?:SQLITE_FULL|ENOSPC|EDQUOT)/, "STORAGE_UNUSABLE", "cannot be written: the disk is full. Make room."],
  [/^SQLITE_BUSY/, "STORAGE_UNUSABLE", "is locked by another program. End it, and try again."],
  [
    /^(?:SQLITE_READONLY|SQLITE_CANTOPEN|SQLITE_PERM|EACCES|EPERM|EROFS|ENOTDIR|EEXIST|EISDIR)/,
    "STORAGE_UNUSABLE",
    "cannot be opened for writing. Give the user that runs Cordboard the right to write there, or name another storage.folder.",
  ],
];

/** Says in one sentence why a database cannot be used, and what to do. An error that is typed already stays. */
export function storageError(cause: unknown, file: string): CordboardError {
  if (cause instanceof CordboardError) return cause;
  const { code = "", message = String(cause) } = cause as { code?: string; message?: string };
  const meaning = meanings.find(([pattern]) => pattern.test(code));
  return meaning === undefined
    ? new CordboardError("STORAGE_UNUSABLE", `${file} cannot be used: ${message}. Look at the disk.`, { cause })
    : new CordboardError(meaning[1], `${file} ${meaning[2]}`, { cause });
}

/** True when the disk or the database file is the trouble, so that the same may work later. */
export function isStorageFailure(error: unknown): boolean {
  const { code = "" } = error as { code?: unknown };
  return (
    typeof code === "string" &&
    /^SQLITE_(?:FULL|IOERR|BUSY|LOCKED|READONLY|CANTOPEN|NOMEM|CORRUPT|NOTADB|PERM|PROTOCOL)/.test(code)
  );
}
