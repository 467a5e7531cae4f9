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
import { explainRecording } from "../explain/explain-recording.ts";
import type { PbxChange } from "../pbx-options.ts";
import { Pbx } from "../pbx.ts";
import { readCapture } from "../read-capture.ts";
import { compileScript } from "../replay/replay-script.ts";
import { replayServer } from "../replay/replay-server.ts";
import { comparableChanges } from "./comparable-changes.ts";
import { OpenCalls } from "./open-calls.ts";
import { differences, leavingOf, truthOf, type Truth } from "./pbx-truth.ts";
import { TestClock } from "./test-clock.ts";

/** So long nothing must change in Asterisk before its word is held against the calls, in milliseconds. */
const settledMs = 100;

interface Watched {
  /** Parties of calls that were compared and found right. */
  readonly agreed: number;
  readonly problems: readonly string[];
}

/** Compares again and again until it is stopped; only what Asterisk says unchanged for a while counts. */
async function watch(pbx: Pbx, witness: AmiClient, leaving: ReadonlySet<string>, until: AbortSignal): Promise<Watched> {
  const problems: string[] = [];
  let agreed = 0;
  let since = performance.now();
  let last: Truth | undefined;
  while (!until.aborted) {
    const now = await truthOf(witness);
    if (!isDeepStrictEqual(now, last)) {
      last = now;
      since = performance.now();
    } else if (performance.now() - since >= settledMs) {
      const found = differences(pbx, now, leaving);
      if (!isDeepStrictEqual(await truthOf(witness), now)) continue;
      problems.push(...found);
      if (found.length === 0) agreed += Object.keys(now.channels).length;
    }
    await sleep(20);
  }
  return { agreed, problems };
}

/** Plays all scenarios of the lab on that version, in both profiles, and holds the calls, a replay and an explanation against what Asterisk says. */
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
      "$name: the calls are what Asterisk lists whenever things stand still, and a replay goes through the same",
      async (scenario) => {
        let text = "";
        const capture = new CaptureWriter({ sink: { write: (chunk) => void (text += chunk) } });
        const pbx = new Pbx({ id: "lab", ami: ami(), checkEveryMs: 0, capture });
        onTestFinished(() => pbx.close());
        const leaving = leavingOf(pbx);
        const [live, open] = [[] as PbxChange[], new OpenCalls()];
        pbx.on("change", (change) => {
          live.push(change);
          open.take(change);
        });
        await pbx.start();

        const over = new AbortController();
        const watching = watch(pbx, witness, leaving, over.signal);
        await play(scenario, lab, { pauseMs: settledMs * 2 }).finally(() => over.abort());
        const { agreed, problems } = await watching;
        expect(problems).toEqual([]);
        await lab.waitFor(() => pbx.calls.length === 0, { what: "all calls to be over" });
        expect(open.calls).toEqual([]);
        await pbx.client.action("Ping");
        await pbx.close();
        await capture.close();
        compared += agreed;
        expect(text).not.toContain(lab.users.amiFull.secret);

        const recording = readCapture(text.split("\n"));
        const explained = [...explainRecording(recording, { pbx: "lab", newCallId: () => crypto.randomUUID() })];
        expect(comparableChanges(explained.map(({ at, change }) => ({ pbx: "lab", at, change })))).toEqual(
          comparableChanges(live),
        );

        const clock = new TestClock();
        const server = await replayServer({ recordings: [recording], clock, pauseMs: 60_000 });
        onTestFinished(() => server.close());
        const watcher = new Pbx({
          id: "lab",
          ami: { host: "127.0.0.1", port: server.port, username: "replay", secret: "replay" },
          checkEveryMs: 0,
        });
        onTestFinished(() => watcher.close());
        const replayed: PbxChange[] = [];
        watcher.on("change", (change) => replayed.push(change));
        await watcher.start();
        clock.advance(compileScript(recording, 0).durationMs + 1_000);
        await watcher.client.action("Ping");
        // All of it is heard at one moment: nobody has talked for any time.
        expect(comparableChanges(replayed, ["talks"])).toEqual(comparableChanges(live, ["talks"]));
      },
    );

    it("has compared many a standing call", () => {
      expect(compared).toBeGreaterThan(10);
    });
  });
}
