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

/** A line of `watch --json`, as far as it is looked at. */
interface Line {
  readonly type: string;
  readonly cause?: string;
  readonly mergedInto?: string;
  readonly text?: string;
  readonly call?: { readonly id: string; readonly connections: readonly { readonly id: string }[] };
  readonly connection?: { readonly id: string };
}

function linesOf<Type>(cli: RunningCli, from: number): Type[] {
  const text = cli.stdout.slice(from);
  return text
    .slice(0, text.lastIndexOf("\n") + 1)
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => JSON.parse(line) as Type);
}

/** Ids of the calls that the changes leave behind. */
function callsLeft(lines: readonly LiveChange[]): string[] {
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
    "$name is seen live, from the first ring to the end, by a user who may only view",
    async (scenario) => {
      truth.clear();
      const seen = watch.stdout.length;
      const shown = start.stdout.length;
      // Standing still between steps, as people do: Asterisk 22.10.1 can crash when a party of a transfer hangs up at
      // the very moment at which the other answers.
      await play(scenario, lab(), { pauseMs: 100 });
      const unended = (): string[] => truth.ids("Newchannel").filter((id) => !truth.ids("Hangup").includes(id));
      await expect.poll(() => unended().map((id) => [id, ...truth.about(id)]), { timeout: 10_000 }).toEqual([]);

      const told = (...types: string[]): Line[] =>
        linesOf<Line>(watch, seen).filter(({ type }) => types.includes(type));
      const ids = (lines: readonly Line[]): string[] => lines.flatMap(({ call }) => call?.id ?? []).toSorted();
      const inNone = (): string[] => {
        const known = new Set(
          linesOf<Line>(watch, seen)
            .flatMap(({ call }) => call?.connections ?? [])
            .map(({ id }) => id),
        );
        return truth.ids("Newchannel").filter((id) => !known.has(id));
      };
      // First all that came, then the end of all: before anything is told, none is missing at its end.
      await expect.poll(inNone, { timeout: 10_000 }).toEqual([]);
      await expect.poll(() => ids(told("call-cleared")), { timeout: 10_000 }).toEqual(ids(told("originated")));
      // Nothing is told by a snapshot that no event has told.
      expect(
        told("originated", "call-cleared").filter(({ cause }) => cause === "snapshot" || cause === "lost"),
      ).toEqual([]);

      await expect.poll(() => callsLeft(linesOf(start, shown)), { timeout: 10_000 }).toEqual([]);
      const entries = (): string[] =>
        linesOf<LiveChange>(start, shown).flatMap(({ timeline = [] }) => timeline.map(({ text }) => text));
      const ends = told("call-cleared").filter(({ mergedInto }) => mergedInto === undefined).length;
      await expect.poll(() => entries().length).toBeGreaterThanOrEqual(ends);
      expect(entries().filter((text) => /undefined|^ | {2}|unseen/u.test(text))).toEqual([]);
      expect(
        linesOf<LiveChange>(start, shown)
          .flatMap((line) => line.calls ?? [])
          .filter((call) => call.title === ""),
      ).toEqual([]);
    },
  );
});
