import { describe, expect, it } from "vitest";
import { codecSoak } from "./testing/codec-soak.ts";
import { linkSoak } from "./testing/link-soak.ts";

describe("the soak runs, on a small scale", () => {
  it("random and mutated bytes give the same messages in any pieces, and typed errors only", () => {
    expect(() => codecSoak({ streams: 3000, seed: 1 })).not.toThrow();
  });

  it("every call settles once when the link is cut at random bytes", async () => {
    await expect(linkSoak({ cuts: 25, seed: 1 })).resolves.toBeUndefined();
  });
});
