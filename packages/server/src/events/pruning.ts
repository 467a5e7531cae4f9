import type { EventLog, Retention } from "./event-log.ts";
import type { PublisherLogger } from "./publisher-options.ts";

/** Between two looks at the log, and between two steps while there is more to take away; in milliseconds. */
const lookMs = 5_000;
const stepMs = 50;

/** What pruning works with. */
export interface PruningOptions {
  readonly log: EventLog;
  readonly retention: Retention;
  readonly logger: PublisherLogger;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Takes away what is too old or too much of a log, a little at a time. */
export class Pruning {
  readonly #options: PruningOptions;
  #timer: NodeJS.Timeout | undefined;
  #step: Promise<void> | undefined;
  #closed = false;
  #failed = false;

  constructor(options: PruningOptions) {
    this.#options = options;
    this.#schedule(lookMs);
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    await this.#step;
  }

  #schedule(inMs: number): void {
    if (this.#closed) return;
    this.#timer = setTimeout(() => {
      this.#step = this.#prune();
    }, inMs);
    this.#timer.unref();
  }

  async #prune(): Promise<void> {
    const { log, retention, logger, clock } = this.#options;
    let more = false;
    try {
      more = await log.prune(retention, clock());
      this.#failed = false;
    } catch (error) {
      if (!this.#failed) logger.error({ err: error }, "Old events cannot be taken away; it is tried again.");
      this.#failed = true;
    }
    this.#schedule(more ? stepMs : lookMs);
  }
}
