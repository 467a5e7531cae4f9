import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ChannelTable } from "./channel-table.ts";
import { event, type PlainMessage, traceMessages, traceNames } from "../testing/trace-messages.ts";
import { aliveAfter, bridgesAfter, ids, isListItem } from "../testing/trace-truth.ts";

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
