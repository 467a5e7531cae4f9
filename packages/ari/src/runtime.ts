import type { AriRuntime } from "./options.ts";

/** The real clock and chance. */
export const systemRuntime: AriRuntime = {
  now: () => performance.now(),
  schedule: (delayMs, run) => {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
  random: Math.random,
};
