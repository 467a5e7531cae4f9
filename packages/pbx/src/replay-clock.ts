/** Time as the replay uses it; tests pass their own. */
export interface ReplayClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back after that many milliseconds; returns what cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
}

/** The machine's own clock. */
export const systemClock: ReplayClock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
