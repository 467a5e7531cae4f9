import { randomUUID } from "node:crypto";
import { afterEach, describe, expect, it } from "vitest";
import { CaptureWriter } from "../capture-writer.ts";
import { importAmiText } from "../import-ami-text.ts";
import type { PbxChange } from "../pbx-options.ts";
import { Pbx } from "../pbx.ts";
import { readCapture } from "../read-capture.ts";
import { compileScript } from "../replay/replay-script.ts";
import { replayServer } from "../replay/replay-server.ts";
import { comparableChanges } from "../testing/comparable-changes.ts";
import { TcpRelay } from "../testing/tcp-relay.ts";
import { TestClock } from "../testing/test-clock.ts";
import { traceBytes } from "../testing/trace-messages.ts";
import { explainRecording } from "./explain-recording.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

const recording = (name: string) => importAmiText(traceBytes(name), { note: name, spacingMs: 100 });

describe("explaining a recording", () => {
  it("gives each change with the message that caused it", () => {
    const explain = () =>
      [...explainRecording(recording("basic"))].filter(({ change }) => "call" in change && change.type !== "updated");
    const explained = explain();
    expect(explained.map(({ change, lines }) => [change.type, lines[0]?.split("\r\n")[0]])).toEqual([
      ["originated", "Event: Newchannel"],
      ["delivered", "Event: Newstate"],
      ["established", "Event: Newstate"],
      ["established", "Event: Newstate"],
      ["connection-cleared", "Event: Hangup"],
      ["connection-cleared", "Event: Hangup"],
      ["call-cleared", "Event: Hangup"],
    ]);
    expect(explained.every(({ because, lines }) => because === "event" && lines.length === 1)).toBe(true);
    expect(explained[0]?.change).toMatchObject({ call: { id: "call-1", pbx: "recording" } });
    expect(explain()).toEqual(explained);
  });

  it.each(["basic", "park", "atxfer", "conference", "ivr-queue"])(
    "says of a capture of %s, with its link cut in the middle, what the link itself said",
    async (name) => {
      const clock = new TestClock();
      const server = await replayServer({ recordings: [recording(name)], clock, pauseMs: 60_000 });
      open.push(server);
      const relay = await TcpRelay.to(server.port);
      open.push(relay);
      let text = "";
      const capture = new CaptureWriter({ sink: { write: (chunk) => void (text += chunk) }, clock: () => clock.now() });
      const pbx = new Pbx({
        id: "recording",
        ami: { host: "127.0.0.1", port: relay.port, username: "replay", secret: "replay", reconnect: { minMs: 1 } },
        clock: () => clock.now(),
        checkEveryMs: 0,
        capture,
      });
      open.push(pbx);
      const told: PbxChange[] = [];
      pbx.on("change", (change) => told.push(change));
      await pbx.start();
      const { durationMs } = compileScript(recording(name), 0);
      clock.advance(durationMs / 2);
      await pbx.client.action("Ping");
      const again = new Promise<void>((resolve) => {
        pbx.on("resync", () => resolve());
      });
      relay.cut();
      clock.advance(2_000);
      await again;
      clock.advance(durationMs);
      await pbx.client.action("Ping");
      await pbx.close();
      await capture.close();

      const explained = [...explainRecording(readCapture(text.split("\n")), { newCallId: randomUUID })];
      expect(told.length).toBeGreaterThan(10);
      expect(comparableChanges(explained.map(({ at, change }) => ({ pbx: "recording", at, change })))).toEqual(
        comparableChanges(told),
      );
      expect(explained.map(({ because }) => because)).toContain("event");
    },
  );

  it("names the items of the list that told of a call, and none for one that is no longer listed", () => {
    const list = (id: string, uniqueids: readonly string[]): string =>
      [
        `Response: Success\r\nActionID: ${id}\r\nEventList: start\r\n`,
        ...uniqueids.map(
          (one) =>
            `Event: CoreShowChannel\r\nActionID: ${id}\r\nChannel: PJSIP/1000-0000000${one}\r\nChannelState: 6\r\nUniqueid: ${one}\r\nLinkedid: ${one}\r\nDuration: 00:00:05\r\n`,
        ),
        `Event: CoreShowChannelsComplete\r\nActionID: ${id}\r\nEventList: Complete\r\n`,
      ].join("\r\n") + "\r\n";
    const text = `Asterisk Call Manager/11.0.0\r\n${list("a", ["1", "2"])}${list("b", ["2"])}`;
    const explained = [...explainRecording(importAmiText(text))];
    expect(explained.every(({ because }) => because === "snapshot")).toBe(true);
    expect(explained[0]?.lines).toEqual([expect.stringContaining("Uniqueid: 1")]);
    expect(explained.slice(-2)).toMatchObject([
      { change: { type: "connection-cleared", cause: "lost", connection: { id: "1" } }, lines: [] },
      { change: { type: "call-cleared", cause: "lost" }, lines: [] },
    ]);
  });

  it("takes what makes sense out of nonsense", () => {
    const text = "Event: Newchannel\r\nUniqueid\r\n\r\nEvent: Hangup\r\n\r\nnonsense\r\n\r\nEvent:\r\n\r\n";
    expect([...explainRecording(importAmiText(text))]).toEqual([]);
  });
});
