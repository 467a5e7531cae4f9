import { expect, it } from "vitest";
import { nameInCallerId } from "./caller-id.ts";
import { deviceOfChannel, isDevice, leadsElsewhere } from "./device-names.ts";
import { inParallel } from "./in-parallel.ts";
import { stateOfDevices } from "./state-of.ts";

it.each([
  ['"Kai" <1000>', "Kai"],
  ["Kai Müller <1000>", "Kai Müller"],
  [String.raw`"Pat \"the\" Cat" <1>`, 'Pat "the" Cat'],
  ["<1000>", undefined],
  ["<unknown>", undefined],
  ["1000", undefined],
  ["", undefined],
  ['"', undefined],
])("the name in the caller id %s is %s", (text, name) => {
  expect(nameInCallerId(text)).toBe(name);
});

it.each([
  ["1000", "PJSIP/1000", false],
  ["1000/sip:1000@10.0.0.7:5060", "PJSIP/1000", false],
  ["004930123@2222", "PJSIP/2222", true],
  ["2222/004930123", "SIP/2222", true],
])("dialling %s goes through %s to somebody else: %s", (dialString, device, expected) => {
  expect(leadsElsewhere(dialString, device)).toBe(expected);
});

it("tells devices from other things that have states", () => {
  expect(["PJSIP/1000", "SIP/kai", "IAX2/1", "DAHDI/1-1"].every((name) => isDevice(name))).toBe(true);
  const others = ["Local/1@c", "Custom:DND", "park:701@lot", "Queue:a_pause_PJSIP/1", "hint:1@c", "", "PJSIP/"];
  expect(others.filter((name) => isDevice(name))).toEqual([]);
  expect(deviceOfChannel("PJSIP/kai-desk-0000001f")).toBe("PJSIP/kai-desk");
});

it("several devices have the state that counts most", () => {
  const states = new Map([
    ["a", "NOT_INUSE"],
    ["b", "RINGING"],
    ["c", "UNAVAILABLE"],
  ]);
  expect(stateOfDevices(["a", "b", "c"], states)).toBe("Ringing");
  expect(stateOfDevices(["a", "c"], states)).toBe("Idle");
  expect(stateOfDevices(["x"], states)).toBeUndefined();
});

it("asks many things, a few at once, and keeps their order", async () => {
  let [now, most] = [0, 0];
  const results = await inParallel(
    Array.from({ length: 50 }, (_, index) => index),
    4,
    async (item) => {
      most = Math.max(most, ++now);
      await new Promise((resolve) => setImmediate(resolve));
      now--;
      return item * 2;
    },
  );
  expect(most).toBe(4);
  expect(results).toEqual(Array.from({ length: 50 }, (_, index) => index * 2));
  await expect(inParallel([1, 2], 4, () => Promise.reject(new Error("no")))).rejects.toThrow("no");
});
