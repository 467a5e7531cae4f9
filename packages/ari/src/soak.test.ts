import { expect, it } from "vitest";
import { framesSoak } from "./testing/frames-soak.ts";
import { linkSoak } from "./testing/link-soak.ts";

it("random and mutated frames give typed errors only, and the same result in pieces", () => {
  expect(() => framesSoak({ rounds: 5_000, seed: 7, report: () => undefined })).not.toThrow();
});

it("every pending call settles, once, however often the link is cut", async () => {
  for (const seed of [1, 2_000_000_000])
    await expect(linkSoak({ rounds: 15, seed, report: () => undefined })).resolves.toBeUndefined();
}, 30_000);
