import { describe, expect, it, vi } from "vitest";
import { CallHistoryRetention } from "./retention.ts";

const now = Date.parse("2026-11-21T12:00:00Z");
const day = 86_400_000;

describe("the retention of the call history", () => {
  it("forgets in small steps what is older than it keeps, until nothing is left to forget", async () => {
    let left = 250;
    const befores: number[] = [];
    const prune = (before: number, most: number): Promise<number> => {
      befores.push(before);
      const gone = Math.min(left, most);
      left -= gone;
      return Promise.resolve(gone);
    };
    await using _retention = new CallHistoryRetention({
      store: { prune },
      keepDays: 30,
      logger: { error: () => {} },
      clock: () => now,
    });
    await vi.waitFor(() => expect(left).toBe(0), { timeout: 10_000 });
    expect(befores).toEqual([now - 30 * day, now - 30 * day, now - 30 * day]);
  });

  it("says once that it cannot, and tries again", async () => {
    vi.useFakeTimers();
    try {
      let tries = 0;
      const errors: string[] = [];
      await using _retention = new CallHistoryRetention({
        store: {
          prune: () => {
            tries++;
            return tries < 3 ? Promise.reject(new Error("disk full")) : Promise.resolve(0);
          },
        },
        keepDays: 1,
        logger: { error: (_context, message) => errors.push(message) },
        clock: () => now,
      });
      await vi.advanceTimersByTimeAsync(200_000);
      expect(tries).toBeGreaterThanOrEqual(3);
      expect(errors).toEqual(["Old calls cannot be taken out of the history; it is tried again."]);
    } finally {
      vi.useRealTimers();
    }
  });
});
