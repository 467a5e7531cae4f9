import type { Writable } from "node:stream";

/** Resolves when fewer than this many bytes wait in a stream, or when it is closed. `below` is more than the stream's high water mark. */
export function drained(stream: Writable, below: number): Promise<void> {
  if (stream.writableLength < below || stream.destroyed) return Promise.resolve();
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off("drain", done);
      stream.off("close", done);
      resolve();
    };
    stream.on("drain", done);
    stream.on("close", done);
  });
}
