import { basicScenarios } from "./basic.ts";
import { freepbxScenarios } from "./freepbx.ts";
import { groupScenarios } from "./groups.ts";
import { serviceScenarios } from "./services.ts";
import type { Scenario } from "./stage.ts";
import { transferScenarios } from "./transfers.ts";

/** Every scenario there is. */
export const scenarios: readonly Scenario[] = [
  ...basicScenarios,
  ...transferScenarios,
  ...groupScenarios,
  ...serviceScenarios,
  ...freepbxScenarios,
];
