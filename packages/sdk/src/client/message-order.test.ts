import { describe, expect, it } from "vitest";
import { FakeLog } from "../testing/fake-log.ts";
import { MessageOrder } from "./message-order.ts";
import type { Step } from "./message-order.ts";

function events(count: number): string[] {
  const log = new FakeLog();
  for (let at = 0; at < count; at++) log.tell("originated", `c${at}`);
  return log.events.map((event) => JSON.stringify(event));
}

const told = (step: Step): string[] =>
  step.kind === "tell" ? step.messages.map((message) => ("cursor" in message ? message.cursor : "")) : [step.kind];
const take = (order: MessageOrder, message: object): Step => order.take(JSON.stringify(message));

describe("the order of messages", () => {
  it("drops what was told already", () => {
    const order = new MessageOrder({ after: "e1.2", snapshots: true });
    expect(events(4).flatMap((text) => told(order.take(text)))).toEqual(["e1.3", "e1.4"]);
    expect(events(4).flatMap((text) => told(order.take(text)))).toEqual([]);
  });

  it("moves on with heartbeats and with events of a newer server, which it does not tell", () => {
    const order = new MessageOrder({ after: undefined, snapshots: true });
    for (const type of ["heartbeat", "invented-later"])
      expect(take(order, { type, cursor: `e1.${type.length}` })).toEqual({
        kind: "tell",
        messages: [],
        cursor: `e1.${type.length}`,
      });
    expect(told(take(order, { ...JSON.parse(events(1)[0] ?? ""), cursor: "e1.14" }))).toEqual([]);
    expect(told(take(order, { ...JSON.parse(events(1)[0] ?? ""), cursor: "e1.15" }))).toEqual(["e1.15"]);
  });

  it("keeps what a newer server adds to an event it knows", () => {
    const order = new MessageOrder({ after: undefined, snapshots: true });
    const step = take(order, { ...JSON.parse(events(1)[0] ?? ""), cause: "invented-later", more: { a: 1 } });
    expect(step).toMatchObject({ messages: [{ cause: "invented-later", more: { a: 1 } }] });
  });

  it("tells a gap with its snapshot, once, even if the connection is cut between the two", () => {
    const log = new FakeLog();
    log.begin("e2");
    const order = new MessageOrder({ after: "e1.7", snapshots: true });
    const gap = { type: "gap", cursor: "e2.0", reason: "other-epoch" };
    expect(take(order, gap)).toEqual({ kind: "tell", messages: [] });
    order.reconnected();
    take(order, gap);
    expect(take(order, log.snapshot())).toMatchObject({
      messages: [{ type: "gap" }, { type: "snapshot" }],
      cursor: "e2.0",
    });
  });

  it("forgets a gap whose connection was cut, if there is none at the next", () => {
    const order = new MessageOrder({ after: "e1.0", snapshots: true });
    take(order, { type: "gap", cursor: "e1.7", reason: "unknown" });
    order.reconnected();
    expect(told(order.take(events(1)[0] ?? ""))).toEqual(["e1.1"]);
  });

  it("tells the gap alone to who wants no snapshots", () => {
    const order = new MessageOrder({ after: "e1.7", snapshots: false });
    take(order, { type: "gap", cursor: "e1.9", reason: "too-old" });
    expect(take(order, { ...new FakeLog().snapshot(), cursor: "e1.9" })).toEqual({
      kind: "tell",
      messages: [{ type: "gap", cursor: "e1.9", reason: "too-old" }],
      cursor: "e1.9",
    });
  });

  it("fills in the lists that an older server does not know yet", () => {
    const order = new MessageOrder({ after: undefined, snapshots: true });
    expect(take(order, { type: "snapshot", cursor: "e1.0", time: "" })).toMatchObject({ messages: [{ calls: [] }] });
  });

  const event = JSON.parse(events(1)[0] ?? "") as object;
  const bad: readonly [string, string][] = [
    ["no JSON", "<html>"],
    ["a part of one", '{"type":"held"'],
    ["a number", "7"],
    ["null", "null"],
    ["a list", "[]"],
    ["no type", "{}"],
    ["a type that is no text", JSON.stringify({ ...event, type: 7 })],
    ["no cursor", JSON.stringify({ ...event, cursor: undefined })],
    ["a cursor that is no text", JSON.stringify({ ...event, cursor: { a: 1 } })],
    ["a cursor that is none", JSON.stringify({ ...event, cursor: "e1" })],
    ["a cursor with no epoch", JSON.stringify({ ...event, cursor: ".1" })],
    ["a negative cursor", JSON.stringify({ ...event, cursor: "e1.-1" })],
    ["a cursor beyond all numbers", JSON.stringify({ ...event, cursor: "e1.99999999999999999999" })],
    ["an event of a call without one", JSON.stringify({ ...event, call: null })],
    ["a call without connections", JSON.stringify({ ...event, call: { id: "c1" } })],
    ["a call with a number as id", JSON.stringify({ ...event, call: { id: 1, connections: [] } })],
    ["a queue that is a text", JSON.stringify({ ...event, type: "queue-changed", queue: "sales" })],
    ["a snapshot with a call that is null", JSON.stringify({ type: "snapshot", cursor: "e1.1", calls: [null] })],
    [
      "a snapshot with a list that is none",
      JSON.stringify({ type: "snapshot", cursor: "e1.1", queues: { length: 1 } }),
    ],
  ];
  it.each(bad)("refuses %s", (_name, text) => {
    expect(new MessageOrder({ after: undefined, snapshots: true }).take(text)).toMatchObject({ kind: "bad" });
  });

  it("refuses a jump that nobody announced", () => {
    const order = (): MessageOrder => new MessageOrder({ after: "e1.7", snapshots: true });
    expect(take(order(), new FakeLog().snapshot())).toMatchObject({ kind: "bad" });
    expect(take(order(), { ...event, cursor: "e2.1" })).toMatchObject({ kind: "bad" });
    const gap = order();
    take(gap, { type: "gap", cursor: "e2.0", reason: "other-epoch" });
    expect(take(gap, { ...event, cursor: "e2.1" })).toMatchObject({ kind: "bad" });
  });
});
