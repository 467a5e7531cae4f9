import { isDeepStrictEqual } from "node:util";
import { setTimeout as sleep } from "node:timers/promises";
import { AmiClient } from "@cordboard/ami";
import {
  fits,
  play,
  scenarios,
  startAsterisk,
  type LabAsterisk,
  type LabProfile,
  type LabVersion,
} from "@cordboard/lab";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { CaptureWriter } from "../capture-writer.ts";
import { PbxLink } from "../pbx-link.ts";
import { readCapture } from "../read-capture.ts";
import { compileScript } from "../replay-script.ts";
import { replayServer } from "../replay-server.ts";
import type { TableChange } from "../table-change.ts";
import { comparable } from "./comparable-changes.ts";
import { forgiving, truthOf, viewOf, type View } from "./lab-truth.ts";
import { TestClock } from "./test-clock.ts";

/** So long nothing must change in Asterisk before its word is held against the table, in milliseconds. */
const settledMs = 100;

/** Compares again and again until it is stopped; only what Asterisk says unchanged for a while counts. */
async function watch(
  link: PbxLink,
  witness: AmiClient,
  until: AbortSignal,
): Promise<{ agreed: number; differences: unknown[] }> {
  const differences: unknown[] = [];
  let agreed = 0;
  let since = performance.now();
  let last: View | undefined;
  while (!until.aborted) {
    const now = await truthOf(witness);
    if (!isDeepStrictEqual(now, last)) {
      last = now;
      since = performance.now();
    } else if (performance.now() - since >= settledMs) {
      const view = viewOf(link.table);
      const truth = forgiving(now, view);
      if (!isDeepStrictEqual(await truthOf(witness), now)) continue;
      if (isDeepStrictEqual(view, truth)) agreed += Object.keys(now.channels).length;
      else differences.push({ view, truth });
    }
    await sleep(20);
  }
  return { agreed, differences };
}

/** Plays all scenarios of the lab on that version, in both profiles, and holds the table and a replay against what Asterisk says. */
export function proveLabScenarios(version: LabVersion): void {
  describe.each<LabProfile>(["plain", "freepbx"])(`on Asterisk ${version}, profile %s`, (profile) => {
    let lab: LabAsterisk;
    let witness: AmiClient;
    let compared = 0;
    const ami = () => ({
      host: lab.host,
      port: lab.ports.ami,
      username: lab.users.amiFull.user,
      secret: lab.users.amiFull.secret,
    });

    beforeAll(async () => {
      lab = await startAsterisk({ version, profile });
      witness = new AmiClient({ ...ami(), events: "off" });
      await witness.connect();
    });
    afterAll(async () => {
      await witness?.close();
      await lab?.stop();
    });

    it.each(scenarios.filter((scenario) => fits(scenario, { version, profile })))(
      "$name: the table is what Asterisk says whenever things stand still, and a replay goes through the same",
      async (scenario) => {
        let text = "";
        const capture = new CaptureWriter({ sink: { write: (chunk) => void (text += chunk) } });
        const link = new PbxLink({ id: "lab", ami: ami(), checkEveryMs: 0, capture });
        onTestFinished(() => link.close());
        const live: TableChange[] = [];
        link.on("change", (change) => live.push(change));
        await link.start();

        const over = new AbortController();
        const watching = watch(link, witness, over.signal);
        await play(scenario, lab, { pauseMs: settledMs * 2 }).finally(() => over.abort());
        const { agreed, differences } = await watching;
        expect(differences).toEqual([]);
        await lab.waitFor(() => link.table.channels.length === 0, { what: "the table to be empty" });
        await link.client.action("Ping");
        const left = link.table.bridges;
        await link.close();
        await capture.close();
        compared += agreed;
        expect(text).not.toContain(lab.users.amiFull.secret);

        const recording = readCapture(text.split("\n"));
        const clock = new TestClock();
        const server = await replayServer({ recordings: [recording], clock, pauseMs: 60_000 });
        onTestFinished(() => server.close());
        const watcher = new PbxLink({
          id: "replay",
          ami: { host: "127.0.0.1", port: server.port, username: "replay", secret: "replay" },
          checkEveryMs: 0,
        });
        onTestFinished(() => watcher.close());
        const replayed: TableChange[] = [];
        watcher.on("change", (change) => replayed.push(change));
        await watcher.start();
        clock.advance(compileScript(recording, 0).durationMs + 1_000);
        await watcher.client.action("Ping");
        const expected = comparable(live);
        expect(comparable(replayed).slice(0, expected.length)).toEqual(expected);
        // What comes after is the end of the recording: an empty parking lot of Asterisk's own goes.
        expect(replayed.slice(expected.length).map((change) => change.type)).toEqual(left.map(() => "bridge-gone"));
      },
    );

    it("has compared many a standing call", () => {
      expect(compared).toBeGreaterThan(10);
    });
  });
}
