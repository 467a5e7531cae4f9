/**
 * Milliseconds to wait before attempt `attempt` (from 1): doubled each time from `minMs` to `maxMs`, half of it by
 * chance, so that many clients of one PBX do not come back in step.
 */
export function backoffMs(attempt: number, minMs: number, maxMs: number, random: number): number {
  const full = Math.min(maxMs, minMs * 2 ** Math.min(attempt - 1, 30));
  return full / 2 + (full / 2) * random;
}
