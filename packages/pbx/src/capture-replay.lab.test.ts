import { startAsterisk, type LabAsterisk } from "@cordboard/lab";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { CaptureWriter } from "./capture-writer.ts";
import { PbxLink } from "./pbx-link.ts";
import { readCapture } from "./read-capture.ts";
import { compileScript } from "./replay-script.ts";
import { replayServer } from "./replay-server.ts";
import type { TableChange } from "./table-change.ts";
import { labScenarios, stageOn, type Stage } from "./testing/lab-scenarios.ts";
import { TestClock } from "./testing/test-clock.ts";

/** Changes without times, with ids and names numbered in the order in which they appear. */
function comparable(changes: readonly TableChange[]): string[] {
  const numbers = new Map<string, number>();
  const number = (id: string): string => {
    if (!numbers.has(id)) numbers.set(id, numbers.size);
    return `#${numbers.get(id)}`;
  };
  return changes.map((change) => {
    const row = "after" in change ? change.after : change.before;
    const text = JSON.stringify([change.type, row], (key, value: unknown) => {
      if (["createdAt", "answeredAt", "numChannels", "technology"].includes(key)) return undefined;
      if (["uniqueid", "linkedid", "bridge", "from"].includes(key) && typeof value === "string") return number(value);
      if (key === "channels" && Array.isArray(value)) return value.map((id) => number(String(id)));
      return value;
    });
    return text.replaceAll(/-[0-9a-f]{8}(?=[";<])/g, number);
  });
}

describe.each([22, 16] as const)("captured on Asterisk %i", (version) => {
  let lab: LabAsterisk;
  let stage: Stage;

  beforeAll(async () => {
    lab = await startAsterisk({ version });
    stage = stageOn(lab, () => Promise.resolve());
  });
  afterAll(() => lab?.stop());

  it.each(labScenarios.map((scenario) => [scenario.name, scenario] as const))(
    "%s leads a replay through the same changes",
    async (_, scenario) => {
      let text = "";
      const capture = new CaptureWriter({ sink: { write: (chunk) => void (text += chunk) } });
      const { user, secret } = lab.users.amiFull;
      const live: TableChange[] = [];
      const link = new PbxLink({
        id: "lab",
        ami: { host: lab.host, port: lab.ports.ami, username: user, secret },
        checkEveryMs: 0,
        capture,
      });
      link.on("change", (change) => live.push(change));
      await link.start();
      try {
        await scenario.run(stage);
      } finally {
        await lab.cli("channel request hangup all");
        await lab.waitUntilIdle();
      }
      await lab.waitFor(() => link.table.channels.length === 0, { what: "the table to be empty" });
      await link.client.action("Ping");
      await link.close();
      await capture.close();
      expect(text).not.toContain(secret);

      const recording = readCapture(text.split("\n"));
      const clock = new TestClock();
      const replayed: TableChange[] = [];
      const server = await replayServer({ recordings: [recording], clock, pauseMs: 60_000 });
      onTestFinished(() => server.close());
      const watcher = new PbxLink({
        id: "replay",
        ami: { host: "127.0.0.1", port: server.port, username: "replay", secret: "replay" },
        checkEveryMs: 0,
      });
      onTestFinished(() => watcher.close());
      watcher.on("change", (change) => replayed.push(change));
      await watcher.start();
      clock.advance(compileScript(recording, 0).durationMs + 1_000);
      await watcher.client.action("Ping");

      const expected = comparable(live);
      expect(expected.length).toBeGreaterThan(3);
      expect(comparable(replayed).slice(0, expected.length)).toEqual(expected);
      // What comes after is the end of the recording: an empty parking lot of Asterisk's own goes.
      expect(replayed.slice(expected.length).map((change) => change.type)).toEqual(
        link.table.bridges.map(() => "bridge-gone"),
      );
    },
  );
});
