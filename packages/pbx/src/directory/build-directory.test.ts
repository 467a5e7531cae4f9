import { describe, expect, it } from "vitest";
import { buildDirectory, partsOfHint, type DirectoryFacts } from "./build-directory.ts";

const built = (facts: Partial<DirectoryFacts>) =>
  buildDirectory({
    hints: [],
    endpoints: [],
    mailboxes: [],
    members: [],
    seen: new Map(),
    trunks: new Set(),
    ...facts,
  });
const numbers = (facts: Partial<DirectoryFacts>): string[] => [...built(facts).extensions.keys()];

describe("who is an extension", () => {
  it("everybody whom a hint gives a device, whatever it is called", () => {
    const { extensions, numberOf } = built({
      hints: [
        {
          exten: "1000",
          context: "phones",
          hint: "PJSIP/kai-desk&PJSIP/kai-mobile&Custom:DND1000,CustomPresence:1000",
        },
        { exten: "alice", context: "phones", hint: "SIP/a1" },
      ],
    });
    expect([...extensions.values()]).toEqual([
      {
        number: "1000",
        context: "phones",
        hint: "PJSIP/kai-desk&PJSIP/kai-mobile&Custom:DND1000,CustomPresence:1000",
        devices: ["PJSIP/kai-desk", "PJSIP/kai-mobile"],
        presentity: "CustomPresence:1000",
      },
      { number: "alice", context: "phones", hint: "SIP/a1", devices: ["SIP/a1"] },
    ]);
    expect(numberOf.get("PJSIP/kai-mobile")).toBe("1000");
  });

  it("no feature code, parking space, queue or pattern with a hint", () => {
    const hint = (exten: string, hint: string) => ({ exten, context: "c", hint });
    expect(
      numbers({
        hints: [
          hint("*761000", "Custom:DND1000"),
          hint("*801000", "PJSIP/1000"),
          hint("701", "park:701@parkedcalls"),
          hint("702", "Queue:sales_avail"),
          hint("703", "Local/1000@phones"),
          hint("_1XXX", "PJSIP/1000"),
          hint("704", ""),
        ],
      }),
    ).toEqual([]);
  });

  it("a device without a hint whose name is a short number, unless it is a way out", () => {
    const endpoint = (device: string, isTrunk = false) => ({ device, isTrunk });
    expect(
      numbers({
        endpoints: [
          endpoint("PJSIP/1002"),
          endpoint("PJSIP/trunk"),
          endpoint("PJSIP/4930123", true),
          endpoint("PJSIP/49301234567"),
          endpoint("PJSIP/5"),
          endpoint("PJSIP/2000"),
        ],
        trunks: new Set(["PJSIP/2000"]),
      }),
    ).toEqual(["1002"]);
  });

  it("a trunk that a hint names as somebody's phone", () => {
    const hints = [{ exten: "77", context: "c", hint: "PJSIP/elsewhere" }];
    expect(numbers({ hints, endpoints: [{ device: "PJSIP/elsewhere", isTrunk: true }] })).toEqual(["77"]);
  });

  it("whoever was in a call under the number of its device, but for known trunks", () => {
    expect(
      numbers({
        seen: new Map([
          ["PJSIP/1000", "Kai"],
          ["PJSIP/4930", undefined],
        ]),
        endpoints: [{ device: "PJSIP/4930", isTrunk: true }],
      }),
    ).toEqual(["1000"]);
  });

  it("members of queues, by device, hint or Local channel", () => {
    const member = (its: string, name: string, stateInterface?: string) => ({
      interface: its,
      name,
      ...(stateInterface === undefined ? {} : { stateInterface }),
    });
    const { extensions } = built({
      hints: [{ exten: "1003", context: "phones", hint: "PJSIP/omar" }],
      members: [
        member("PJSIP/1002", "Ping"),
        member("Local/1003@queue-members/n", "Omar", "hint:1003@phones"),
        member("Local/1004@queue-members/n", "Lena", "Custom:agent-4"),
        member("Local/s@app/n", "Nobody"),
        member("PJSIP/trunk", "Trunk"),
      ],
    });
    expect([...extensions.values()].map(({ number, name, devices }) => [number, name, devices])).toEqual([
      ["1002", "Ping", ["PJSIP/1002"]],
      ["1003", "Omar", ["PJSIP/omar"]],
      ["1004", "Lena", []],
    ]);
  });
});

describe("what is known of an extension", () => {
  it("its name from its mailbox, its caller id, its queue or its calls, in this order", () => {
    const endpoints = ["1", "2", "3", "4"].map((last) => ({ device: `PJSIP/100${last}`, isTrunk: false }));
    const members = endpoints.slice(0, 3).map(({ device }) => ({ interface: device, name: "of the queue" }));
    const { extensions } = built({
      endpoints: endpoints.map((one, index) => (index < 2 ? { ...one, callerName: "of the phone" } : one)),
      mailboxes: [{ box: "1001", context: "default", name: "of the mailbox" }],
      members,
      seen: new Map(endpoints.map(({ device }) => [device, "of a call"])),
    });
    expect([...extensions.values()].map(({ name }) => name)).toEqual([
      "of the mailbox",
      "of the phone",
      "of the queue",
      "of a call",
    ]);
  });

  it("its mailbox as its phone has it, else the one of its number, of context default first", () => {
    const { extensions } = built({
      endpoints: [
        { device: "PJSIP/1000", isTrunk: false, mailbox: "77@sales" },
        { device: "PJSIP/1001", isTrunk: false },
      ],
      mailboxes: [
        { box: "1001", context: "default", name: "" },
        { box: "1001", context: "other", name: "" },
        { box: "1000", context: "default", name: "" },
      ],
    });
    expect([...extensions.values()].map(({ mailbox }) => mailbox)).toEqual(["77@sales", "1001@default"]);
  });

  it("one number in two contexts is one extension if they share a device, and two if not", () => {
    const hint = (context: string, hint: string) => ({ exten: "1000", context, hint });
    expect(built({ hints: [hint("b", "PJSIP/1000"), hint("a", "PJSIP/1000&SIP/1000")] }).extensions).toMatchObject(
      new Map([["1000", { context: "a", devices: ["PJSIP/1000", "SIP/1000"] }]]),
    );
    const two = built({ hints: [hint("tenant-b", "PJSIP/b-1000"), hint("tenant-a", "PJSIP/a-1000")] });
    expect([...two.extensions.keys()]).toEqual(["1000", "1000@tenant-b"]);
    expect(two.numberOf.get("PJSIP/b-1000")).toBe("1000@tenant-b");
  });
});

it("reads hints of devices, of presence, and of both", () => {
  expect(partsOfHint("PJSIP/1000&Custom:DND,CustomPresence:1000")).toEqual({
    devices: ["PJSIP/1000"],
    presentity: "CustomPresence:1000",
  });
  expect(partsOfHint(",CustomPresence:1000")).toEqual({ devices: [], presentity: "CustomPresence:1000" });
  expect(partsOfHint("")).toEqual({ devices: [] });
});
