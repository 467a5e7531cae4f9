import { extname } from "node:path";
import { Worker } from "node:worker_threads";

/**
 * Brings the write-ahead log of a database into its file once a second, in a thread: that waits for the disk, for which the thread that
 * serves clients must not. Dispose of it before the database is closed.
 */
export class CheckpointThread implements Disposable {
  readonly #worker: Worker;

  constructor(file: string) {
    const script = new URL(`./checkpoint-worker${extname(import.meta.filename)}`, import.meta.url);
    this.#worker = new Worker(script, { workerData: file });
    // Without it the writer does its work itself, once the log is long.
    this.#worker.on("error", () => {});
    this.#worker.unref();
  }

  [Symbol.dispose](): void {
    this.#worker.postMessage("close", []);
  }
}
