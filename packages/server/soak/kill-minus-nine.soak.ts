import { killRounds } from "../src/testing/events/kill-rounds.ts";

/** How often the process is killed; `CORDBOARD_SOAK_KILLS` says otherwise. */
const rounds = Number(process.env["CORDBOARD_SOAK_KILLS"] ?? 50);

/** A publishing process is killed with SIGKILL fifty times: no event, no cursor and no ended call is lost. */
export async function soak(report: (line: string) => void): Promise<void> {
  const { events, endedCalls } = await killRounds({ rounds, mostEvents: 2_000, random: Math.random, report });
  report(`${rounds} kills, ${events} events without a hole, ${endedCalls} ended calls, each in the history once`);
}
