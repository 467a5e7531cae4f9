import type { AmiRuntime } from "../client-options.ts";

/** Time that passes only when told, and chance that always says the same. */
export class FakeRuntime implements AmiRuntime {
  readonly #timers = new Set<{ at: number; run: () => void }>();
  #now = 1000;
  chance = 0.5;

  now(): number {
    return this.#now;
  }

  schedule(delayMs: number, run: () => void): () => void {
    const timer = { at: this.#now + delayMs, run };
    this.#timers.add(timer);
    return () => this.#timers.delete(timer);
  }

  random(): number {
    return this.chance;
  }

  get timers(): number {
    return this.#timers.size;
  }

  /** Time goes by without anything being run, as under a blocked event loop; then what is due runs, late. */
  block(ms: number): void {
    const first = Math.min(...[...this.#timers].map(({ at }) => at));
    this.#now = Math.max(this.#now, first) + ms;
    this.advance(0);
  }

  /** Runs what is due, in order. */
  advance(ms: number): void {
    const end = this.#now + ms;
    for (;;) {
      const next = [...this.#timers].filter((timer) => timer.at <= end).toSorted((a, b) => a.at - b.at)[0];
      if (next === undefined) break;
      this.#timers.delete(next);
      this.#now = Math.max(this.#now, next.at);
      next.run();
    }
    this.#now = end;
  }
}
