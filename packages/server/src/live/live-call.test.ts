import { describe, expect, it } from "vitest";
import { FakePbx } from "../testing/fake-pbx.ts";
import { LiveBoard } from "./live-board.ts";
import type { LiveCall } from "./live-types.ts";

/** The calls of a recorded session at the moment after an event: title, and what each party does. */
function shown(file: string, until: Parameters<FakePbx["plays"]>[1], pbx: FakePbx = new FakePbx("hq")): LiveCall[] {
  const board = new LiveBoard();
  board.add(pbx, "Head office");
  pbx.plays(file, until);
  const { calls } = board.snapshot();
  board.close();
  return [...calls];
}

function look(calls: readonly LiveCall[]): unknown[] {
  return calls.map(({ title, note, parties }) => [
    note === undefined ? title : `${title} (${note})`,
    ...parties.map(({ name, stateText }) => `${name}: ${stateText}`),
  ]);
}

/** True at the event of that type for the n-th time. */
function nth(type: string, times = 1): (event: { readonly type: string }) => boolean {
  let seen = 0;
  return (event) => event.type === type && ++seen === times;
}

describe("a call as people see it", () => {
  it("is one call with caller and called from its first ring", () => {
    const calls = shown("22/basic.jsonl", nth("dial-progress"));
    expect(look(calls)).toEqual([["Kai 1000 → Ping 1002", "Kai: calling", "Ping: ringing"]]);
    expect(calls[0]?.parties.map(({ number, device, called, state }) => [number, device, called, state])).toEqual([
      ["1000", "PJSIP/1000", false, "calling"],
      ["1002", "PJSIP/1002", true, "ringing"],
    ]);
  });

  it("says what was dialled while nobody rings yet", () => {
    expect(shown("22/basic.jsonl", nth("channel-new"))[0]?.title).toBe("Kai 1000 → 1002");
  });

  it("shows a ring group with all that ring, and then with the one who answered", () => {
    const ringing = shown("22/ring-group-local.jsonl", nth("dial-progress", 6));
    expect(ringing).toHaveLength(1);
    expect(ringing[0]?.title).toMatch(/^Kai 1000 → \w+ \d+, \w+ \d+ and \w+ \d+$/);
    expect(shown("22/ring-group-local.jsonl", nth("bridge-entered", 4))[0]?.title).toBe("Kai 1000 → Ping 1002");
  });

  it("says who holds whom", () => {
    expect(look(shown("22/hold.jsonl", nth("held")))).toEqual([
      ["Kai 1000 → Ping 1002", "Kai: holds Ping 1002", "Ping: held by Kai 1000"],
    ]);
  });

  it("says in which queue somebody waits, at which place, and for which queue it rings", () => {
    expect(look(shown("22/queue-next-agent.jsonl", nth("dial-progress")))).toEqual([
      ["Kai 1000 → queue support", "Kai: waiting in support, 1st", "Ana: ringing for support"],
    ]);
  });

  it("says where somebody is parked", () => {
    const [call] = shown("22/park.jsonl", nth("parked"));
    expect([call?.state, look(call === undefined ? [] : [call])]).toEqual([
      "parked",
      [["Ping 1002", "Ping: parked on 701"]],
    ]);
  });

  it("says who is in a conference, who is muted and who speaks", () => {
    expect(look(shown("22/conference-kick.jsonl", nth("conference-muted")))).toEqual([
      [
        "Conference 800: Kai 1000, Ping 1002 and Omar 1003",
        "Kai: in conference 800",
        "Ping: in conference 800",
        "Omar: in conference 800, muted",
      ],
    ]);
    const speaking = look(shown("22/conference-talking.jsonl", nth("talking")));
    expect(speaking).toEqual([
      ["Conference 801: Kai 1000 and Ping 1002", "Kai: in conference 801, speaks", "Ping: in conference 801"],
    ]);
  });

  it.each(["22/attended-transfer.jsonl", "22/feature-attended-transfer.jsonl"])(
    "links a consultation to the call that is on hold for it: %s",
    (file) => {
      const calls = shown(file, nth("bridge-entered", file.includes("feature") ? 5 : 4));
      const [held, consultation] = calls;
      expect(consultation?.consults).toBe(held?.id);
      expect(held).not.toHaveProperty("consults");
      expect(look(calls)).toEqual([
        ["Kai 1000 → Ping 1002", "Kai: holds Ping 1002, consults Omar 1003", "Ping: held by Kai 1000"],
        ["Kai 1000 → Omar 1003 (consultation, Ping 1002 on hold)", "Kai: talking, holds Ping 1002", "Omar: talking"],
      ]);
    },
  );

  it("does not take a second call that comes in for a consultation", () => {
    const calls = shown("22/two-calls.jsonl", nth("bridge-entered", 4));
    expect(calls).toHaveLength(2);
    expect(calls.filter((call) => call.consults !== undefined)).toEqual([]);
  });

  it("keeps its id through a transfer, and says who has transferred", () => {
    const before = shown("22/blind-transfer.jsonl", nth("blind-transfer"));
    const after = shown("22/blind-transfer.jsonl", nth("dial-progress", 2));
    expect(look(after)).toEqual([["Ping 1002 – Omar 1003", "Ping: transferred by Kai 1000", "Omar: ringing"]]);
    expect(after[0]?.id).toBe(before[0]?.id);
  });

  it("says what Asterisk itself does with somebody", () => {
    expect(
      look(shown("22/echo.jsonl", (event) => event.type === "application" && event.application === "Echo")),
    ).toEqual([["Kai 1000 → 600", "Kai: talks to the echo"]]);
  });

  it("names those who show no name out of the directory", () => {
    const pbx = new FakePbx("hq");
    pbx.knows({ number: "1002", name: "Ping", devices: ["PJSIP/phone-7"] });
    const board = new LiveBoard();
    board.add(pbx, "Head office");
    pbx.happens({
      type: "channel-new",
      channel: { id: "1", linkedid: "1", name: "PJSIP/phone-7-01", state: "ring", exten: "1000" },
    });
    expect(board.snapshot().calls[0]?.title).toBe("Ping 1002 → 1000");
    pbx.knows({ number: "1002", name: "Ping Chen", devices: ["PJSIP/phone-7"] });
    expect(board.snapshot().calls[0]?.title).toBe("Ping Chen 1002 → 1000");
    board.close();
  });
});
