import { restartUnderLoad } from "../src/testing/faults/restart-under-load.ts";

/** How often the server is killed; `CORDBOARD_SOAK_KILLS` says otherwise. */
const kills = Number(process.env["CORDBOARD_SOAK_KILLS"] ?? 50);

/** Fifty kills of the server under a load of calls; the seed changes from run to run and is told: `CORDBOARD_SOAK_SEED`. */
export async function soak(report: (line: string) => void): Promise<void> {
  const seed = Number(process.env["CORDBOARD_SOAK_SEED"] ?? Date.now() & 0x7fffffff);
  report(`seed ${seed}`);
  await restartUnderLoad({ kills, version: 22, seed, report });
}
