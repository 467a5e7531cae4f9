import { expect, it } from "vitest";
import { restartUnderLoad } from "./restart-under-load.ts";

it("three kills of the server under a load of calls cost no client an event, no call its truth and no history a row", async () => {
  const shown = await restartUnderLoad({ kills: 3, version: 22, seed: Date.now() & 0x7fffffff });
  expect(shown.comparedCalls).toBeGreaterThan(0);
  expect(shown.endedCalls).toBeGreaterThan(0);
  expect(shown.resumed).toBeGreaterThan(0);
});
