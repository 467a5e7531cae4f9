import { afterEach, describe, expect, it } from "vitest";
import { CaptureWriter } from "./capture-writer.ts";
import { importAmiText } from "./import-ami-text.ts";
import type { PbxChange, PbxOptions, PbxState } from "./pbx-options.ts";
import { connect, Pbx } from "./pbx.ts";
import { readCapture } from "./read-capture.ts";
import type { ReplayOptions } from "./replay/replay-options.ts";
import { compileScript } from "./replay/replay-script.ts";
import { replayServer, type ReplayServer } from "./replay/replay-server.ts";
import { AmiTestClient } from "./testing/ami-test-client.ts";
import { comparableChanges } from "./testing/comparable-changes.ts";
import { OpenCalls } from "./testing/open-calls.ts";
import { TcpRelay } from "./testing/tcp-relay.ts";
import { TestClock } from "./testing/test-clock.ts";
import { traceBytes, traceNames } from "./testing/trace-messages.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0).toReversed()) await one.close();
});

const recording = (name: string) =>
  importAmiText(traceBytes(name), { note: name, asterisk: "22.10.1", spacingMs: 100 });

async function replay(name: string, clock: TestClock, options: Partial<ReplayOptions> = {}): Promise<ReplayServer> {
  const server = await replayServer({ recordings: [recording(name)], clock, pauseMs: 60_000, ...options });
  open.push(server);
  return server;
}

function pbxOn(port: number, options: Partial<PbxOptions> = {}): Pbx {
  const one = new Pbx({
    id: "office",
    ami: { host: "127.0.0.1", port, username: "replay", secret: "replay", reconnect: { minMs: 1, maxMs: 5 } },
    checkEveryMs: 0,
    ...options,
  });
  open.push(one);
  return one;
}

/** Waits until the link is in that state. */
function reach(one: Pbx, state: PbxState): Promise<void> {
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
async function settle(one: Pbx): Promise<void> {
  await one.client.action("Ping");
}

/** Channels by Uniqueid that are in a call; one that is only being reached is there from its DialBegin on. */
const channelsOf = (one: Pbx): string[] =>
  one.calls
    .flatMap((call) =>
      call.connections.flatMap(({ channel, id, state }) => (channel === undefined || state === "null" ? [] : [id])),
    )
    .toSorted();

/** Calls in which somebody has not been put out by a transfer or a park, which only events tell. */
const left = (one: Pbx): Set<string> =>
  new Set(
    one.calls.flatMap((call) =>
      call.cleared.filter(({ cause }) => cause === "transferred" || cause === "parked").map(({ id }) => id),
    ),
  );

/** What the server itself says to a client of its own: all channels that are no halves of Local channels, and do something. */
async function truth(server: ReplayServer): Promise<string[]> {
  const client = new AmiTestClient(server.port);
  open.push({ close: () => client.socket.destroy() });
  await client.login("replay", "replay", { Events: "off" });
  return (await client.list("CoreShowChannels"))
    .filter((item) => item.get("Channel")?.startsWith("Local/") === false && item.get("ChannelState") !== "0")
    .map((item) => item.get("Uniqueid") ?? "")
    .toSorted();
}

describe("a PBX", () => {
  it("becomes live and knows whom it speaks to", async () => {
    const server = await replay("basic", new TestClock());
    const one = pbxOn(server.port);
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

  it("is there after connect, with its calls", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock);
    const witness = pbxOn(server.port);
    await witness.start();
    while (witness.calls.every((call) => call.talks.length === 0)) {
      clock.advance(500);
      await settle(witness);
    }
    await using one = await connect({
      id: "office",
      ami: { host: "127.0.0.1", port: server.port, username: "replay", secret: "replay" },
    });
    const [call] = one.calls;
    expect(call?.connections.map(({ device, state }) => [device, state])).toEqual([
      ["PJSIP/1000", "connected"],
      ["PJSIP/1002", "connected"],
    ]);
    expect(one.call(call?.id ?? "")).toBe(call);
    expect(one.callOfChannel(call?.connections[0]?.id ?? "")).toBe(call);
    expect(one.call("none")).toBeUndefined();
  });

  it("can be started once, and rejects on a wrong secret, a closed link and the signal", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock);
    const one = pbxOn(server.port);
    await one.start();
    await expect(one.start()).rejects.toMatchObject({ code: "PBX_LINK_STARTED" });
    const wrong = pbxOn(server.port, {
      ami: { host: "127.0.0.1", port: server.port, username: "replay", secret: "no" },
    });
    const changes = wrong.events();
    const stop = setInterval(() => clock.advance(1_000), 5);
    open.push({ close: () => clearInterval(stop) });
    await expect(wrong.start()).rejects.toMatchObject({ code: "AMI_AUTH_FAILED" });
    expect(wrong.state).toBe("closed");
    await expect(changes.next()).rejects.toMatchObject({ code: "AMI_AUTH_FAILED" });
    await expect(wrong.events().next()).rejects.toMatchObject({ code: "AMI_AUTH_FAILED" });
    const aborted = pbxOn(1);
    await expect(aborted.start({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "AMI_ABORTED" });
    const closed = pbxOn(1);
    const starting = closed.start();
    await Promise.all([closed.close(), expect(starting).rejects.toMatchObject({ code: "AMI_CLOSED" })]);
  });

  it("keeps data that a program attached to a call until the call ends", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock);
    const one = pbxOn(server.port);
    const ended: PbxChange[] = [];
    one.on("change", (change) => change.change.type === "call-cleared" && ended.push(change));
    await one.start();
    while (one.calls.length === 0) {
      clock.advance(500);
      await settle(one);
    }
    expect(one.setUserData(one.calls[0]?.id ?? "", { ticket: "4711" })).toBe(true);
    expect(one.setUserData("none", { ticket: "1" })).toBe(false);
    clock.advance(60_000);
    await settle(one);
    expect(ended).toMatchObject([{ pbx: "office", change: { call: { userData: { ticket: "4711" } } } }]);
  });
});

describe.each(traceNames.filter((name) => name !== "presence"))("a PBX during the session %s", (name) => {
  it("has the truth at each moment, whenever it began", async () => {
    const clock = new TestClock();
    const server = await replay(name, clock);
    const early = pbxOn(server.port);
    await early.start();
    for (let i = 0; i < 12; i++) {
      clock.advance(2_311);
      await settle(early);
      const now = await truth(server);
      const gone = left(early);
      expect(channelsOf(early)).toEqual(now.filter((id) => !gone.has(id)));
      const late = pbxOn(server.port);
      await late.start();
      expect(channelsOf(late).filter((id) => !gone.has(id))).toEqual(channelsOf(early));
      await late.close();
    }
  });

  it("loses no call and keeps no ghost when it is cut", async () => {
    const clock = new TestClock();
    const server = await replay(name, clock);
    const relay = await TcpRelay.to(server.port);
    open.push(relay);
    const one = pbxOn(relay.port);
    const told = new OpenCalls();
    one.on("change", (change) => told.take(change));
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
      const gone = left(one);
      expect(channelsOf(one).filter((id) => !gone.has(id))).toEqual(
        (await truth(server)).filter((id) => !gone.has(id)),
      );
      expect(told.calls).toEqual(one.calls);
    }
    expect(one.calls).toEqual([]);
  });
});

describe("after a lost link", () => {
  it("tells what ended meanwhile, with cause lost", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock);
    const relay = await TcpRelay.to(server.port);
    open.push(relay);
    const one = pbxOn(relay.port);
    await one.start();
    while (one.calls.every((call) => call.talks.length === 0)) {
      clock.advance(500);
      await settle(one);
    }
    const resynced = new Promise<readonly unknown[]>((resolve) => {
      one.on("resync", (resync) => resolve(resync.changes));
    });
    relay.down = true;
    relay.cut();
    await reach(one, "waiting");
    clock.advance(60_000);
    relay.down = false;
    const changes = await resynced;
    expect(changes.slice(0, 3)).toMatchObject([
      { type: "connection-cleared", cause: "lost", connection: { device: "PJSIP/1000" } },
      { type: "connection-cleared", cause: "lost", connection: { device: "PJSIP/1002" } },
      { type: "call-cleared", cause: "lost" },
    ]);
  });

  it("a new process takes up the calls of the one before under their ids", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock);
    const first = pbxOn(server.port);
    await first.start();
    while (first.calls.every((call) => call.talks.length === 0)) {
      clock.advance(500);
      await settle(first);
    }
    const restore = structuredClone(first.calls);
    await first.close();
    const second = pbxOn(server.port, { restore });
    const told: PbxChange[] = [];
    second.on("change", (change) => told.push(change));
    expect(second.calls).toEqual(restore);
    await second.start();
    expect(second.calls.map(({ id, establishedAt }) => [id, establishedAt])).toEqual(
      restore.map(({ id, establishedAt }) => [id, establishedAt]),
    );
    expect(told.filter(({ change }) => "call" in change && change.type !== "updated")).toEqual([]);
  });
});

describe("an AMI user of few classes", () => {
  const user = (classes: { read?: readonly string[]; write?: readonly string[] }): Partial<ReplayOptions> => ({
    users: [{ username: "replay", secret: "replay", ...classes }],
  });

  it("that may not ask for channels sees new calls, and is told which class is missing", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock, user({ write: [] }));
    const one = pbxOn(server.port);
    await one.start();
    expect(one.notices.map(({ code, right, classes, action }) => ({ code, right, classes, action }))).toEqual(
      expect.arrayContaining([
        { code: "PBX_CLASS_MISSING", right: "write", classes: ["system", "reporting"], action: "CoreShowChannels" },
        { code: "PBX_CLASS_MISSING", right: "write", classes: ["system", "call", "reporting"], action: "Status" },
        { code: "PBX_CLASS_MISSING", right: "write", classes: ["call", "reporting"], action: "ExtensionStateList" },
      ]),
    );
    expect(one.notices[0]?.message).toMatch(/Add system or reporting to its write= in manager.conf/);
    while (one.calls.length === 0) {
      clock.advance(500);
      await settle(one);
    }
    expect(one.calls[0]?.connections[0]?.name).toBe("Kai");
  });

  it("with call alone reads the channels by Status", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock, user({ write: ["call"] }));
    const seer = pbxOn(server.port);
    await seer.start();
    while (seer.calls.every((call) => call.talks.length === 0)) {
      clock.advance(500);
      await settle(seer);
    }
    const one = pbxOn(server.port);
    await one.start();
    expect(one.calls.map((call) => call.connections.map(({ device, state }) => [device, state]))).toEqual([
      [
        ["PJSIP/1000", "connected"],
        ["PJSIP/1002", "connected"],
      ],
    ]);
    expect(one.notices.map((notice) => notice.action)).toEqual(["ConfbridgeListRooms", "CoreSettings"]);
  });

  it("that may not read calls is told so as soon as a check sees one", async () => {
    const clock = new TestClock();
    const server = await replay("basic", clock, user({ read: ["system"] }));
    const one = pbxOn(server.port, { checkEveryMs: 5, clock: () => clock.now() });
    const noticed = new Promise<unknown>((resolve) => {
      one.on("notice", resolve);
    });
    await one.start();
    const stop = setInterval(() => clock.advance(50), 5);
    open.push({ close: () => clearInterval(stop) });
    expect(await noticed).toMatchObject({ code: "PBX_CLASS_MISSING", right: "read", classes: ["call"] });
  }, 30_000);
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
      const told = (one: Pbx): PbxChange[] => {
        const seen: PbxChange[] = [];
        one.on("change", (change) => seen.push(change));
        return seen;
      };
      const { durationMs } = compileScript(recording(name), 0);
      const first = pbxOn(server.port, { capture });
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
      const watcher = pbxOn(second.port);
      const seenSecond = told(watcher);
      await watcher.start();
      again.advance(durationMs + 1_000);
      await settle(watcher);
      expect(seenFirst.length).toBeGreaterThan(10);
      // Both hear all of it at about one moment: how long anybody talked is chance.
      expect(comparableChanges(seenSecond, ["talks"])).toEqual(comparableChanges(seenFirst, ["talks"]));
    },
  );
});
