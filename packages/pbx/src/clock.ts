/** Time as the replay uses it; tests pass their own. */
export interface ReplayClock {
  /** Milliseconds since 1970. */
  now(): number;
  /** Calls back after that many milliseconds; returns what cancels it. */
  schedule(delayMs: number, run: () => void): () => void;
}

/** The longest that a timer of Node's can wait; a longer one would run at once. */
const maxTimerMs = 2_147_483_647;

/** The machine's own clock. */
export const systemClock: ReplayClock = {
  now: () => Date.now(),
  schedule(delayMs, run) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const stepMs = Math.min(leftMs, maxTimerMs);
      timer = setTimeout(() => (leftMs > stepMs ? wait(leftMs - stepMs) : run()), stepMs);
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};
