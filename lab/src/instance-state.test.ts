import { describe, expect, it } from "vitest";
import { conditionOf, type InstanceState } from "./instance-state.ts";
import { identityOf, isAlive } from "./process-identity.ts";

const process1 = { pid: 1, startTime: "1", bootId: "b" };
const process2 = { pid: 2, startTime: "2", bootId: "b" };
const state = { starter: process2 } as InstanceState;

describe("the condition of an instance", () => {
  it.each<[string, Partial<InstanceState>, number[], string]>([
    ["Asterisk runs", { asterisk: process1 }, [1], "up"],
    ["Asterisk is gone", { asterisk: process1 }, [2], "stale"],
    ["Asterisk runs, its owner is gone", { asterisk: process1, owner: process2 }, [1], "stale"],
    ["Asterisk and its owner run", { asterisk: process1, owner: process2 }, [1, 2], "up"],
    ["it is being started", {}, [2], "starting"],
    ["who was starting it is gone", {}, [], "stale"],
  ])("when %s", (_when, more, alive, expected) => {
    expect(conditionOf({ ...state, ...more }, ({ pid }) => alive.includes(pid))).toBe(expected);
  });
});

describe("the identity of a process", () => {
  it("tells this process from another that gets the same pid later, and from one before the machine was started anew", () => {
    const self = identityOf(process.pid);
    expect(self && isAlive(self)).toBe(true);
    expect(self && isAlive({ ...self, startTime: "1" })).toBe(false);
    expect(self && isAlive({ ...self, bootId: "another" })).toBe(false);
  });

  it("is none for a pid that nobody has", () => {
    expect(identityOf(2 ** 22 + 1)).toBeUndefined();
  });
});
