import { expect, it } from "vitest";
import { killRounds } from "../testing/events/kill-rounds.ts";

it("loses no event, no cursor and no ended call when the process is killed in the midst of its work", async () => {
  const { events, endedCalls } = await killRounds({
    rounds: 3,
    mostEvents: 400,
    random: Math.random,
    report: () => {},
  });
  expect(events).toBeGreaterThan(150);
  expect(endedCalls).toBeGreaterThan(10);
}, 120_000);
