import { linkSoak } from "../src/testing/link-soak.ts";

/** A thousand cuts of the link; the seed changes from run to run and is told, so that a failure can be repeated. */
export async function soak(report: (line: string) => void): Promise<void> {
  const seed = Date.now() & 0x7fffffff;
  report(`seed ${seed}`);
  await linkSoak({ rounds: 1_000, seed, report });
}
