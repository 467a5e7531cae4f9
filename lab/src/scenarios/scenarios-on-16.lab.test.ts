import { proveAllScenarios } from "../testing/prove-all-scenarios.ts";

proveAllScenarios(16);
