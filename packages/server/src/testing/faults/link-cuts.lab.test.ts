import { expect, it } from "vitest";
import { linkCuts } from "./link-cuts.ts";

it("twenty cuts of the AMI link under a load of calls cost no client an event, no call its truth and no history a row", async () => {
  const shown = await linkCuts({ cuts: 20, compareEvery: 7, version: 22, seed: Date.now() & 0x7fffffff });
  expect(shown.comparedCalls).toBeGreaterThan(0);
  expect(shown.endedCalls).toBeGreaterThan(0);
  expect(shown.resumed).toBeGreaterThan(0);
});
