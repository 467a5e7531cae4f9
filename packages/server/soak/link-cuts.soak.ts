import { linkCuts } from "../src/testing/faults/link-cuts.ts";

/** How often the link is cut; `CORDBOARD_SOAK_CUTS` says otherwise. */
const cuts = Number(process.env["CORDBOARD_SOAK_CUTS"] ?? 1000);

/** A thousand cuts of the AMI link under a load of calls; the seed changes from run to run and is told: `CORDBOARD_SOAK_SEED`. */
export async function soak(report: (line: string) => void): Promise<void> {
  const seed = Number(process.env["CORDBOARD_SOAK_SEED"] ?? Date.now() & 0x7fffffff);
  report(`seed ${seed}`);
  await linkCuts({ cuts, compareEvery: 20, version: 22, seed, report });
}
