/** Bounds of the wait between two attempts, in milliseconds. */
export interface Backoff {
  readonly minMs: number;
  readonly maxMs: number;
}

/** The wait before attempt `attempt` (from 1): doubled each time up to the limit, half of it at random, so that many clients do not come back at once. */
export function backoffMs(attempt: number, { minMs, maxMs }: Backoff, random: () => number): number {
  const full = Math.min(maxMs, minMs * 2 ** Math.min(attempt - 1, 30));
  return Math.round(full / 2 + (full / 2) * random());
}
