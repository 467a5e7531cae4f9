import { describe, expect, it } from "vitest";
import type { LabProfile } from "../instance-state.ts";
import { scenarios } from "../scenarios/all-scenarios.ts";
import { fits, play } from "../scenarios/stage.ts";
import type { LabVersion } from "../versions.ts";
import { labUnderTest } from "./lab-under-test.ts";

/** Plays every scenario of a version, one after another: those of one Asterisk share its phones. */
export function proveAllScenarios(version: LabVersion): void {
  describe.each<LabProfile>(["plain", "freepbx"])(`on Asterisk ${version}, profile %s`, (profile) => {
    const lab = labUnderTest(version, { profile });
    const fitting = scenarios.filter((scenario) => fits(scenario, { version, profile }));
    it.each(fitting)("$name: $what", async (scenario) => {
      const report = await play(scenario, lab());
      expect(report.proofs).not.toEqual([]);
      expect(await lab().channels()).toEqual([]);
    });
  });
}
