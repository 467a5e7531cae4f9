import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  problemsOf,
  problemsOfDuplicates,
  problemsOfGap,
  problemsOfMissingPrefix,
  problemsOfOrder,
  problemsOfSnapshots,
  problemsOfTalks,
  writeHistory,
} from "./testing/history-checks.ts";
import type { Choose } from "./testing/model-wire.ts";

/** Choices that fast-check makes, and makes smaller when something is wrong; when they run out, 0. */
const choices: fc.Arbitrary<Choose> = fc.array(fc.nat(1 << 20), { minLength: 5, maxLength: 120 }).map((numbers) => {
  let next = 0;
  return (limit) => (numbers[next++] ?? 0) % limit;
});

/** The smallest history found that has a problem, and how to find it again; nothing if none of so many has. */
function counterexample(runs: number, problems: (choose: Choose) => readonly string[]): readonly string[] {
  const details = fc.check(
    fc.property(choices, (choose) => {
      const found = problems(choose);
      if (found.length > 0) throw new Error(found.join("\n"));
    }),
    { numRuns: runs },
  );
  return details.failed
    ? [`seed ${details.seed}, path ${details.counterexamplePath}`, String(details.errorInstance)]
    : [];
}

describe("of 10,000 random histories", { timeout: 300_000 }, () => {
  it("none breaks an invariant, and all their calls end", () => {
    expect(counterexample(3000, (choose) => problemsOf(writeHistory(choose)))).toEqual([]);
  });

  it("a snapshot tells the same state as the events, after every step", () => {
    expect(counterexample(1500, (choose) => problemsOfSnapshots(writeHistory(choose)))).toEqual([]);
  });

  it("who talked to whom, when and how long, is what could be heard", () => {
    expect(counterexample(1000, (choose) => problemsOfTalks(writeHistory(choose)))).toEqual([]);
  });

  it("events that are told again change nothing", () => {
    expect(counterexample(1000, (choose) => problemsOfDuplicates(writeHistory(choose), choose))).toEqual([]);
  });

  it("a missing beginning does no harm, without a snapshot", () => {
    expect(
      counterexample(1000, (choose) => {
        const history = writeHistory(choose);
        return problemsOfMissingPrefix(history, choose(history.steps.length + 1), false);
      }),
    ).toEqual([]);
  });

  it("a missing beginning does no harm, with a snapshot", () => {
    expect(
      counterexample(500, (choose) => {
        const history = writeHistory(choose);
        return problemsOfMissingPrefix(history, choose(history.steps.length + 1), true);
      }),
    ).toEqual([]);
  });

  it("a gap is closed by a snapshot", () => {
    expect(
      counterexample(1000, (choose) => {
        const history = writeHistory(choose);
        const from = choose(history.steps.length + 1);
        return problemsOfGap(history, from, from + choose(history.steps.length - from + 1));
      }),
    ).toEqual([]);
  });

  it("the order of events that have nothing to do with each other makes no difference", () => {
    expect(counterexample(1000, (choose) => problemsOfOrder(choose))).toEqual([]);
  });
});
