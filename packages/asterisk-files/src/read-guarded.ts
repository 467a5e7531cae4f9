import { AsteriskFilesError, UnreadableFileError } from "./errors.ts";

/**
 * What `read` gives; what it throws becomes an error that says what to do.
 * @param at the file, or the line that names it
 * @param what `path` as the message names it; empty if `at` names it already
 */
export async function readGuarded<T>(
  at: { readonly file: string; readonly line?: number },
  what: string,
  read: () => Promise<T>,
): Promise<T> {
  try {
    return await read();
  } catch (cause) {
    if (cause instanceof AsteriskFilesError) throw cause;
    const why = isTooLarge(cause)
      ? "is larger than the reader takes: see whether it is what its name says"
      : "cannot be read: give the user of this process the right to, for example by the group asterisk";
    throw new UnreadableFileError("FILE_UNREADABLE", at, `${what}${why}`, { cause });
  }
}

/** True if a reader refused a file for its size. */
export function isTooLarge(error: unknown): boolean {
  return error instanceof RangeError || (error instanceof UnreadableFileError && error.cause instanceof RangeError);
}
