import type { CallHistoryStore } from "./call-history-store.ts";

/** Between two looks, and between two steps while there is more to forget; in milliseconds. */
const lookMs = 60_000;
const stepMs = 50;
/** So many calls are forgotten in one step, which keeps all others waiting. */
const callsPerStep = 100;
const dayMs = 86_400_000;

/** What retention works with. */
export interface RetentionOptions {
  readonly store: Pick<CallHistoryStore, "prune">;
  readonly keepDays: number;
  readonly logger: { error(context: object, message: string): void };
  /** Milliseconds since 1970. */
  readonly clock: () => number;
}

/** Forgets calls that are too old, a little at a time. */
export class CallHistoryRetention implements AsyncDisposable {
  readonly #options: RetentionOptions;
  #timer: NodeJS.Timeout | undefined;
  #step: Promise<void> | undefined;
  #isClosed = false;
  #hasFailed = false;

  constructor(options: RetentionOptions) {
    this.#options = options;
    this.#schedule(stepMs);
  }

  /** Ends it when its step is done. */
  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#timer);
    await this.#step;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #schedule(inMs: number): void {
    if (this.#isClosed) return;
    this.#timer = setTimeout(() => {
      this.#step = this.#forget();
    }, inMs);
    this.#timer.unref();
  }

  async #forget(): Promise<void> {
    const { clock, keepDays, logger, store } = this.#options;
    let isMore = false;
    try {
      isMore = (await store.prune(clock() - keepDays * dayMs, callsPerStep)) === callsPerStep;
      this.#hasFailed = false;
    } catch (error) {
      if (!this.#hasFailed)
        logger.error({ err: error }, "Old calls cannot be taken out of the history; it is tried again.");
      this.#hasFailed = true;
    }
    this.#schedule(isMore ? stepMs : lookMs);
  }
}
