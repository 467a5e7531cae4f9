import { proveLabScenarios } from "./testing/prove-lab-scenarios.ts";

proveLabScenarios(22);
