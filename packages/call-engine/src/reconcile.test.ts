import { describe, expect, it } from "vitest";
import { CallEngine } from "./engine.ts";
import { fromAmi } from "./from-ami.ts";
import type { Call, Connection } from "./model.ts";
import type { PbxEvent } from "./pbx-event.ts";
import { Books } from "./testing/books.ts";
import { trace, traceFiles } from "./testing/fixtures.ts";
import { knowable, UnknowableSoFar } from "./testing/knowable.ts";
import { TraceTruth } from "./testing/trace-truth.ts";

interface Timed {
  readonly at: number;
  readonly event: PbxEvent;
}

const recorded = traceFiles.filter((file) => file.endsWith(".jsonl") && !file.includes("before-we-connected"));

function eventsOf(file: string): Timed[] {
  return trace(file).steps.flatMap((step) => {
    const event = step.kind === "event" ? fromAmi(step.message) : undefined;
    return event === undefined ? [] : [{ at: step.at, event }];
  });
}

function newEngine(name = "call", ids = { made: 0 }): CallEngine {
  return new CallEngine({ pbx: "test", newCallId: () => `${name}-${++ids.made}` });
}

/** Indexes after which nothing happens for a while. */
function rests(events: readonly Timed[]): number[] {
  return events.flatMap(({ at }, index) => {
    const next = events[index + 1];
    return next === undefined || next.at - at >= 15 ? [index] : [];
  });
}

describe("after a gap, a snapshot brings the differences and nothing else", () => {
  it.each(recorded)("%s, cut at every pair of moments of rest", (file) => {
    const events = eventsOf(file);
    const moments = [-1, ...rests(events)];
    const problems: unknown[] = [];
    for (const [order, from] of moments.entries()) {
      for (const to of moments.slice(order + 1, order + 6)) {
        const books = new Books();
        const [engine, unknowable, truth] = [newEngine(), new UnknowableSoFar(), new TraceTruth()];
        const witness = newEngine();
        for (const [index, { at, event }] of events.entries()) {
          truth.apply(event);
          unknowable.learn(event, witness.apply(event, at));
          if (index <= from || index > to) books.enter(engine.apply(event, at), engine);
          if (index !== to) continue;
          const snapshot = truth.snapshot();
          books.enter(engine.reconcile(snapshot, at), engine);
          const fresh = newEngine();
          fresh.reconcile(snapshot, at);
          const [here, there] = [knowable(engine, unknowable), knowable(fresh, unknowable)];
          if (JSON.stringify(here) !== JSON.stringify(there)) problems.push({ from, to, here, there });
          const again = engine.reconcile(snapshot, at);
          if (again.length > 0) problems.push({ from, to, again });
        }
        if (books.problems.length > 0) problems.push({ from, to, problems: books.problems });
        if (books.open.length > 0) problems.push({ from, to, ghosts: books.open });
      }
    }
    expect(problems).toEqual([]);
  });

  it("ends what has gone with cause lost, and keeps what is still there under its id", () => {
    const events = eventsOf("22/two-calls.jsonl");
    const middle =
      rests(events).find(
        (index) => events.slice(0, index).filter(({ event }) => event.type === "channel-new").length === 4,
      ) ?? 0;
    const [engine, truth] = [newEngine(), new TraceTruth()];
    for (const { at, event } of events.slice(0, middle + 1)) {
      engine.apply(event, at);
      truth.apply(event);
    }
    const [first, second] = engine.calls();
    const snapshot = truth.snapshot();
    const channels = snapshot.channels.filter(({ id }) => second?.connections.some((one) => one.id === id));
    const changes = engine.reconcile({ ...snapshot, channels }, 99_000);
    expect(changes.map(({ type }) => type)).toEqual(["connection-cleared", "connection-cleared", "call-cleared"]);
    expect(changes.at(-1)).toMatchObject({ cause: "lost", call: { id: first?.id, cause: "lost" } });
    expect(engine.calls()).toEqual([second]);
  });

  it("sees a transfer that happened in the gap", () => {
    const events = eventsOf("22/attended-transfer.jsonl");
    const before = events.findIndex(({ event }) => event.type === "attended-transfer") - 8;
    const after = rests(events).find((index) => index > before + 8) ?? 0;
    const [engine, truth] = [newEngine(), new TraceTruth()];
    for (const [index, { at, event }] of events.slice(0, after + 1).entries()) {
      if (index < before) engine.apply(event, at);
      truth.apply(event);
    }
    const [first, second] = engine.calls();
    const changes = engine.reconcile(truth.snapshot(), 99_000).filter((change) => "call" in change);
    expect(changes.find(({ type }) => type === "transferred")).toMatchObject({
      cause: "transferred",
      transferring: { device: "PJSIP/1000" },
      call: { id: first?.id },
      connections: [{ from: { callId: second?.id }, to: { callId: first?.id } }],
    });
    expect(changes.filter(({ type }) => type === "call-cleared")).toMatchObject([{ mergedInto: first?.id }]);
    expect(engine.calls().map(({ id }) => id)).toEqual([first?.id]);
  });

  it("leaves alone what events have told since the snapshot was asked for", () => {
    const events = eventsOf("22/basic.jsonl");
    const up =
      rests(events).find((index) => events.slice(0, index).some(({ event }) => event.type === "bridge-entered")) ?? 0;
    const [engine, truth] = [newEngine(), new TraceTruth()];
    const mark = engine.mark();
    const old = truth.snapshot();
    for (const { at, event } of events.slice(0, up + 1)) engine.apply(event, at);
    expect(engine.reconcile(old, 99_000, mark).filter((change) => "call" in change)).toEqual([]);
    expect(engine.calls()).toHaveLength(1);
  });

  it("does not bring back a channel whose end was told while the snapshot was on its way", () => {
    const events = eventsOf("22/basic.jsonl");
    const up =
      rests(events).find((index) => events.slice(0, index).some(({ event }) => event.type === "bridge-entered")) ?? 0;
    const [engine, truth] = [newEngine(), new TraceTruth()];
    const mark = engine.mark();
    for (const [index, { at, event }] of events.entries()) {
      if (index <= up) truth.apply(event);
      engine.apply(event, at);
    }
    engine.reconcile(truth.snapshot(), 99_000, mark);
    expect(engine.calls()).toEqual([]);
  });
});

describe("an engine that starts anew takes up the calls of the one before", () => {
  it.each(recorded)("%s, at every moment of rest: ids, holds, times and talks go on as if nothing had been", (file) => {
    const events = eventsOf(file);
    const problems: unknown[] = [];
    let ended = 0;
    for (const moment of rests(events)) {
      const ids = { made: 0 };
      const [first, truth] = [newEngine("call", ids), new TraceTruth()];
      for (const { at, event } of events.slice(0, moment + 1)) {
        first.apply(event, at);
        truth.apply(event);
      }
      const at = events[moment]?.at ?? 0;
      // A channel that was put out of a call which has ended is known to nobody any more.
      if (first.calls().length === 0) continue;
      first.reconcile(truth.snapshot(), at);
      const stored = JSON.parse(JSON.stringify(first.calls())) as Call[];
      const second = newEngine("call", { ...ids });
      second.restore(stored, at);
      const told = second.reconcile(truth.snapshot(), at).filter((change) => "call" in change);
      if (told.some(({ type }) => type !== "updated")) problems.push({ moment, told });
      const [here, there] = [first, second].map((engine) => engine.calls().map((call) => remembered(call)));
      if (JSON.stringify(here) !== JSON.stringify(there)) problems.push({ moment, here, there });
      const [ends, endsAnew] = [first, second].map((engine) => endsOf(engine, events.slice(moment + 1)));
      if (JSON.stringify(ends) !== JSON.stringify(endsAnew)) problems.push({ moment, ends, endsAnew });
      if (second.calls().length > 0) problems.push({ moment, ghosts: second.calls() });
      ended += endsAnew?.length ?? 0;
    }
    expect(problems).toEqual([]);
    const hasTalks = events.some(({ event }) => event.type === "bridge-entered");
    expect(ended > 0 || !hasTalks).toBe(true);
  });
});

/** All of a call but what only a told application, a room that was left, or a hang-up that had just been asked for, could say. */
function remembered(call: Call): unknown {
  const { connections, cleared, conferenceRoom: _room, ...rest } = call;
  return {
    ...rest,
    connections: connections.map(withoutApplication),
    cleared: cleared.map(({ hungUp: _hungUp, ...one }) => withoutApplication(one)),
  };
}

function withoutApplication({ application: _application, ...rest }: Connection): Omit<Connection, "application"> {
  return rest;
}

/** How all calls end from now on. */
function endsOf(engine: CallEngine, events: readonly Timed[]): unknown[] {
  const changes = events.flatMap(({ at, event }) => engine.apply(event, at));
  return changes.flatMap((change) => (change.type === "call-cleared" ? [remembered(change.call)] : []));
}
