import { framesSoak } from "../src/testing/frames-soak.ts";

/** A million byte streams; the seed changes from run to run and is told, so that a failure can be repeated. */
export function soak(report: (line: string) => void): Promise<void> {
  const seed = Date.now() & 0x7fffffff;
  report(`seed ${seed}`);
  framesSoak({ rounds: 1_000_000, seed, report });
  return Promise.resolve();
}
