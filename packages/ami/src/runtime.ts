import type { AmiRuntime } from "./client-options.ts";

/** The process's own clock, timers and chance. */
export const systemRuntime: AmiRuntime = {
  now: () => performance.now(),
  schedule(delayMs, run, background = false) {
    const timer = setTimeout(run, delayMs);
    if (background) timer.unref();
    return () => clearTimeout(timer);
  },
  random: () => Math.random(),
};
