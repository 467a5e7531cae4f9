import { fits, play, scenarios } from "@cordboard/lab";
import type { LabProfile, LabVersion } from "@cordboard/lab";
import { labUnderTest } from "@cordboard/lab/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { LiveChange } from "../live/live-types.ts";
import { LabTruth } from "../testing/lab-truth.ts";
import { RunningCli } from "../testing/run-cli.ts";

const stages: [LabVersion, LabProfile][] = [
  [22, "plain"],
  [22, "freepbx"],
  [16, "plain"],
  [16, "freepbx"],
];

interface Line extends LiveChange {
  readonly type: string;
  readonly after?: { readonly uniqueid: string };
  readonly before?: { readonly uniqueid: string };
}

function linesOf(cli: RunningCli, from: number): Line[] {
  const text = cli.stdout.slice(from);
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Line);
}

/** Ids of the calls that the changes leave behind. */
function callsLeft(lines: readonly Line[]): string[] {
  const calls = new Set<string>();
  for (const { calls: changed, gone } of lines) {
    for (const call of changed ?? []) calls.add(call.id);
    for (const id of gone ?? []) calls.delete(id);
  }
  return [...calls];
}

describe.each(stages)("on Asterisk %i, profile %s", (version, profile) => {
  const lab = labUnderTest(version, { profile });
  let truth: LabTruth;
  let watch: RunningCli;
  let start: RunningCli;

  beforeAll(async () => {
    const { user, secret } = lab().users.amiView;
    const env = { CORDBOARD_PBX: `ami://${user}@${lab().host}:${lab().ports.ami}`, AMI_SECRET: secret };
    truth = await LabTruth.of(lab());
    watch = new RunningCli(["watch", "--json"], { env });
    start = new RunningCli(["start", "--json", "--no-page"], { env });
    await Promise.all([watch.waitFor(/"state":"live"/), start.waitFor(/"state":"up"/)]);
  });
  afterAll(async () => {
    truth[Symbol.dispose]();
    await Promise.all([watch, start].map((cli) => cli[Symbol.asyncDispose]()));
  });

  it.each(scenarios.filter((scenario) => fits(scenario, { version, profile })))(
    "$name is seen live, from the first channel to the last, by a user who may only view",
    async (scenario) => {
      truth.clear();
      const seen = watch.stdout.length;
      const shown = start.stdout.length;
      // Standing still between steps, as people do: Asterisk 22.10.1 can crash when a party of a transfer hangs up at
      // the very moment at which the other answers.
      await play(scenario, lab(), { pauseMs: 100 });
      const unended = (): string[] => truth.ids("Newchannel").filter((id) => !truth.ids("Hangup").includes(id));
      await expect.poll(() => unended().map((id) => [id, ...truth.about(id)]), { timeout: 10_000 }).toEqual([]);

      const came = truth.ids("Newchannel").toSorted();
      const ids = (type: string): string[] =>
        linesOf(watch, seen)
          .flatMap((line) => (line.type === type ? [(line.after ?? line.before)?.uniqueid ?? ""] : []))
          .toSorted();
      const missed = (type: string): string[] => came.filter((id) => !ids(type).includes(id));
      await expect.poll(() => missed("channel-gone"), { timeout: 10_000 }).toEqual([]);
      expect(missed("channel-new")).toEqual([]);
      // A parking lot keeps its bridge when nobody is parked any more.
      const there = new Set((await lab().bridges()).map((bridge) => bridge.id));
      const left = (): string[] => ids("bridge-new").filter((id) => !there.has(id) && !ids("bridge-gone").includes(id));
      await expect.poll(left, { timeout: 10_000 }).toEqual([]);

      await expect.poll(() => callsLeft(linesOf(start, shown)), { timeout: 10_000 }).toEqual([]);
      const told = (): number => linesOf(start, shown).flatMap((line) => line.timeline ?? []).length;
      await expect.poll(() => came.length === 0 || told() > 0).toBe(true);
      expect(
        linesOf(start, shown)
          .flatMap((line) => line.calls ?? [])
          .filter((call) => call.title === ""),
      ).toEqual([]);
    },
  );
});
