import { open, rename, rm } from "node:fs/promises";
import { CordboardError } from "../errors.ts";

/**
 * Writes a file that only its owner may read (0600). With `replace` an existing one is exchanged as a whole; without,
 * it is an error.
 * @throws CordboardError `FILE_EXISTS`, `FILE_UNWRITABLE`
 */
export async function writeSecretFile(file: string, text: string, replace: boolean): Promise<void> {
  const target = replace ? `${file}.new-${process.pid}` : file;
  try {
    const handle = await open(target, "wx", 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    if (replace) await rename(target, file);
  } catch (cause) {
    if (replace) await rm(target, { force: true });
    const { code, message } = cause as NodeJS.ErrnoException;
    if (code === "EEXIST") {
      throw new CordboardError(
        "FILE_EXISTS",
        `${file} exists already. Say --force to replace it, or name another with --output.`,
        { cause },
      );
    }
    throw new CordboardError("FILE_UNWRITABLE", `${file} cannot be written: ${message}`, { cause });
  }
}
