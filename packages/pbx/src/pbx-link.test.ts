import { afterEach, describe, expect, it } from "vitest";
import { CaptureWriter } from "./capture-writer.ts";
import { importAmiText } from "./import-ami-text.ts";
import { PbxLink } from "./pbx-link.ts";
import type { PbxLinkOptions, PbxLinkState } from "./pbx-link-options.ts";
import { readCapture } from "./read-capture.ts";
import type { ReplayOptions } from "./replay-options.ts";
import { compileScript } from "./replay-script.ts";
import { replayServer, type ReplayServer } from "./replay-server.ts";
import type { TableChange } from "./table-change.ts";
import { AmiTestClient } from "./testing/ami-test-client.ts";
import { TcpRelay } from "./testing/tcp-relay.ts";
import { TestClock } from "./testing/test-clock.ts";
import { traceBytes, traceNames } from "./testing/trace-messages.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

const byText = (a: unknown, b: unknown): number => JSON.stringify(a).localeCompare(JSON.stringify(b));

const recording = (name: string) =>
  importAmiText(traceBytes(name), { note: name, asterisk: "22.10.1", spacingMs: 100 });

async function replay(name: string, clock: TestClock, options: Partial<ReplayOptions> = {}): Promise<ReplayServer> {
  const server = await replayServer({ recordings: [recording(name)], clock, pauseMs: 60_000, ...options });
  open.push(server);
  return server;
}

function link(port: number, options: Partial<PbxLinkOptions> = {}): PbxLink {
  const one = new PbxLink({
    id: "office",
    ami: { host: "127.0.0.1", port, username: "replay", secret: "replay", reconnect: { minMs: 1, maxMs: 5 } },
    ...options,
  });
  open.push(one);
  return one;
}

/** Waits until the link is in that state. */
function reach(one: PbxLink, state: PbxLinkState): Promise<void> {
  if (one.state === state) return Promise.resolve();
  return new Promise((resolve) => {
    const off = one.on("state", ({ to }) => {
      if (to !== state) return;
      off();
      resolve();
    });
  });
}

/** After this the link has taken in all that was sent before. */
async function settle(one: PbxLink): Promise<void> {
  await one.client.action("Ping");
}

const channelsOf = (one: PbxLink) =>
  one.table.channels.map((row) => [row.uniqueid, row.state, row.bridge]).sort(byText);

/** What the server itself says to a client of its own. */
async function truth(server: ReplayServer): Promise<unknown> {
  const client = new AmiTestClient(server.port);
  open.push({ close: () => client.socket.destroy() });
  await client.login("replay", "replay", { Events: "off" });
  return (await client.list("CoreShowChannels"))
    .map((item) => [
      item.get("Uniqueid"),
      item.get("ChannelStateDesc"),
      item.get("BridgeId") === "" ? undefined : item.get("BridgeId"),
    ])
    .sort(byText);
}

describe("a link", () => {
  it("becomes live and knows whom it speaks to", async () => {
    const server = await replay("basic", new TestClock());
    const one = link(server.port);
    const states: string[] = [];
    one.on("state", ({ to }) => states.push(to));
    await one.start();
    expect(states).toEqual(["connecting", "syncing", "live"]);
    expect(one.server).toMatchObject({
      amiVersion: "11.0.0",
      asteriskVersion: "22.10.1",
      systemName: "replay",
      replay: true,
    });
    expect(one.notices).toEqual([]);
    await one.close();
    expect(one.state).toBe("closed");
  });

  it("can be started once, and rejects on a wrong secret, a closed link and the signal", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock);
    const one = link(server.port);
    await one.start();
    await expect(one.start()).rejects.toMatchObject({ code: "PBX_LINK_STARTED" });
    const wrong = link(server.port, {
      ami: { host: "127.0.0.1", port: server.port, username: "replay", secret: "no" },
    });
    const stop = setInterval(() => clock.advance(1_000), 5);
    open.push({ close: () => clearInterval(stop) });
    await expect(wrong.start()).rejects.toMatchObject({ code: "AMI_AUTH_FAILED" });
    expect(wrong.state).toBe("closed");
    const aborted = link(1);
    await expect(aborted.start({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "AMI_ABORTED" });
    const closed = link(1);
    const starting = closed.start();
    await Promise.all([closed.close(), expect(starting).rejects.toMatchObject({ code: "AMI_CLOSED" })]);
  });

  it("goes on when a listener throws, and says so", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock);
    const one = link(server.port);
    const codes: string[] = [];
    one.on("notice", (notice) => codes.push(notice.code));
    one.on("change", () => {
      throw new Error("mine");
    });
    let changes = 0;
    one.on("change", () => changes++);
    await one.start();
    clock.advance(60_000);
    await settle(one);
    expect(changes).toBeGreaterThan(10);
    expect(codes).toContain("PBX_LISTENER_FAILED");
  });
});

describe.each(traceNames.filter((name) => name !== "presence"))("a link during the session %s", (name) => {
  it("has the truth at each moment, whenever it began", async () => {
    const clock = new TestClock();
    const server = await replay(name, clock);
    const early = link(server.port, { checkEveryMs: 0 });
    await early.start();
    for (let i = 0; i < 12; i++) {
      clock.advance(2_311);
      await settle(early);
      expect(channelsOf(early)).toEqual(await truth(server));
      const late = link(server.port, { checkEveryMs: 0 });
      await late.start();
      expect(channelsOf(late)).toEqual(await truth(server));
      await late.close();
    }
  });

  it("loses no change and keeps no ghost when it is cut", async () => {
    const clock = new TestClock();
    const server = await replay(name, clock);
    const relay = await TcpRelay.to(server.port);
    open.push(relay);
    const one = link(relay.port, { checkEveryMs: 0 });
    const mirror = new Map<string, TableChange>();
    one.on("change", (change) => {
      const row = "after" in change ? change.after : change.before;
      if ("after" in change) mirror.set(row.uniqueid, change);
      else mirror.delete(row.uniqueid);
    });
    await one.start();
    const { durationMs } = compileScript(recording(name), 0);
    for (let at = 0; at < durationMs + 20_000; at += 4_321) {
      relay.down = true;
      relay.cut();
      await reach(one, "waiting");
      clock.advance(4_321);
      relay.down = false;
      await reach(one, "live");
      await settle(one);
      expect(channelsOf(one)).toEqual(await truth(server));
    }
    expect(one.table.channels).toEqual([]);
    expect(one.table.bridges).toEqual([]);
    expect([...mirror.keys()]).toEqual([]);
  });
});

describe("after a lost link", () => {
  it("tells what came and went meanwhile", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock);
    const relay = await TcpRelay.to(server.port);
    open.push(relay);
    const one = link(relay.port);
    await one.start();
    while (one.table.bridges.length === 0) {
      clock.advance(500);
      await settle(one);
    }
    const before = one.table.channels.map((row) => row.uniqueid);
    const resynced = new Promise<readonly TableChange[]>((resolve) => {
      one.on("resync", (resync) => resolve(resync.changes));
    });
    const lines: string[] = [];
    one.on("timeline", (entry) => lines.push(entry.text));
    relay.down = true;
    relay.cut();
    await reach(one, "waiting");
    clock.advance(60_000);
    relay.down = false;
    const changes = await resynced;
    const gone = changes.filter((change) => change.type === "channel-gone");
    expect(gone.map((change) => change.before.uniqueid).sort(byText)).toEqual(before.sort(byText));
    expect(gone.map((change) => change.reason)).toEqual(["resync", "resync"]);
    expect(lines.at(-1)).toMatch(/^the link was down for \d+\.\d s: 2 channels ended$/);
  });
});

describe("an AMI user of few classes", () => {
  const user = (classes: { read?: readonly string[]; write?: readonly string[] }): Partial<ReplayOptions> => ({
    users: [{ username: "replay", secret: "replay", ...classes }],
  });

  it("that may not ask for channels sees new ones, and is told which class is missing", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock, user({ write: [] }));
    const one = link(server.port);
    await one.start();
    expect(one.notices.map(({ code, right, classes, action }) => ({ code, right, classes, action }))).toEqual(
      expect.arrayContaining([
        { code: "PBX_CLASS_MISSING", right: "write", classes: ["system", "reporting"], action: "CoreShowChannels" },
        { code: "PBX_CLASS_MISSING", right: "write", classes: ["system", "call", "reporting"], action: "Status" },
      ]),
    );
    expect(one.notices[0]?.message).toMatch(/Add system or reporting to its write= in manager.conf/);
    while (one.table.channels.length === 0) {
      clock.advance(500);
      await settle(one);
    }
    expect(one.table.channels[0]?.callerIdName).toBe("Kai");
  });

  it("with call alone reads the channels by Status", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock, user({ write: ["call"] }));
    const seer = link(server.port);
    await seer.start();
    while (seer.table.bridges.length === 0) {
      clock.advance(500);
      await settle(seer);
    }
    const one = link(server.port);
    await one.start();
    expect(one.table.channels.map((row) => row.application)).toEqual(["Dial", "AppDial"]);
    expect(one.notices.map((notice) => notice.action)).toEqual(["ConfbridgeListRooms", "CoreSettings"]);
  });

  it("that may not read calls is told so as soon as a check sees one", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock, user({ read: ["system"] }));
    const one = link(server.port, { checkEveryMs: 5, clock: () => clock.now() });
    const noticed = new Promise<unknown>((resolve) => {
      one.on("notice", resolve);
    });
    await one.start();
    const stop = setInterval(() => clock.advance(500), 5);
    open.push({ close: () => clearInterval(stop) });
    expect(await noticed).toMatchObject({ code: "PBX_CLASS_MISSING", right: "read", classes: ["call"] });
  });
});

describe("a capture of a link", () => {
  it.each(["basic", "park", "atxfer", "conference"])(
    "of the session %s leads a replay to the same changes",
    async (name) => {
      const clock = new TestClock();
      const server = await replay(name, clock);
      let text = "";
      const capture = new CaptureWriter({
        sink: { write: (chunk) => void (text += chunk) },
        clock: () => clock.now(),
        asterisk: "22.10.1",
      });
      const told = (one: PbxLink): string[] => {
        const seen: string[] = [];
        one.on("change", (change) => {
          const row = "after" in change ? change.after : change.before;
          seen.push(
            `${change.type} ${"state" in row ? `${row.device} ${row.state} ${row.callerIdName}` : `${row.type} ${row.channels.length}`}`,
          );
        });
        return seen;
      };
      const { durationMs } = compileScript(recording(name), 0);
      const first = link(server.port, { capture, checkEveryMs: 0 });
      const seenFirst = told(first);
      await first.start();
      clock.advance(durationMs + 1_000);
      await settle(first);
      await first.close();
      await capture.close();
      expect(text).not.toContain("Secret: replay");

      const again = new TestClock();
      const second = await replayServer({ recordings: [readCapture(text.split("\n"))], clock: again, pauseMs: 60_000 });
      open.push(second);
      const watcher = link(second.port, { checkEveryMs: 0 });
      const seenSecond = told(watcher);
      await watcher.start();
      again.advance(durationMs + 1_000);
      await settle(watcher);
      expect(seenFirst.length).toBeGreaterThan(20);
      expect(seenSecond).toEqual(seenFirst);
    },
  );
});
