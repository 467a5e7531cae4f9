import { setTimeout as delay } from "node:timers/promises";
import { LabTimeoutError } from "./errors.ts";

/** How {@link waitFor} waits. */
export interface WaitOptions {
  /** Give up after so many milliseconds; 5000 unless told. */
  readonly timeoutMs?: number;
  /** What is waited for, for the message of the error; a function is asked when the time is up. */
  readonly what?: string | (() => string);
  /** Milliseconds between two looks; 10 unless told. */
  readonly everyMs?: number;
  /** Stops the waiting early. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves with the condition's first value that is neither `false`, `null` nor `undefined`.
 *
 * @throws LabTimeoutError `LAB_TIMED_OUT`, or whatever the condition throws.
 */
export async function waitFor<T>(
  condition: () => T | Promise<T>,
  options: WaitOptions = {},
): Promise<Exclude<T, false | null | undefined>> {
  const { timeoutMs = 5000, everyMs = 10, what = "a condition", signal } = options;
  const end = performance.now() + timeoutMs;
  for (;;) {
    signal?.throwIfAborted();
    const value = await condition();
    if (value !== false && value !== null && value !== undefined) return value as Exclude<T, false | null | undefined>;
    if (performance.now() >= end) {
      throw new LabTimeoutError(`Waited ${timeoutMs} ms in vain: ${typeof what === "function" ? what() : what}.`);
    }
    await delay(everyMs, undefined, signal ? { signal } : {});
  }
}
