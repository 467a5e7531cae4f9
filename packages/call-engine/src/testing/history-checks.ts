import { CallEngine } from "../engine.ts";
import type { Change } from "../change.ts";
import type { Call } from "../model.ts";
import type { PbxEvent } from "../pbx-event.ts";
import { Books } from "./books.ts";
import { describeChange } from "./describe-change.ts";
import { knowable, UnknowableSoFar } from "./knowable.ts";
import { ModelPbx } from "./model-pbx.ts";
import type { Choose } from "./model-wire.ts";
import { TalkTruth, type Stretch } from "./talk-truth.ts";
import { TraceTruth } from "./trace-truth.ts";

/** A random history: steps of several stories in a random order; each step is told as a whole. */
export interface History {
  readonly steps: readonly (readonly PbxEvent[])[];
}

/** Writes a history of one to three stories. */
export function writeHistory(choose: Choose): History {
  const stories: PbxEvent[][][] = [];
  for (let tag = 1, count = 1 + choose(3); tag <= count; tag++)
    stories.push(new ModelPbx(tag, choose).run(1 + choose(16)));
  return { steps: shuffleTogether(stories, choose) };
}

/** One order of several lists, each of which keeps its own. */
function shuffleTogether<T>(lists: readonly (readonly T[])[], choose: Choose): T[] {
  const left = lists.map((list) => [...list]).filter((list) => list.length > 0);
  const merged: T[] = [];
  while (left.length > 0) {
    const index = choose(left.length);
    const list = left[index];
    const item = list?.shift();
    if (item !== undefined) merged.push(item);
    if (list?.length === 0) left.splice(index, 1);
  }
  return merged;
}

function newEngine(): CallEngine {
  let made = 0;
  return new CallEngine({ pbx: "model", newCallId: () => `call-${++made}` });
}

/** Feeds events a second apart per step, and returns what is wrong with what was told. */
export function problemsOf(history: History): string[] {
  const [engine, books] = [newEngine(), new Books()];
  for (const [index, step] of history.steps.entries())
    for (const event of step) books.enter(engine.apply(event, index * 1000), engine);
  return [...books.problems, ...leftOver(engine, books)];
}

/** After every step, the state out of a snapshot must be the state out of the events, and a snapshot must change nothing. */
export function problemsOfSnapshots(history: History): string[] {
  const [engine, truth, unknowable] = [newEngine(), new TraceTruth(), new UnknowableSoFar()];
  for (const [index, step] of history.steps.entries()) {
    const at = index * 1000;
    for (const event of step) {
      unknowable.learn(event, engine.apply(event, at));
      truth.apply(event);
    }
    const fresh = newEngine();
    fresh.reconcile(truth.snapshot(), at);
    const [here, there] = [knowable(engine, unknowable), knowable(fresh, unknowable)].map((one) => JSON.stringify(one));
    if (here !== there) return [`step ${index}: events say ${here}, the snapshot says ${there}`];
    const changes = engine.reconcile(truth.snapshot(), at).filter((change) => "call" in change);
    if (changes.length > 0)
      return [`step ${index}: a snapshot without news told ${changes.map(describeChange).join("; ")}`];
  }
  return [];
}

/** Every event told once, twice or three times must make no difference. */
export function problemsOfDuplicates(history: History, choose: Choose): string[] {
  const [once, twice] = [newEngine(), newEngine()];
  for (const [index, step] of history.steps.entries())
    for (const event of step) {
      const told = once.apply(event, index * 1000).map(describeChange);
      const again: Change[] = [];
      for (let times = 1 + choose(3); times > 0; times--) again.push(...twice.apply(event, index * 1000));
      const different = again.map(describeChange);
      if (told.join("\n") !== different.join("\n"))
        return [`${event.type} told again: ${different.join("; ")} instead of ${told.join("; ")}`];
    }
  return [];
}

/** The beginning is missing, with or without a snapshot in its place: nothing may be wrong, and all must end. */
export function problemsOfMissingPrefix(history: History, missing: number, hasSnapshot: boolean): string[] {
  const [engine, books, truth] = [newEngine(), new Books(), new TraceTruth()];
  for (const [index, step] of history.steps.entries()) {
    const at = index * 1000;
    for (const event of step) {
      truth.apply(event);
      if (index >= missing) books.enter(engine.apply(event, at), engine);
    }
    if (index === missing - 1 && hasSnapshot) books.enter(engine.reconcile(truth.snapshot(), at), engine);
  }
  return [...books.problems, ...leftOver(engine, books)];
}

/** Steps in the middle are missing, and a snapshot follows. */
export function problemsOfGap(history: History, from: number, to: number): string[] {
  const [engine, books, truth, witness] = [newEngine(), new Books(), new TraceTruth(), newEngine()];
  const unknowable = new UnknowableSoFar();
  for (const [index, step] of history.steps.entries()) {
    const at = index * 1000;
    for (const event of step) {
      truth.apply(event);
      unknowable.learn(event, witness.apply(event, at));
      if (index < from || index >= to) books.enter(engine.apply(event, at), engine);
    }
    if (index !== to - 1) continue;
    books.enter(engine.reconcile(truth.snapshot(), at), engine);
    const fresh = newEngine();
    fresh.reconcile(truth.snapshot(), at);
    const [here, there] = [knowable(engine, unknowable), knowable(fresh, unknowable)].map((one) => JSON.stringify(one));
    if (here !== there) return [`after the gap ${from}-${to} it is ${here}, and should be ${there}`];
  }
  return [...books.problems, ...leftOver(engine, books)];
}

/** Who talked to whom, when and how long, over all calls at their end, must be what could be heard. */
export function problemsOfTalks(history: History): string[] {
  const [engine, truth] = [newEngine(), new TalkTruth()];
  const told: Stretch[] = [];
  for (const [index, step] of history.steps.entries()) {
    const at = index * 1000;
    for (const event of step) {
      truth.apply(event);
      for (const change of engine.apply(event, at))
        if (change.type === "call-cleared") told.push(...stretchesOf(change.call));
    }
    truth.look(at);
  }
  const [here, there] = [told, truth.stretches].map((stretches) => joined(stretches).join("; "));
  return here === there ? [] : [`told ${here}, heard ${there}`];
}

function stretchesOf({ talks }: Call): Stretch[] {
  return talks.map(({ connections, startedAt, endedAt }) => ({
    who: connections.join(),
    from: startedAt,
    to: endedAt ?? Number.NaN,
  }));
}

/** Stretches of the same people that follow each other without a pause are one: the call in which they talked has become another. */
function joined(stretches: readonly Stretch[]): string[] {
  const last = new Map<string, { who: string; from: number; to: number }>();
  const all: { who: string; from: number; to: number }[] = [];
  for (const { who, from, to } of stretches.toSorted((one, other) => one.from - other.from)) {
    const before = last.get(who);
    if (before?.to === from) before.to = to;
    else {
      const next = { who, from, to };
      last.set(who, next);
      all.push(next);
    }
  }
  return all.map(({ who, from, to }) => `${who} from ${from} to ${to}`).toSorted();
}

/** Stories that have nothing to do with each other must be told the same, in whatever order their events come. */
export function problemsOfOrder(choose: Choose): string[] {
  const stories = [1, 2].map((tag) => new ModelPbx(tag, choose).run(1 + choose(6)).flat());
  const alone = stories.map((story) => linesOf(story));
  const together = shuffleTogether(
    stories.map((story, index) => story.map((event) => ({ event, index }))),
    choose,
  );
  const engine = newEngine();
  const told: string[][] = [[], []];
  for (const { event, index } of together) told[index]?.push(...engine.apply(event, 0).map(withoutIds));
  return told.flatMap((lines, index) =>
    lines.join("\n") === alone[index]?.join("\n")
      ? []
      : [`story ${index} alone:\n${alone[index]?.join("\n")}\ntogether:\n${lines.join("\n")}`],
  );
}

function linesOf(events: readonly PbxEvent[]): string[] {
  const engine = newEngine();
  return events.flatMap((event) => engine.apply(event, 0).map(withoutIds));
}

function withoutIds(change: Change): string {
  return describeChange(change).replaceAll(/call-\d+/gu, "call");
}

function leftOver(engine: CallEngine, books: Books): string[] {
  const ghosts = [...engine.calls(), ...books.open];
  const rest = [
    engine.queues().some(({ callers }) => callers.length > 0),
    engine.parkedCalls().length > 0,
    engine.conferenceRooms().length > 0,
  ];
  return [...ghosts.map(({ id }) => `${id} has not ended`), ...(rest.includes(true) ? ["somebody still waits"] : [])];
}
