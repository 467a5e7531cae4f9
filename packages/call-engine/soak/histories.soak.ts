import { availableParallelism } from "node:os";
import {
  problemsOf,
  problemsOfDuplicates,
  problemsOfGap,
  problemsOfMissingPrefix,
  problemsOfOrder,
  problemsOfSnapshots,
  problemsOfTalks,
  writeHistory,
} from "../src/testing/history-checks.ts";
import type { Choose } from "../src/testing/model-wire.ts";

/** How many histories are checked; `CORDBOARD_SOAK_HISTORIES` says otherwise. */
const histories = Number(process.env["CORDBOARD_SOAK_HISTORIES"] ?? 1_000_000);

/**
 * A million random histories, each checked in one of eight ways, without a broken invariant. A history that breaks one is named by its
 * seed: `CORDBOARD_SOAK_SEED` begins there.
 */
export async function soak(report: (line: string) => void): Promise<void> {
  const first = Number(process.env["CORDBOARD_SOAK_SEED"] ?? 1);
  const started = process.cpuUsage();
  for (let seed = first; seed < first + histories; seed++) {
    const [problem] = check(seed);
    if (problem !== undefined) throw new Error(`History ${seed}: ${problem}`);
    if (seed % 50_000 !== 0) continue;
    const { user } = process.cpuUsage(started);
    report(
      `${seed - first + 1} histories, ${(user / 1e6).toFixed(0)} s of CPU (one of ${availableParallelism()} cores)`,
    );
    await new Promise((resolve) => setImmediate(resolve));
  }
}

function check(seed: number): readonly string[] {
  const choose = chooser(seed);
  if (seed % 8 === 0) return problemsOfOrder(choose);
  const history = writeHistory(choose);
  const from = choose(history.steps.length + 1);
  switch (seed % 8) {
    case 1:
      return problemsOfSnapshots(history);
    case 6:
      return problemsOfTalks(history);
    case 2:
      return problemsOfDuplicates(history, choose);
    case 3:
      return problemsOfMissingPrefix(history, from, false);
    case 4:
      return problemsOfMissingPrefix(history, from, true);
    case 5:
      return problemsOfGap(history, from, from + choose(history.steps.length - from + 1));
    default:
      return problemsOf(history);
  }
}

/** A small generator of random numbers (mulberry32): the same seed, the same history. */
function chooser(seed: number): Choose {
  let state = seed >>> 0;
  return (limit) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) % limit;
  };
}
