import type { Call, CallEvent, CallRecord, CallResult, CallStep, ClearedConnection } from "@cordboard/sdk";
import { secondsOf, without, type Interval } from "./intervals.ts";
import { firstCalled, millisecondsBetween, type Steps } from "./step-list.ts";

/** Asterisk's applications that take a message. */
const mailboxes = new Set(["VoiceMail", "MinivmRecord"]);

/** The last event of a call. */
export type CallEnd = Extract<CallEvent, { type: "call-cleared" }>;

/** What the history keeps of a call: its last event, and its way, that event included. Pure. */
export function callRecord({ call, cause, mergedInto, time }: CallEnd, steps: Steps): CallRecord {
  const path = named(steps, call.cleared);
  const clearedAt = call.clearedAt ?? time;
  const caller = callerOf(call, path);
  const first = path.find(({ type, connectionId }) => type === "answered" && connectionId !== caller?.id);
  const talks = call.talks.map((talk) => interval(talk.startedAt, talk.endedAt ?? clearedAt));
  const answeredBy = first?.extension ?? first?.number ?? first?.device;
  const queue = call.queue?.name ?? path.findLast(({ type }) => type === "queued")?.to;
  const dialled = call.dialled ?? firstCalled(path, caller?.id);
  const callerNumber = caller?.number ?? caller?.extension;
  return {
    id: call.id,
    pbx: call.pbx,
    startedAt: call.startedAt,
    ...(call.establishedAt === undefined ? {} : { establishedAt: call.establishedAt }),
    clearedAt,
    result: resultOf({
      call,
      cause,
      path,
      isMerged: mergedInto !== undefined,
      isAnswered: first !== undefined,
      caller,
    }),
    cause,
    ...(callerNumber === undefined ? {} : { callerNumber }),
    ...(caller?.name === undefined ? {} : { callerName: caller.name }),
    ...(caller?.extension === undefined ? {} : { callerExtension: caller.extension }),
    ...(dialled === undefined ? {} : { dialled }),
    ...(answeredBy === undefined ? {} : { answeredBy }),
    ...(queue === undefined ? {} : { queue }),
    ...(mergedInto === undefined ? {} : { mergedInto }),
    ringSeconds: secondsOf(ringing(path, caller?.id, first?.at ?? clearedAt)),
    queueSeconds: secondsOf(stretches(path, ["queued"], clearedAt)),
    talkSeconds: secondsOf(talks),
    holdSeconds: secondsOf(without(stretches(path, ["held", "parked"], clearedAt), talks)),
    path,
    call,
  };
}

/** Who dialled; else who was first in the part of a caller. */
function callerOf(call: Call, path: Steps): ClearedConnection | undefined {
  const dialled = path.find(({ type }) => type === "dialled")?.connectionId;
  const callers = call.cleared.filter(({ role }) => role === "caller");
  return (
    callers.find(({ id }) => id === dialled) ??
    callers.toSorted((one, other) => millisecondsBetween(other.startedAt, one.startedAt))[0]
  );
}

interface Facts {
  readonly call: Call;
  readonly cause: CallRecord["cause"];
  readonly path: Steps;
  readonly isMerged: boolean;
  readonly isAnswered: boolean;
  readonly caller: ClearedConnection | undefined;
}

function resultOf({ call, cause, path, isMerged, isAnswered, caller }: Facts): CallResult {
  if (endsInMailbox(path)) return "voicemail";
  if (isAnswered || call.talks.length > 0) return "answered";
  if (isMerged) return "merged";
  if (cause === "lost" || cause === "pbx-down") return "lost";
  if (cause === "busy" || cause === "abandoned") return cause;
  const isTried = path.some(
    ({ type, connectionId }) => type === "queued" || (type === "rang" && connectionId !== caller?.id),
  );
  if (isTried || cause === "no-answer" || cause === "rejected" || cause === "cancelled") return "missed";
  return call.establishedAt === undefined ? "failed" : "application";
}

/** Nothing but goodbyes came after the mailbox. */
function endsInMailbox(path: Steps): boolean {
  const last = path.findLast(({ type }) => type !== "left" && type !== "cleared");
  return last?.type === "application" && mailboxes.has(last.to ?? "");
}

/** Ringing at those who were called, until one answers; of a call that came to nobody, at the one for whom it was made. */
function ringing(path: Steps, callerId: string | undefined, until: string): Interval[] {
  const rings = path.filter(({ type }) => type === "rang");
  const called = rings.filter(({ connectionId }) => connectionId !== callerId);
  const end = Date.parse(until);
  return (called.length > 0 ? called : rings).map(({ at, endedAt }) => {
    const [from, to] = interval(at, endedAt ?? until);
    return [from, Math.min(to, end)];
  });
}

function stretches(path: Steps, types: readonly CallStep["type"][], end: string): Interval[] {
  return path.filter(({ type }) => types.includes(type)).map(({ at, endedAt }) => interval(at, endedAt ?? end));
}

function interval(from: string, to: string): Interval {
  return [Date.parse(from), Date.parse(to)];
}

/** Numbers and names that became known later than the step. */
function named(steps: Steps, cleared: readonly ClearedConnection[]): CallStep[] {
  const known = new Map(cleared.map((connection) => [connection.id, connection]));
  return steps.map((step) => {
    const connection = known.get(step.connectionId ?? "");
    if (connection === undefined || (step.number !== undefined && step.name !== undefined)) return { ...step };
    const { number, name } = connection;
    return { ...(number === undefined ? {} : { number }), ...(name === undefined ? {} : { name }), ...step };
  });
}

/** Who a step is about, for people: `1000 Kai`, `+4930123456`. */
export function whoOf(step: CallStep): string {
  const number = step.extension ?? step.number ?? step.device;
  return [number, step.name].filter((part) => part !== undefined && part !== "").join(" ");
}
