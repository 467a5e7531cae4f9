import { describe, expect, it } from "vitest";
import { ChannelTable } from "./channel-table.ts";
import { event } from "../testing/trace-messages.ts";

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
    expect(late).toEqual([]);
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

  it("undo the escapes in names", () => {
    const table = new ChannelTable();
    table.apply(
      event(
        "Newchannel",
        channel("1", { ChannelStateDesc: "Ring", CallerIDName: String.raw`Pat O\'Brien\n[31m`, Exten: "1\u001b[2J" }),
      ),
      1,
    );
    expect(table.channel("1")?.callerIdName).toBe("Pat O'Brien [31m");
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
    expect(table.apply(item, 2)).toEqual([]);
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
    const changes = table.reconcile({ channels: [item("2")] }, 400_000_001);
    expect(changes).toMatchObject([{ type: "channel-gone", reason: "resync", before: { uniqueid: "1" } }]);
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
