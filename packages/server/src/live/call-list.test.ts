import { describe, expect, it } from "vitest";
import { bridgeRow, channelRow } from "../testing/channel-rows.ts";
import { callList } from "./call-list.ts";

const kai = { callerIdNum: "1000", callerIdName: "Kai", dialed: "1002", linkedid: "1", createdAt: 1000 };

describe("the call list", () => {
  it("shows a ringing call as one call with caller and called", () => {
    const calls = callList(
      "hq",
      [
        channelRow("PJSIP/1000-1", { ...kai, state: "Ring" }),
        channelRow("PJSIP/1002-2", {
          callerIdName: "Ping",
          linkedid: "1",
          state: "Ringing",
          dialing: { from: "PJSIP/1000-1", status: "RINGING" },
        }),
      ],
      [],
    );
    expect(calls).toHaveLength(1);
    expect(calls[0]).toMatchObject({ id: "hq/1", title: "Kai 1000 → Ping 1002", state: "ringing", since: 1000 });
    expect(calls[0]?.parties.map(({ name, state, called }) => [name, state, called])).toEqual([
      ["Kai", "calling", false],
      ["Ping", "ringing", true],
    ]);
  });

  it("says what was dialled while nobody rings yet", () => {
    expect(callList("hq", [channelRow("PJSIP/1000-1", { ...kai, state: "Ring" })], [])[0]?.title).toBe(
      "Kai 1000 → 1002",
    );
  });

  it("shows a ring group as one call with all that ring", () => {
    const ringing = { linkedid: "1", state: "Ringing", dialing: { from: "PJSIP/1000-1", status: "RINGING" } };
    const [call, ...others] = callList(
      "hq",
      [channelRow("PJSIP/1000-1", kai), channelRow("PJSIP/1002-2", ringing), channelRow("PJSIP/1003-3", ringing)],
      [],
    );
    expect(others).toEqual([]);
    expect(call?.parties).toHaveLength(3);
    expect(call?.title).toBe("Kai 1000 → 1002, 1003");
  });

  it("folds Local channels away and joins what they join", () => {
    const calls = callList(
      "hq",
      [
        channelRow("PJSIP/1000-1", { ...kai, bridge: "b1" }),
        channelRow("Local/1002@from-internal-0001;1", { linkedid: "1", bridge: "b1" }),
        channelRow("Local/1002@from-internal-0001;2", { linkedid: "x", bridge: "b2" }),
        channelRow("PJSIP/1002-2", { linkedid: "x", bridge: "b2", callerIdName: "Ping" }),
      ],
      [
        bridgeRow("b1", ["PJSIP/1000-1", "Local/1002@from-internal-0001;1"]),
        bridgeRow("b2", ["Local/1002@from-internal-0001;2", "PJSIP/1002-2"]),
      ],
    );
    expect(calls).toHaveLength(1);
    expect(calls[0]?.title).toBe("Kai 1000 → Ping 1002");
    expect(calls[0]?.parties.map(({ state }) => state)).toEqual(["talking", "talking"]);
  });

  it("shows a call that is nothing but Local channels yet rather than hiding it", () => {
    expect(callList("hq", [channelRow("Local/1000@x-1;1", { linkedid: "1" })], [])[0]?.parties).toHaveLength(1);
  });

  it("keeps apart two calls that share a linkedid but no bridge", () => {
    const calls = callList(
      "hq",
      ["a", "b", "c", "d"].map((name, index) =>
        channelRow(`PJSIP/${name}-1`, { linkedid: "1", bridge: index < 2 ? "b1" : "b2" }),
      ),
      [bridgeRow("b1", ["PJSIP/a-1", "PJSIP/b-1"]), bridgeRow("b2", ["PJSIP/c-1", "PJSIP/d-1"])],
    );
    expect(calls).toHaveLength(2);
    expect(new Set(calls.map((call) => call.id)).size).toBe(2);
  });

  it("keeps apart those who are parked in the same lot", () => {
    const parked = (space: string) => ({ bridge: "lot", parked: { lot: "default", space } });
    const calls = callList(
      "hq",
      [channelRow("PJSIP/1000-1", parked("701")), channelRow("PJSIP/1001-2", parked("702"))],
      [bridgeRow("lot", ["PJSIP/1000-1", "PJSIP/1001-2"], { technology: "holding_bridge", type: "parking" })],
    );
    expect(calls.map(({ state, parties }) => [state, parties[0]?.stateText])).toEqual([
      ["parked", "parked at 701"],
      ["parked", "parked at 702"],
    ]);
  });

  it.each([
    ["held", { bridge: "b", held: true }, "held", "holds the call"],
    ["waiting for it", { bridge: "b", music: "default" }, "held", "on hold"],
    ["in a queue", { queue: { name: "sales", position: 2 }, music: "default" }, "waiting", "waiting in sales, 2nd"],
    ["in a conference", { conference: "800", bridge: "b" }, "conference", "in conference 800"],
    ["in a menu", { application: "Background" }, "connected", "connected, in Background"],
  ])("says of a party %s what it does", (_, facts, state, text) => {
    const channels = [channelRow("PJSIP/1000-1", facts)];
    const bridges = [bridgeRow("b", ["PJSIP/1000-1", "PJSIP/1002-2"])];
    const party = callList("hq", channels, bridges)[0]?.parties[0];
    expect([party?.state, party?.stateText]).toEqual([state, text]);
  });
});
