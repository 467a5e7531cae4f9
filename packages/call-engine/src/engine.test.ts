import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { describe, expect, it } from "vitest";
import { CallEngine } from "./engine.ts";
import { fromAmi } from "./from-ami.ts";
import type { CallChange, Change } from "./change.ts";
import type { ChannelFacts, PbxEvent } from "./pbx-event.ts";
import { trace } from "./testing/fixtures.ts";
import { problemsOf } from "./testing/history-checks.ts";

function newEngine(pbx = "office"): CallEngine {
  let made = 0;
  return new CallEngine({ pbx, newCallId: () => `${pbx}-${++made}` });
}

function eventsOf(file: string): { readonly at: number; readonly event: PbxEvent }[] {
  return trace(file).steps.flatMap((step) => {
    const event = step.kind === "event" ? fromAmi(step.message) : undefined;
    return event === undefined ? [] : [{ at: step.at, event }];
  });
}

function ofCalls(changes: readonly Change[]): CallChange[] {
  return changes.filter((change) => "call" in change);
}

const caller: ChannelFacts = {
  id: "1.1",
  name: "PJSIP/1000-1",
  linkedid: "1.1",
  state: "ring",
  number: "1000",
  exten: "1002",
};
const callee: ChannelFacts = { id: "1.2", name: "PJSIP/1002-1", linkedid: "1.1", state: "down", number: "1002" };
const bridge = { id: "b", kind: "basic", technology: "simple_bridge" };
const talk: readonly PbxEvent[] = [
  { type: "channel-new", channel: caller },
  { type: "channel-new", channel: callee },
  { type: "dial-begun", caller, destination: callee, dialString: "1002" },
  { type: "channel-changed", channel: { ...callee, state: "up" } },
  { type: "dial-ended", caller, destination: { ...callee, state: "up" }, outcome: "answer" },
  { type: "channel-changed", channel: { ...caller, state: "up" } },
  { type: "bridge-entered", bridge, channel: { ...callee, state: "up" } },
  { type: "bridge-entered", bridge, channel: { ...caller, state: "up" } },
];

describe("a call", () => {
  it("says who talked to whom, when and how long", () => {
    const engine = newEngine();
    const changes = eventsOf("22/basic.jsonl").flatMap(({ at, event }) => ofCalls(engine.apply(event, at)));
    const { call } = changes.at(-1) ?? {};
    const [one] = call?.talks ?? [];
    expect(call?.cleared.map(({ device }) => device).toSorted()).toEqual(["PJSIP/1000", "PJSIP/1002"]);
    expect(one?.connections).toEqual(call?.cleared.map(({ id }) => id).toSorted());
    const answered = call?.establishedAt ?? 0;
    expect(one?.startedAt).toBeGreaterThanOrEqual(answered);
    expect(one?.startedAt).toBeLessThan(answered + 20);
    expect(one?.endedAt).toBeLessThanOrEqual(call?.clearedAt ?? 0);
    expect((one?.endedAt ?? 0) - (one?.startedAt ?? 0)).toBeGreaterThan(200);
  });

  it("is another object after every change, and the old one stays as it was", () => {
    const engine = newEngine();
    const views = talk.flatMap((event, at) => ofCalls(engine.apply(event, at)).map(({ call }) => call));
    const texts = views.map((call) => JSON.stringify(call));
    engine.apply({ type: "pbx-down" }, 99);
    expect(views.map((call) => JSON.stringify(call))).toEqual(texts);
    expect(new Set(views).size).toBeGreaterThan(3);
  });

  it("keeps its data through a transfer, and gets that of the call that ends in it", () => {
    const engine = newEngine();
    const events = eventsOf("22/attended-transfer.jsonl");
    let ids: string[] = [];
    for (const { at, event } of events) {
      engine.apply(event, at);
      if (engine.calls().length !== 2 || ids.length > 0) continue;
      ids = engine.calls().map(({ id }) => id);
      for (const id of ids) engine.setUserData(id, { [id]: "told", shared: id }, at);
    }
    const [first = "", second = ""] = ids;
    const merged = newEngineReplay(events, ids);
    expect(merged).toEqual({ [first]: "told", [second]: "told", shared: first });
  });

  it("tells of data that is attached, and not of data that it has", () => {
    const engine = newEngine();
    for (const event of talk) engine.apply(event, 0);
    expect(engine.setUserData("office-1", { ticket: "7" }, 1)).toMatchObject([
      { type: "updated", call: { userData: { ticket: "7" } } },
    ]);
    expect(engine.setUserData("office-1", { ticket: "7" }, 2)).toEqual([]);
    expect(engine.setUserData("office-1", { ticket: undefined }, 2)).toMatchObject([{ call: { userData: {} } }]);
    expect(engine.setUserData("nobody", { ticket: "7" }, 2)).toEqual([]);
  });
});

function newEngineReplay(
  events: readonly { readonly at: number; readonly event: PbxEvent }[],
  ids: readonly string[],
): unknown {
  const engine = newEngine();
  let data: unknown;
  let attached = false;
  for (const { at, event } of events) {
    engine.apply(event, at);
    if (engine.calls().length === 2 && !attached) {
      attached = true;
      for (const id of ids) engine.setUserData(id, { [id]: "told", shared: id }, at);
    }
    if (attached && engine.calls().length === 1) data = engine.calls()[0]?.userData;
  }
  return data;
}

describe("what a PBX should not say", () => {
  it("events of channels nobody knows are taken as late news, and end as they should", () => {
    const engine = newEngine();
    expect(engine.apply({ type: "channel-gone", channel: caller, cause: 16 }, 0)).toEqual([]);
    expect(engine.apply({ type: "channel-new", channel: caller }, 1)).toEqual([]);
    const late = { ...callee, linkedid: "1.2", state: "up" } as const;
    expect(ofCalls(engine.apply({ type: "held", channel: late }, 2)).map(({ type }) => type)).toEqual([
      "originated",
      "held",
    ]);
    expect(ofCalls(engine.apply({ type: "channel-gone", channel: late, cause: 16 }, 3)).at(-1)?.type).toBe(
      "call-cleared",
    );
    expect(engine.calls()).toEqual([]);
  });

  it("events of all kinds without what they need are left out", () => {
    const names = [
      "Newchannel",
      "DialBegin",
      "BridgeEnter",
      "Hangup",
      "QueueCallerJoin",
      "ParkedCall",
      "BlindTransfer",
      "Nonsense",
      "",
    ];
    const told = names.map((name) => fromAmi({ name, get: () => undefined }));
    expect(told).toEqual(names.map(() => undefined));
    expect(fromAmi({ name: "Newchannel", get: () => "" })).toBeUndefined();
    expect(fromAmi({ name: "Newchannel", get: () => "\u0000<unknown>" })).toMatchObject({ channel: { state: "down" } });
    expect(fromAmi({ name: "QueueMemberStatus", get: () => "not a number" })).toMatchObject({ member: { status: 0 } });
  });

  it("every event with the same nonsense in all its fields does not throw, and leaves nobody behind", () => {
    const engine = newEngine();
    for (const value of ["1.1", "-1", "constructor", "Local/x;1", "\u{1F4DE}", "x".repeat(10_000)])
      for (const name of [
        "Newchannel",
        "Newstate",
        "DialBegin",
        "DialEnd",
        "BridgeEnter",
        "ParkedCall",
        "UnParkedCall",
        "QueueCallerJoin",
        "ConfbridgeJoin",
        "AttendedTransfer",
        "BlindTransfer",
        "Pickup",
        "Rename",
        "Hangup",
        "ConfbridgeEnd",
      ]) {
        const event = fromAmi({ name, get: () => value });
        if (event !== undefined) engine.apply(event, 0);
      }
    engine.apply({ type: "pbx-down" }, 1);
    expect(engine.calls()).toEqual([]);
    expect(engine.parkedCalls()).toEqual([]);
    expect(engine.queues().filter(({ callers }) => callers.length > 0)).toEqual([]);
  });

  it("a clock that goes back stands still", () => {
    const engine = newEngine();
    const changes = talk.flatMap((event, index) => ofCalls(engine.apply(event, 1000 - index * 100)));
    const ended = ofCalls(engine.apply({ type: "channel-gone", channel: caller, cause: 16 }, -5));
    expect(changes.at(-1)?.call).toMatchObject({ startedAt: 1000, establishedAt: 1000 });
    expect(ended.at(-1)?.call.cleared).toMatchObject([{ clearedAt: 1000 }]);
  });

  it("a channel that dials itself, or is its own transfer, is harmless", () => {
    const up = { ...caller, state: "up" } as const;
    const events: PbxEvent[] = [
      { type: "channel-new", channel: caller },
      { type: "dial-begun", caller, destination: caller, dialString: "1000" },
      { type: "picked-up", picker: caller, target: caller },
      { type: "bridge-entered", bridge, channel: up, swapped: up.id },
      { type: "attended-transfer", first: up, second: up, transferee: up, target: up, destination: "application" },
      { type: "blind-transfer", transferer: up, transferee: up, exten: "1" },
      { type: "channel-gone", channel: up, cause: 16 },
    ];
    expect(problemsOf({ steps: [events] })).toEqual([]);
  });
});

describe("a PBX that goes down", () => {
  it("ends all calls with that cause, and the calls after it are new ones", () => {
    const engine = newEngine();
    for (const event of talk) engine.apply(event, 0);
    const ended = ofCalls(engine.apply({ type: "pbx-down" }, 5));
    expect(ended.at(-1)).toMatchObject({ type: "call-cleared", cause: "pbx-down" });
    const [begun] = ofCalls(
      engine.apply({ type: "channel-new", channel: { ...caller, id: "2.1", linkedid: "2.1" } }, 6),
    );
    expect(begun).toMatchObject({ type: "originated", call: { id: "office-2" } });
  });

  it("is seen by a snapshot too: nothing of before is there", () => {
    const engine = newEngine();
    for (const event of talk) engine.apply(event, 0);
    const changes = ofCalls(engine.reconcile({ channels: [] }, 9));
    expect(changes.map(({ type, cause }) => `${type} ${cause}`)).toEqual([
      "connection-cleared lost",
      "connection-cleared lost",
      "call-cleared lost",
    ]);
  });
});

describe("two PBXs with the same channel ids", () => {
  it("have nothing to do with each other", () => {
    const [one, other] = [newEngine("office"), newEngine("plant")];
    for (const event of talk) {
      one.apply(event, 0);
      other.apply(event, 0);
    }
    one.apply({ type: "channel-gone", channel: caller, cause: 16 }, 1);
    expect(one.calls()).toMatchObject([{ id: "office-1", pbx: "office", connections: [{ id: "1.2" }] }]);
    expect(other.calls()).toMatchObject([{ id: "plant-1", pbx: "plant", connections: [{ id: "1.1" }, { id: "1.2" }] }]);
  });
});

describe("a conference that never ends", () => {
  it("remembers its last 256 talks and connections, and no more", () => {
    const engine = newEngine();
    const room = { id: "r", kind: "base", technology: "softmix" };
    const guest = (id: string): ChannelFacts => ({ id, name: `PJSIP/${id}-1`, linkedid: id, state: "up", number: id });
    engine.apply({ type: "bridge-entered", bridge: room, channel: guest("host") }, 0);
    for (let index = 1; index <= 600; index++) {
      const channel = guest(`guest${index}`);
      engine.apply({ type: "bridge-entered", bridge: room, channel }, index * 1000);
      engine.apply({ type: "channel-gone", channel, cause: 16 }, index * 1000 + 500);
    }
    const [call] = engine.calls();
    expect(call?.talks).toHaveLength(256);
    expect(call?.cleared).toHaveLength(256);
    expect(call?.talks.at(-1)).toEqual({ connections: ["guest600", "host"], startedAt: 600_000, endedAt: 600_500 });
  });
});

describe("a large PBX", () => {
  it("is read out of one snapshot quickly, and a second one changes nothing", () => {
    const channels = Array.from({ length: 5000 }, (_, index) => {
      const pair = index >> 1;
      const isCaller = index % 2 === 0;
      const rings = pair % 2 === 0;
      return {
        id: `9.${index}`,
        name: `PJSIP/${index}-1`,
        linkedid: `9.${pair * 2}`,
        state: rings ? (isCaller ? "ring" : "ringing") : "up",
        number: `${index}`,
        connectedNumber: `${index ^ 1}`,
        exten: `${pair}`,
        application: isCaller ? "Dial" : "AppDial",
        duration: 5,
        ...(rings ? {} : { bridgeId: `b${pair}` }),
      } as const;
    });
    const engine = newEngine();
    const began = process.cpuUsage();
    engine.reconcile({ channels, bridges: [] }, 100_000);
    const { user } = process.cpuUsage(began);
    expect(engine.calls()).toHaveLength(2500);
    expect(engine.reconcile({ channels, bridges: [] }, 100_001)).toEqual([]);
    expect(user / 1e6).toBeLessThan(2);
  });

  it("holds on to none of the messages that its facts were cut from", () => {
    setFlagsFromString("--expose-gc");
    const collect = runInNewContext("gc") as () => void;
    const engine = newEngine();
    collect();
    const before = process.memoryUsage().heapUsed;
    for (let index = 0; index < 500; index++) feedLongMessages(engine, index);
    collect();
    const megabytes = (process.memoryUsage().heapUsed - before) / 1_048_576;
    expect(engine.calls()).toHaveLength(500);
    expect(megabytes).toBeLessThan(10);
  });
});

/** Events whose values are slices of texts of 32 kB, all of them longer than what V8 copies. */
function feedLongMessages(engine: CallEngine, index: number): void {
  const values = [
    "PJSIP/1000042-",
    "1790000000.1000",
    "Customer care ",
    "+49 30 1234567 ",
    "from-internal-",
    "555-1234567-",
  ];
  const cut = (which: number): string => {
    const value = `${values[which]}${String(index).padStart(8, "0")}`;
    return Buffer.from(`${value}${String(which).repeat(32_000)}`)
      .toString()
      .slice(0, value.length);
  };
  const channel = {
    id: cut(1),
    name: cut(0),
    linkedid: cut(1),
    state: "up",
    number: cut(3),
    callerName: cut(2),
    connectedNumber: cut(3),
    context: cut(4),
    exten: cut(5),
  } as const;
  engine.apply({ type: "channel-new", channel }, index);
  engine.apply({ type: "application", channel, application: cut(4), data: "" }, index);
  engine.apply({ type: "bridge-entered", bridge: { id: cut(3), kind: cut(4), technology: cut(2) }, channel }, index);
  engine.apply({ type: "device-state", device: cut(0), state: cut(2) }, index);
  engine.apply({ type: "extension-state", exten: cut(5), context: cut(4), hint: cut(0), status: cut(2) }, index);
  engine.apply({ type: "queue-joined", channel, queue: cut(2), position: 1 }, index);
}
