import { describe, expect, it } from "vitest";
import { ChannelTable } from "./channel-table.ts";
import { traceMessages, traceNames } from "../testing/trace-messages.ts";
import { aliveAfter, bridgesAfter, ids, isListItem, snapshotOf } from "../testing/trace-truth.ts";

const told = new Set([
  "Newchannel",
  "Newstate",
  "NewCallerid",
  "NewConnectedLine",
  "Newexten",
  "BridgeEnter",
  "BridgeLeave",
]);

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
    const changes = [table.reconcile(snapshotOf(messages), 0), ...events.map((one, i) => table.apply(one, i))].flat();
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
