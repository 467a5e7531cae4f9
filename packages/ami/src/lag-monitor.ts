import type { AmiLag, AmiRuntime } from "./client-options.ts";

/** At most one notice of a kind in this many milliseconds. */
const quietMs = 1000;

/**
 * Tells when reading is late. Asterisk's writer gives a session up once the socket has been full for
 * `writetimeout` (100 ms by default), in mid-event and without a word, so the notice must come well before.
 */
export class LagMonitor {
  readonly #thresholdMs: number;
  readonly #runtime: AmiRuntime;
  readonly #report: (lag: AmiLag) => void;
  readonly #lastReport = { loop: Number.NEGATIVE_INFINITY, backlog: Number.NEGATIVE_INFINITY };
  #cancel: () => void = () => {};
  #behindSince: number | undefined;

  constructor(thresholdMs: number, runtime: AmiRuntime, report: (lag: AmiLag) => void) {
    this.#thresholdMs = thresholdMs;
    this.#runtime = runtime;
    this.#report = report;
  }

  start(): void {
    this.stop();
    this.#behindSince = undefined;
    this.#expectTick();
  }

  stop(): void {
    this.#cancel();
  }

  /** After each read: whether so much was waiting that this side is not keeping up. */
  read(full: boolean): void {
    if (!full) {
      this.#behindSince = undefined;
      return;
    }
    const now = this.#runtime.now();
    this.#behindSince ??= now;
    this.#late("backlog", now - this.#behindSince);
  }

  #late(reason: "loop" | "backlog", lateMs: number): void {
    const now = this.#runtime.now();
    if (lateMs < this.#thresholdMs || now - this.#lastReport[reason] < quietMs) return;
    this.#lastReport[reason] = now;
    this.#report({ reason, lateMs });
  }

  #expectTick(): void {
    const due = this.#runtime.now() + this.#thresholdMs;
    const tick = (): void => {
      // First, for whoever is told may end the watch.
      this.#expectTick();
      this.#late("loop", this.#runtime.now() - due);
    };
    this.#cancel = this.#runtime.schedule(this.#thresholdMs, tick, true);
  }
}
