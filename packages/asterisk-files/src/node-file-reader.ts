import { constants, open, readdir } from "node:fs/promises";
import type { FileReader } from "./file-reader.ts";

const missing = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

/**
 * Reads from this machine's disk. What is no regular file counts as missing, so that a named pipe cannot make the reader wait, and so do
 * links that lead in a circle.
 * @param options.maxBytes a longer file is an error; default 64 MiB
 */
export function nodeFileReader(options: { readonly maxBytes?: number } = {}): FileReader {
  const maxBytes = options.maxBytes ?? 64 * 1024 * 1024;
  return {
    async readFile(path) {
      try {
        // Without O_NONBLOCK the opening itself waits for the other end of a pipe.
        await using file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
        const stat = await file.stat();
        if (!stat.isFile()) return undefined;
        if (stat.size > maxBytes) throw new RangeError(`${path} has ${stat.size} bytes, more than ${maxBytes}`);
        return await file.readFile();
      } catch (error) {
        if (missing.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
        throw error;
      }
    },
    async listFolder(path) {
      try {
        return await readdir(path);
      } catch (error) {
        if (missing.has((error as NodeJS.ErrnoException).code ?? "")) return undefined;
        throw error;
      }
    },
  };
}
