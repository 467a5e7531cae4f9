import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChannelTable } from "./channel-table.ts";
import { event, type PlainMessage, traceMessages, traceNames } from "./testing/trace-messages.ts";

const snapshotOf = (messages: readonly PlainMessage[]) => {
  const named = (name: string): PlainMessage[] => messages.filter((one) => one.name === name);
  return { channels: named("CoreShowChannel"), bridges: named("BridgeListItem") };
};

const isListItem = (message: PlainMessage): boolean =>
  message.get("ActionID") !== undefined && message.get("Privilege") === undefined;

const told = new Set([
  "Newchannel",
  "Newstate",
  "NewCallerid",
  "NewConnectedLine",
  "Newexten",
  "BridgeEnter",
  "BridgeLeave",
]);

/** Which channels are up after so many messages, counted in the plainest way. */
function aliveAfter(messages: readonly PlainMessage[]): Set<string> {
  const alive = new Set<string>();
  for (const message of messages) {
    const uniqueid = message.get("Uniqueid") ?? "";
    if (message.name === "CoreShowChannel" || message.name === "Newchannel") alive.add(uniqueid);
    if (message.name === "Hangup") alive.delete(uniqueid);
  }
  return alive;
}

/** Which bridges are there after so many messages. */
function bridgesAfter(messages: readonly PlainMessage[]): Set<string> {
  const there = new Set<string>();
  for (const message of messages) {
    const uniqueid = message.get("BridgeUniqueid") ?? "";
    if (message.name === "BridgeListItem" || message.name === "BridgeCreate") there.add(uniqueid);
    if (message.name === "BridgeDestroy") there.delete(uniqueid);
  }
  return there;
}

const ids = (rows: readonly { readonly uniqueid: string }[]): Set<string> => new Set(rows.map((row) => row.uniqueid));

describe.each(traceNames)("the recorded session %s", (name) => {
  const messages = traceMessages(name);
  const events = messages.filter((one) => !isListItem(one));

  it("leaves no channel and no bridge but those that Asterisk still had", () => {
    const table = new ChannelTable();
    table.reconcile(snapshotOf(messages), 0);
    events.forEach((message, i) => table.apply(message, i));
    expect(ids(table.channels)).toEqual(aliveAfter(messages));
    expect(ids(table.bridges)).toEqual(bridgesAfter(messages));
  });

  it("agrees at each step with the last word of the events themselves", () => {
    const table = new ChannelTable();
    table.reconcile(snapshotOf(messages), 0);
    events.forEach((message, i) => {
      table.apply(message, i);
      const sofar = events.slice(0, i + 1);
      const known = table.channels.flatMap((row) => {
        const last = sofar.findLast((one) => told.has(one.name) && one.get("Uniqueid") === row.uniqueid);
        return last === undefined ? [] : [{ row, last }];
      });
      expect(known.map(({ row }) => [row.state, row.callerIdNum, row.connectedLineName, row.exten])).toEqual(
        known.map(({ last }) => [
          last.get("ChannelStateDesc"),
          last.get("CallerIDNum")?.replace("<unknown>", ""),
          last.get("ConnectedLineName")?.replace("<unknown>", ""),
          last.get("Exten"),
        ]),
      );
      const moved = table.channels.flatMap((row) => {
        const passage = sofar.findLast(
          (one) => (one.name === "BridgeEnter" || one.name === "BridgeLeave") && one.get("Uniqueid") === row.uniqueid,
        );
        return passage === undefined ? [] : [{ row, passage }];
      });
      expect(moved.map(({ row }) => row.bridge)).toEqual(
        moved.map(({ passage }) => (passage.name === "BridgeEnter" ? passage.get("BridgeUniqueid") : undefined)),
      );
      for (const bridge of table.bridges) {
        expect(bridge.channels).toEqual(
          bridge.channels.filter((uid) => table.channel(uid)?.bridge === bridge.uniqueid),
        );
      }
      const counted = table.bridges.filter(
        (bridge) => bridge.type === "basic" && message.get("BridgeUniqueid") === bridge.uniqueid,
      );
      expect(counted.map((bridge) => bridge.channels.length)).toEqual(
        counted.map(() => Number(message.get("BridgeNumChannels"))),
      );
    });
  });

  it("tells changes from which the rows can be built again", () => {
    const table = new ChannelTable();
    const mirror = new Map<string, unknown>();
    const changes = [table.reconcile(snapshotOf(messages), 0), ...events.map((one, i) => table.apply(one, i))].flatMap(
      (applied) => applied.changes,
    );
    for (const change of changes) {
      const before = "before" in change ? change.before : undefined;
      expect(mirror.get((before ?? ("after" in change ? change.after : change.before)).uniqueid)).toEqual(before);
      if ("after" in change) mirror.set(change.after.uniqueid, change.after);
      else mirror.delete(change.before.uniqueid);
    }
    expect([...mirror.values()]).toHaveLength(table.channels.length + table.bridges.length);
    for (const row of [...table.channels, ...table.bridges]) expect(mirror.get(row.uniqueid)).toEqual(row);
  });
});

describe("what people read", () => {
  const timeline = (name: string): string[] => {
    const table = new ChannelTable();
    const messages = traceMessages(name);
    return [table.reconcile(snapshotOf(messages), 0), ...messages.map((one, i) => table.apply(one, i))]
      .flatMap((applied) => applied.timeline)
      .filter((entry) => !entry.plumbing)
      .map((entry) => entry.text);
  };
  it.each(traceNames)("tells the session %s", (name) => {
    expect(timeline(name)).toMatchSnapshot();
  });
});

describe("a table that missed the beginning", () => {
  it("holds no ghost at the end, wherever it begins", () => {
    fc.assert(
      fc.property(fc.constantFrom(...traceNames), fc.nat(), (name, from) => {
        const events = traceMessages(name).filter((one) => !isListItem(one));
        const rest = events.slice(from % events.length);
        const table = new ChannelTable();
        rest.forEach((one, i) => table.apply(one, i));
        expect(ids(table.channels)).toEqual(aliveAfter(rest));
        expect(ids(table.bridges)).toEqual(bridgesAfter(rest));
      }),
      { numRuns: 300 },
    );
  });
});

describe("events in another order", () => {
  /** What must stay in order: events that share a channel or a bridge. */
  const subjects = (message: PlainMessage): string[] =>
    [
      "Uniqueid",
      "DestUniqueid",
      "BridgeUniqueid",
      "SwapUniqueid",
      "ParkeeUniqueid",
      "LocalOneUniqueid",
      "LocalTwoUniqueid",
    ]
      .map((header) => message.get(header))
      .filter((value) => value !== undefined);

  it("of unrelated sessions mixed at random end as each did alone", () => {
    fc.assert(
      fc.property(
        fc.shuffledSubarray([...traceNames], { minLength: 2, maxLength: 4 }),
        fc.infiniteStream(fc.nat(1000)),
        (names, random) => {
          const lines = names.map((name) => traceMessages(name).filter((one) => !isListItem(one)));
          const alone = names.flatMap((name) => [...aliveAfter(traceMessages(name).filter((one) => !isListItem(one)))]);
          const table = new ChannelTable();
          const places = lines.map(() => 0);
          for (let at = 0; ; at++) {
            const open = lines.flatMap((line, i) => ((places[i] ?? 0) < line.length ? [i] : []));
            if (open.length === 0) break;
            const pick = open[(random.next().value ?? 0) % open.length] ?? 0;
            const message = lines[pick]?.[places[pick] ?? 0];
            places[pick] = (places[pick] ?? 0) + 1;
            if (message !== undefined) table.apply(message, at);
          }
          expect(table.channels.map((row) => row.uniqueid).sort()).toEqual([...new Set(alone)].sort());
        },
      ),
      { numRuns: 40 },
    );
  });

  it("of one session, swapped where they share no channel and no bridge, end alike", () => {
    fc.assert(
      fc.property(fc.constantFrom(...traceNames), fc.array(fc.nat(), { maxLength: 400 }), (name, swaps) => {
        const events = traceMessages(name).filter((one) => !isListItem(one));
        const run = (order: readonly PlainMessage[]): unknown => {
          const table = new ChannelTable();
          order.forEach((one) => table.apply(one, 0));
          return [table.channels, table.bridges];
        };
        const order = [...events];
        for (const swap of swaps) {
          const i = swap % (order.length - 1);
          const [a, b] = [order[i], order[i + 1]];
          if (a === undefined || b === undefined) continue;
          const shared = subjects(a);
          if (subjects(b).some((subject) => shared.includes(subject))) continue;
          [order[i], order[i + 1]] = [b, a];
        }
        expect(run(order)).toEqual(run(events));
      }),
      { numRuns: 100 },
    );
  });
});

describe("hostile input", () => {
  it("never throws and keeps both sides of bridge membership equal", () => {
    const names = [
      "Newchannel",
      "Newstate",
      "Hangup",
      "BridgeCreate",
      "BridgeEnter",
      "BridgeLeave",
      "BridgeDestroy",
      "Rename",
      "DialBegin",
      "DialState",
      "DialEnd",
      "Newexten",
      "QueueCallerJoin",
      "QueueCallerLeave",
      "ParkedCall",
      "ConfbridgeJoin",
      "BlindTransfer",
      "Hold",
      "toString",
      "__proto__",
    ];
    const headers = [
      "Uniqueid",
      "Channel",
      "Linkedid",
      "BridgeUniqueid",
      "SwapUniqueid",
      "DestUniqueid",
      "DestChannel",
      "ParkeeUniqueid",
      "Queue",
      "Position",
      "ChannelStateDesc",
      "Newname",
      "BridgeNumChannels",
      "Priority",
      "Cause",
    ];
    const value = fc.oneof(
      fc.constantFrom("", "a", "b", "c", "1", "__proto__", "constructor", "Up", "Ring"),
      fc.string(),
    );
    const message = fc.tuple(fc.constantFrom(...names), fc.dictionary(fc.constantFrom(...headers), value));
    fc.assert(
      fc.property(fc.array(message, { maxLength: 60 }), (messages) => {
        const table = new ChannelTable();
        for (const [name, fields] of messages) table.apply(event(name, fields), 1);
        const inBridge = table.channels.filter((row) => row.bridge !== undefined);
        for (const row of inBridge) expect(table.bridge(row.bridge ?? "")?.channels).toContain(row.uniqueid);
        for (const row of table.bridges)
          for (const one of row.channels) expect(table.channel(one)?.bridge).toBe(row.uniqueid);
      }),
      { numRuns: 1000 },
    );
  });
});

describe("single events", () => {
  const channel = (uniqueid: string, more: Record<string, string> = {}): Record<string, string> => ({
    Channel: `PJSIP/1000-0000000${uniqueid}`,
    ChannelStateDesc: "Up",
    CallerIDNum: "1000",
    CallerIDName: "Kai",
    ConnectedLineNum: "<unknown>",
    ConnectedLineName: "<unknown>",
    Context: "from-internal",
    Exten: "1002",
    Priority: "1",
    Uniqueid: uniqueid,
    Linkedid: uniqueid,
    ...more,
  });

  it("about a channel after its Hangup bring no ghost", () => {
    const table = new ChannelTable();
    table.apply(event("Newchannel", channel("1")), 1);
    table.apply(event("Hangup", { ...channel("1"), Cause: "16", "Cause-txt": "Normal Clearing" }), 2);
    const late = table.apply(event("NewCallerid", channel("1")), 3);
    expect(late.changes).toEqual([]);
    expect(table.channels).toEqual([]);
  });

  it("Rename moves the name, not the key", () => {
    const table = new ChannelTable();
    table.apply(event("Newchannel", channel("1")), 1);
    table.apply(
      event("Rename", { Channel: "PJSIP/1000-00000001", Newname: "PJSIP/1006-00000009<MASQ>", Uniqueid: "1" }),
      2,
    );
    expect(table.channel("1")).toMatchObject({ name: "PJSIP/1006-00000009<MASQ>", device: "PJSIP/1006" });
  });

  it("BridgeEnter with SwapUniqueid takes the place of the other", () => {
    const table = new ChannelTable();
    for (const id of ["1", "2"]) table.apply(event("Newchannel", channel(id)), 1);
    table.apply(event("BridgeCreate", { BridgeUniqueid: "b", BridgeType: "basic" }), 1);
    table.apply(event("BridgeEnter", { ...channel("1"), BridgeUniqueid: "b" }), 1);
    table.apply(event("BridgeEnter", { ...channel("2"), BridgeUniqueid: "b", SwapUniqueid: "1" }), 1);
    table.apply(event("BridgeLeave", { ...channel("1"), BridgeUniqueid: "b" }), 1);
    expect(table.bridge("b")?.channels).toEqual(["2"]);
    expect(table.channel("1")?.bridge).toBeUndefined();
  });

  it("undo the escapes in names and keep control characters out of the timeline", () => {
    const table = new ChannelTable();
    const { timeline } = table.apply(
      event(
        "Newchannel",
        channel("1", { ChannelStateDesc: "Ring", CallerIDName: String.raw`Pat O\'Brien\n[31m`, Exten: "1\u001b[2J" }),
      ),
      1,
    );
    expect(table.channel("1")?.callerIdName).toBe("Pat O'Brien [31m");
    expect(timeline[0]?.text).toBe("Pat O'Brien [31m <1000> calls 1 [2J");
  });

  it("of a queue move those who wait behind", () => {
    const table = new ChannelTable();
    for (const id of ["1", "2", "3"]) table.apply(event("Newchannel", channel(id)), 1);
    const join = (id: string, at: string) =>
      table.apply(event("QueueCallerJoin", { ...channel(id), Queue: "sales", Position: at }), 1);
    join("1", "1");
    join("2", "2");
    join("3", "1");
    const positions = () => table.channels.map((row) => row.queue?.position);
    expect(positions()).toEqual([2, 3, 1]);
    table.apply(event("QueueCallerLeave", { ...channel("1"), Queue: "sales", Position: "2" }), 1);
    expect(positions()).toEqual([undefined, 2, 1]);
  });

  it("that are items of a list change nothing", () => {
    const table = new ChannelTable();
    table.apply(event("Newchannel", channel("1")), 1);
    const item = {
      name: "ParkedCall",
      get: (header: string) => ({ ActionID: "7", ParkeeUniqueid: "1", ParkingSpace: "701" })[header],
    };
    expect(table.apply(item, 2)).toEqual({ changes: [], timeline: [] });
  });
});

describe("a snapshot", () => {
  const item = (uniqueid: string, more: Record<string, string> = {}) =>
    event("CoreShowChannel", {
      Channel: `PJSIP/1000-0000000${uniqueid}`,
      Uniqueid: uniqueid,
      Linkedid: uniqueid,
      ChannelStateDesc: "Up",
      Duration: "100:00:10",
      ...more,
    });

  it("takes away what is no longer there and tells the reason", () => {
    const table = new ChannelTable();
    table.reconcile({ channels: [item("1"), item("2")] }, 400_000_000);
    expect(table.channel("1")?.createdAt).toBe(400_000_000 - 360_010_000);
    const { changes } = table.reconcile({ channels: [item("2")] }, 400_000_001);
    expect(changes).toMatchObject([{ type: "channel-gone", reason: "resync", before: { uniqueid: "1" } }]);
  });

  it("equals what the events that came while it was read lead to", () => {
    const table = new ChannelTable();
    const channels = [item("1", { BridgeId: "b" }), item("2")];
    const bridges = [
      event("BridgeListItem", { BridgeUniqueid: "b" }),
      event("BridgeListItem", { BridgeUniqueid: "c" }),
    ];
    const bridgeChannels = new Map([
      ["b", [item("1")]],
      ["c", [item("2")]],
    ]);
    const { changes } = table.reconcile({ channels, bridges, bridgeChannels }, 5, [
      { message: event("Newstate", { Channel: "x", Uniqueid: "9" }), at: 4 },
      { message: event("Hangup", { Uniqueid: "1" }), at: 5 },
    ]);
    expect(changes.map((change) => change.type)).toEqual(["channel-new", "bridge-new", "bridge-new"]);
    expect(table.bridge("b")?.channels).toEqual([]);
    expect(table.bridge("c")?.channels).toEqual(["2"]);
  });

  it("places the queued, the parked and those in a conference", () => {
    const table = new ChannelTable();
    table.reconcile(
      {
        channels: [item("1"), item("2"), item("3")],
        queueEntries: [event("QueueEntry", { Uniqueid: "1", Queue: "sales", Position: "2" })],
        parkedCalls: [event("ParkedCall", { ParkeeUniqueid: "2", Parkinglot: "default", ParkingSpace: "701" })],
        conferenceMembers: [event("ConfbridgeList", { Uniqueid: "3", Conference: "800" })],
      },
      1,
    );
    expect(table.channel("1")?.queue).toEqual({ name: "sales", position: 2 });
    expect(table.channel("2")?.parked).toEqual({ lot: "default", space: "701" });
    expect(table.channel("3")?.conference).toBe("800");
    table.reconcile({ queueEntries: [] }, 2);
    expect(table.channel("1")?.queue).toBeUndefined();
  });
});
