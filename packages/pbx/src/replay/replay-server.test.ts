import { createHash } from "node:crypto";
import { createServer } from "node:net";
import type { AmiMessage } from "@cordboard/ami";
import { afterEach, describe, expect, it } from "vitest";
import { ChannelTable } from "./channel-table.ts";
import { importAmiText } from "../import-ami-text.ts";
import type { ReplayOptions } from "./replay-options.ts";
import { compileScript } from "./replay-script.ts";
import { replayServer, type ReplayServer } from "./replay-server.ts";
import { AmiTestClient } from "../testing/ami-test-client.ts";
import { TestClock } from "../testing/test-clock.ts";
import { traceBytes, traceNames } from "../testing/trace-messages.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

const byText = (a: unknown, b: unknown): number => JSON.stringify(a).localeCompare(JSON.stringify(b));

const recording = (name: string) =>
  importAmiText(traceBytes(name), { note: name, asterisk: "22.10.1", spacingMs: 100 });

async function replay(names: readonly string[], options: Partial<ReplayOptions> = {}): Promise<ReplayServer> {
  const server = await replayServer({ recordings: names.map(recording), pauseMs: 1_000, ...options });
  open.push(server);
  return server;
}

async function client(server: ReplayServer): Promise<AmiTestClient> {
  const one = new AmiTestClient(server.port);
  open.push({ close: () => one.socket.destroy() });
  await one.until((message) => message.kind === "greeting");
  return one;
}

async function loggedIn(server: ReplayServer, ...login: Parameters<AmiTestClient["login"]>): Promise<AmiTestClient> {
  const one = await client(server);
  await one.login(...login);
  return one;
}

/** The rows of a snapshot in a form that two tables share. */
const shape = (table: ChannelTable) => ({
  channels: table.channels
    .map(({ uniqueid, name, state, bridge, callerIdName, application }) => [
      uniqueid,
      name,
      state,
      bridge,
      callerIdName,
      application,
    ])
    .sort(byText),
  bridges: table.bridges.map((row) => [row.uniqueid, row.type, [...row.channels].sort(byText)]).sort(byText),
});

/** What the snapshot actions tell. */
async function snapshot(one: AmiTestClient): Promise<ChannelTable> {
  const table = new ChannelTable();
  const channels = await one.list("CoreShowChannels");
  const bridges = await one.list("BridgeList");
  const bridgeChannels = new Map<string, AmiMessage[]>();
  for (const bridge of bridges) {
    const BridgeUniqueid = bridge.get("BridgeUniqueid") ?? "";
    bridgeChannels.set(BridgeUniqueid, await one.list("BridgeInfo", { BridgeUniqueid }));
  }
  table.reconcile({ channels, bridges, bridgeChannels }, 0);
  return table;
}

/** The table of one who saw the events alone. */
function fromEvents(events: readonly AmiMessage[]): ChannelTable {
  const table = new ChannelTable();
  for (const event of events) table.apply(event, 0);
  return table;
}

describe("a replay to its clients", () => {
  it("greets and accepts the user as Asterisk does", async () => {
    const server = await replay(["basic"], { clock: new TestClock() });
    const one = await client(server);
    expect(one.messages[0]?.text).toBe("Asterisk Call Manager/11.0.0\r\n");
    expect((await one.action("CoreShowChannels")).get("Message")).toBe("Permission denied");
    expect((await one.action("Login", { Username: "replay", Secret: "replay" })).get("Message")).toBe(
      "Authentication accepted",
    );
    const booted = await one.until((message) => message.name === "FullyBooted");
    expect(booted.get("SystemName")).toBe("replay");
    expect(server.clients).toBe(1);
  });

  it("refuses a wrong secret after a second and hangs up", async () => {
    const clock = new TestClock();
    const server = await replay(["basic"], { clock });
    const one = await client(server);
    const answer = one.action("Login", { Username: "replay", Secret: "wrong" });
    const waiting = new AmiTestClient(server.port);
    open.push({ close: () => waiting.socket.destroy() });
    await waiting.login();
    expect(one.messages).toHaveLength(1);
    clock.advance(1_000);
    expect((await answer).get("Message")).toBe("Authentication failed");
    await one.closed;
  });

  it("takes the answer to a challenge instead of the secret", async () => {
    const server = await replay(["basic"], { clock: new TestClock() });
    const one = await client(server);
    expect((await one.action("Challenge")).get("Message")).toBe("Must specify AuthType");
    const challenge = (await one.action("Challenge", { AuthType: "MD5" })).get("Challenge") ?? "";
    const Key = createHash("md5").update(`${challenge}replay`).digest("hex");
    expect((await one.action("Login", { AuthType: "MD5", Username: "replay", Key })).name).toBe("Success");
  });

  it("drops who does not log in within 30 seconds", async () => {
    const clock = new TestClock();
    const server = await replay(["basic"], { clock });
    const one = await client(server);
    expect(one.socket.destroyed).toBe(false);
    clock.advance(30_000);
    await one.closed;
  });

  it("answers Ping, Logoff, an unknown action and none in Asterisk's words", async () => {
    const server = await replay(["basic"], { clock: new TestClock() });
    const one = await loggedIn(server);
    expect((await one.action("Ping")).get("Ping")).toBe("Pong");
    expect((await one.action("Frobnicate")).get("Message")).toBe(
      "Invalid/unknown command: Frobnicate. Use Action: ListCommands to show available commands.",
    );
    expect((await one.action("")).get("Message")).toBe("Missing action in request");
    expect((await one.action("ListCommands")).get("CoreShowChannels")).toMatch(/Priv: system,reporting/);
    expect((await one.action("Logoff")).toObject()).toMatchObject({
      Response: "Goodbye",
      Message: "Thanks for all the fish.",
    });
    await one.closed;
  });

  it("refuses a line of more than 1024 bytes and more than 128 headers, and goes on", async () => {
    const server = await replay(["basic"], { clock: new TestClock() });
    const one = await loggedIn(server);
    expect((await one.action("Ping", { Long: "x".repeat(1_100) })).get("Message")).toBe(
      "Failed to parse message: line too long",
    );
    const many = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`H${i}`, "x"]));
    expect((await one.action("Ping", many)).get("Message")).toBe("Too many lines in message or allocation failure");
    expect((await one.action("Ping")).name).toBe("Success");
    one.socket.write(`${"y".repeat(5_000_000)}\r\n\r\nAction: Ping\r\nActionID: after\r\n\r\n`);
    await one.until((message) => message.get("ActionID") === "after" && message.get("Ping") === "Pong");
  });

  it("says that it is a replay", async () => {
    const server = await replay(["basic"], { clock: new TestClock() });
    const one = await loggedIn(server);
    expect((await one.action("CoreSettings")).toObject()).toMatchObject({
      SystemName: "replay",
      AsteriskVersion: "22.10.1",
    });
    expect((await one.action("CoreStatus")).get("CoreCurrentCalls")).toBe("0");
  });

  it("gives each the events of its mask and of its read classes", async () => {
    const clock = new TestClock();
    const server = await replay(["ivr-queue"], {
      clock,
      users: [
        { username: "all", secret: "a" },
        { username: "agent", secret: "b", read: ["agent"], write: ["reporting"] },
      ],
    });
    const all = await loggedIn(server, "all", "a");
    const calls = await loggedIn(server, "all", "a", { Events: "call" });
    const off = await loggedIn(server, "all", "a", { Events: "off" });
    const agent = await loggedIn(server, "agent", "b");
    expect((await off.action("Events", { EventMask: "nonsense" })).get("Events")).toBe("Off");
    expect((await calls.action("Events", { EventMask: "call,dtmf" })).get("Events")).toBe("On");
    expect((await calls.action("Events", { EventMask: "" })).get("Message")).toBe("Invalid event mask");
    clock.advance(60_000);
    const classes = async (one: AmiTestClient): Promise<string[]> =>
      [...new Set((await one.events()).map((event) => event.get("Privilege") ?? ""))].sort(byText);
    expect(await classes(all)).toEqual(expect.arrayContaining(["agent,all", "call,all", "dialplan,all", "dtmf,all"]));
    expect(await classes(calls)).toEqual(["call,all", "dtmf,all"]);
    expect(await classes(off)).toEqual([]);
    expect(await classes(agent)).toEqual(["agent,all"]);
    expect((await agent.action("Events", { EventMask: "2" })).get("Events")).toBe("Off");
    expect((await agent.action("Status")).name).toBe("Success");
    expect((await agent.action("ExtensionStateList")).name).toBe("Success");
  });

  it("refuses an action outside the write classes", async () => {
    const server = await replay(["basic"], {
      clock: new TestClock(),
      users: [{ username: "u", secret: "s", write: ["call"] }],
    });
    const one = await loggedIn(server, "u", "s");
    expect((await one.action("CoreShowChannels")).get("Message")).toBe("Permission denied");
    expect((await one.action("BridgeList")).name).toBe("Success");
  });

  it("cuts off who does not read, and nobody else", async () => {
    const clock = new TestClock();
    const server = await replay(["atxfer"], { clock, pauseMs: 0, maxUnsentBytes: 20_000 });
    const slow = await loggedIn(server);
    const good = await loggedIn(server);
    slow.socket.pause();
    while (server.clients === 2) {
      clock.advance(100_000);
      await good.action("Ping");
    }
    slow.socket.resume();
    await slow.closed;
    expect((await good.action("Ping")).name).toBe("Success");
  });
});

describe.each(traceNames.filter((name) => name !== "presence"))("the replayed session %s", (name) => {
  it("can be joined at any moment: the snapshot is what one sees who was there from the start", async () => {
    const clock = new TestClock();
    const server = await replay([name], { clock });
    const early = await loggedIn(server);
    for (let moment = 0; moment < 30; moment++) {
      clock.advance(997);
      const late = await loggedIn(server, "replay", "replay", { Events: "off" });
      expect(shape(await snapshot(late))).toEqual(shape(fromEvents(await early.events())));
      late.socket.destroy();
    }
  });

  it("leaves nothing at its end, and is other channels and bridges each time", async () => {
    const clock = new TestClock();
    const server = await replay([name], { clock, pauseMs: 5_000 });
    const ids: Set<string>[] = [];
    const { durationMs } = compileScript(recording(name), 0);
    const one = await loggedIn(server);
    let seen = (await one.events()).length;
    for (let turn = 1; turn <= 3; turn++) {
      // Into the middle of the pause.
      clock.advance(turn === 1 ? durationMs + 2_500 : durationMs + 5_000);
      expect(shape(await snapshot(one))).toEqual({ channels: [], bridges: [] });
      const events = (await one.events()).slice(seen);
      seen += events.length;
      expect(shape(fromEvents(events))).toEqual({ channels: [], bridges: [] });
      ids.push(
        new Set(
          events
            .flatMap((event) => [event.get("Uniqueid"), event.get("BridgeUniqueid"), event.get("Channel")])
            .filter((id) => id !== undefined),
        ),
      );
    }
    const [first = new Set<string>(), second = new Set<string>(), third = new Set<string>()] = ids;
    expect(first.size).toBeGreaterThan(0);
    expect([first.size, third.size]).toEqual([second.size, second.size]);
    const shared = [...first, ...second].filter((id) => third.has(id) || (first.has(id) && second.has(id)));
    // Global VarSet events name no channel.
    expect(shared.filter((id) => id !== "none")).toEqual([]);
  });
});

describe("a replay", () => {
  it("shows all its clients the same", async () => {
    const clock = new TestClock();
    const server = await replay(["basic", "park"], { clock });
    const clients = await Promise.all(Array.from({ length: 5 }, () => loggedIn(server)));
    clock.advance(30_000);
    const seen = await Promise.all(clients.map(async (one) => (await one.events()).map((event) => event.text)));
    expect(seen[0]?.length).toBeGreaterThan(100);
    for (const one of seen) expect(one).toEqual(seen[0]);
  });

  it("plays one recording after the other, over and over, and tells which", async () => {
    const clock = new TestClock();
    const server = await replay(["basic", "hold"], { clock });
    const told: string[] = [];
    server.on("recording", ({ label, index, count, loop }) => told.push(`${loop}: ${label} ${index + 1}/${count}`));
    for (let i = 0; i < 200; i++) clock.advance(500);
    expect(told.slice(0, 4)).toEqual(["1: basic 1/2", "1: hold 2/2", "2: basic 1/2", "2: hold 2/2"]);
  });

  it("keeps the recorded times, divided by the speed", async () => {
    const clock = new TestClock();
    const start = clock.now();
    const server = await replay(["basic"], { clock, speed: 4, pauseMs: 0 });
    const begun: number[] = [];
    server.on("loop", () => begun.push(clock.now() - start));
    while (begun.length < 2) clock.advance(1);
    const secondAt = begun[1] ?? 0;
    const frames = recording("basic").records.length;
    expect(secondAt).toBeLessThan((frames * 100) / 4);
    expect(secondAt).toBeGreaterThan((frames * 100 * 0.8) / 4);
  });

  it("rewrites ids within values too, and keeps which is older", async () => {
    const clock = new TestClock();
    const server = await replay(["originate-local"], { clock });
    const one = await loggedIn(server);
    clock.advance(25_000);
    const text = (await one.events()).map((event) => event.text).join("");
    expect(text).toContain("Newchannel");
    for (const old of ["1795246080.", "Local/1000@from-internal-00000001", "PJSIP/1000-0000001a"]) {
      expect(text.match(/Event: VarSet/g)).not.toBeNull();
      expect(Buffer.from(traceBytes("originate-local")).toString()).toContain(old);
    }
    expect(text).not.toContain("1795246080.");
    const halves = new Set(text.match(/Local\/1000@from-internal-[0-9a-f]{8};[12]/g));
    expect([...halves].map((half) => half.slice(0, -2))).toEqual([
      [...halves][0]?.slice(0, -2),
      [...halves][0]?.slice(0, -2),
    ]);
  });

  it("answers the lists of queues and states from what it played", async () => {
    const clock = new TestClock();
    const server = await replay(["ivr-queue"], { clock });
    const one = await loggedIn(server);
    clock.advance(15_000);
    const members = (await one.list("QueueStatus", { Queue: "sales" })).filter((item) => item.name === "QueueMember");
    expect(members.map((item) => item.get("Name")).sort(byText)).toEqual(["Ana", "Omar"]);
    expect((await one.list("DeviceStateList")).some((item) => item.get("Device") === "PJSIP/1000")).toBe(true);
    expect((await one.list("ExtensionStateList")).some((item) => item.get("Exten") === "1002")).toBe(true);
    expect((await one.action("ConfbridgeListRooms")).get("Message")).toBe("No active conferences.");
    expect((await one.action("BridgeInfo", { BridgeUniqueid: "none" })).get("Message")).toBe(
      "Specified BridgeUniqueid not found",
    );
    expect((await one.action("BridgeInfo")).get("Message")).toBe("BridgeUniqueid must be provided");
    expect((await one.action("Status", { Channel: "none" })).get("Message")).toBe("No such channel");
  });

  it("says what is wrong with its options", async () => {
    await expect(replay([])).rejects.toMatchObject({ code: "PBX_REPLAY_EMPTY" });
    await expect(replay(["basic"], { speed: 0 })).rejects.toMatchObject({ code: "PBX_REPLAY_OPTION" });
    await expect(replay(["basic"], { pauseMs: -1 })).rejects.toMatchObject({ code: "PBX_REPLAY_OPTION" });
    const taken = createServer();
    await new Promise<void>((resolve) => taken.listen(0, "127.0.0.1", () => resolve()));
    open.push(taken);
    const address = taken.address();
    const port = typeof address === "object" ? address?.port : undefined;
    await expect(replay(["basic"], port === undefined ? {} : { port })).rejects.toMatchObject({
      code: "PBX_REPLAY_LISTEN",
    });
  });
});
