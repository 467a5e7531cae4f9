import type { Scenario } from "@cordboard/lab";
import { calls } from "./calls.ts";
import { combinations } from "./combinations.ts";
import { moves } from "./moves.ts";
import { services } from "./services.ts";
import { transfersThroughLocal } from "./transfers-through-local.ts";
import { transfers } from "./transfers.ts";

/** A scenario whose trace is kept. */
export type TracedScenario = Scenario & {
  /** The line of its report at which we connect, if not before the first. */
  readonly connectAt?: string;
};

/** What the lab itself does not play. */
export const furtherScenarios: readonly TracedScenario[] = [
  ...calls,
  ...transfers,
  ...transfersThroughLocal,
  ...moves,
  ...services,
  ...combinations,
];
