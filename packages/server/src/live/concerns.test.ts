import type { Change } from "@cordboard/pbx";
import { describe, expect, it } from "vitest";
import { FakePbx } from "../testing/fake-pbx.ts";
import { changeConcerns } from "./concerns.ts";

const pbx = new FakePbx("hq");
pbx.knows({
  number: "1111",
  devices: ["PJSIP/phone-7"],
  mailbox: "b7@default",
  presentity: "CustomPresence:batman",
});

const concerned = (change: Change): string[] =>
  ["1000", "1002", "1003", "1111"].filter((extension) => changeConcerns(change, extension, pbx));

describe("whom a change concerns", () => {
  it("is everybody in the call, before and after", () => {
    const changes: Change[] = [];
    const one = new FakePbx("hq");
    one.on("change", ({ change }) => changes.push(change));
    one.plays("22/blind-transfer.jsonl");
    const of = (type: Change["type"]): string[][] => changes.filter((change) => change.type === type).map(concerned);
    expect(of("originated")).toEqual([["1000"]]);
    expect(of("delivered")).toEqual([
      ["1000", "1002"],
      ["1002", "1003"],
    ]);
    expect(of("transferred")).toEqual([["1000", "1002"]]);
    expect(of("call-cleared")).toEqual([["1000", "1002", "1003"]]);
  });

  it.each<[Change, string[]]>([
    [{ type: "device-state-changed", device: "PJSIP/phone-7", state: "INUSE" }, ["1111"]],
    [
      { type: "extension-state-changed", extension: { exten: "1002", context: "hints", hint: "", status: "Idle" } },
      ["1002"],
    ],
    [
      {
        type: "presence-changed",
        presence: { presentity: "CustomPresence:batman", state: "away", subtype: "", message: "" },
      },
      ["1111"],
    ],
    [
      {
        type: "presence-changed",
        presence: { presentity: "CustomPresence:1003", state: "away", subtype: "", message: "" },
      },
      ["1003"],
    ],
    [{ type: "mailbox-changed", mailbox: { mailbox: "b7@default", newMessages: 1, oldMessages: 0 } }, ["1111"]],
    [{ type: "mailbox-changed", mailbox: { mailbox: "1000@sales", newMessages: 1, oldMessages: 0 } }, ["1000"]],
    [{ type: "originate-failed", target: "PJSIP/1000", cause: "busy" }, ["1000"]],
    [
      {
        type: "queue-changed",
        queue: {
          name: "sales",
          callers: [],
          members: [
            {
              interface: "Local/1003@q/n",
              stateInterface: "PJSIP/1003",
              name: "Omar",
              status: 1,
              paused: false,
              penalty: 0,
              callsTaken: 0,
            },
          ],
        },
      },
      ["1003"],
    ],
    [{ type: "conference-room-changed", room: { name: "800", participants: [], recording: false } }, []],
  ])("is told of what is no call: %j", (change, whom) => {
    expect(concerned(change)).toEqual(whom);
  });
});
