import { describe, expect, it } from "vitest";
import { waitFor } from "./wait-for.ts";

describe("waitFor", () => {
  it("resolves with the first value that is something, 0 and the empty text included", async () => {
    const values = [undefined, null, false, 0];
    expect(await waitFor(() => values.shift(), { everyMs: 1 })).toBe(0);
    expect(await waitFor(async () => "")).toBe("");
  });

  it("says after its time what it waited for, as it stands then", async () => {
    let looks = 0;
    const waiting = waitFor(() => ++looks < 0, { timeoutMs: 5, everyMs: 1, what: () => `look ${looks}` });
    await expect(waiting).rejects.toMatchObject({ code: "LAB_TIMED_OUT", message: expect.stringMatching(/look \d+/u) });
  });

  it("ends early with its signal", async () => {
    await expect(waitFor(() => false, { signal: AbortSignal.abort(new Error("enough")) })).rejects.toThrow("enough");
  });
});
