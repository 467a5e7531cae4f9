import type { CallEvent, CallStep, Connection } from "@cordboard/sdk";
import { withApplication } from "./application-steps.ts";
import { withEnd, withLeaving } from "./ending-steps.ts";
import { withConference, withParking, withPickUp, withRoom, withTransfer, withUnparking } from "./moving-steps.ts";
import {
  alreadySo,
  because,
  firstCalled,
  isOpen,
  over,
  partyOf,
  withChange,
  withStep,
  type Steps,
} from "./step-list.ts";

/**
 * The way of a call after one more of its events: one step for each thing that a person would tell of it. Pure; each event of a call goes
 * through it once, in order.
 */
export function stepsAfter(event: CallEvent, before: Steps): Steps {
  return withDialled(event, withRoom(event, withEvent(event, settled(event, before))));
}

function withEvent(event: CallEvent, steps: Steps): Steps {
  switch (event.type) {
    case "originated":
      return withBeginning(event, steps);
    case "delivered":
      return withRing(event, event.connection, steps);
    case "established":
      return withAnswer(event, steps);
    case "held":
      return withStep(steps, { at: event.time, type: "held", ...partyOf(event.connection) });
    case "retrieved":
      return event.cause === "unparked" ? withUnparking(event, steps) : steps;
    case "queued":
      return withQueue(event, event.connection, event.queue, steps);
    case "diverted":
      return event.cause === "picked-up" ? withPickUp(event, steps) : withForward(event, steps);
    case "parked":
      return withParking(event, steps);
    case "transferred":
      return waitingAsBefore(event, withTransfer(event, steps));
    case "conferenced":
      return withConference(event, steps);
    case "failed":
      return withFailure(event, steps);
    case "connection-cleared":
      return withLeaving(event, steps);
    case "call-cleared":
      return withEnd(event, steps);
    case "updated":
      return event.connection === undefined ? steps : withApplication(event, event.connection, steps);
    default:
      return steps;
  }
}

/** Ends what is over for parties that are still there: it rings no more, waits no more, holds no more. */
function settled(event: CallEvent, before: Steps): Steps {
  if (!before.some(isOpen)) return before;
  const { connections, cleared } = event.call;
  const present = new Map(connections.map((connection) => [connection.id, connection]));
  const gone = new Set(cleared.map(({ id }) => id));
  if ("connection" in event && event.connection !== undefined) gone.add(event.connection.id);
  const after: CallStep[] = [];
  for (const step of before) {
    const id = step.connectionId ?? "";
    const connection = present.get(id);
    if (!isOpen(step)) after.push(step);
    else if (connection !== undefined) {
      if (goesOn(step, connection)) after.push(step);
      else after.push(...over(step, event.time, whyOver(step, event)));
    } else if (gone.has(id) || step.type !== "rang") after.push(step);
    // What rang was taken for a party of this call for a moment, and is one of another.
  }
  return after;
}

function goesOn(step: CallStep, { state, application }: Connection): boolean {
  switch (step.type) {
    case "rang":
      return state === "alerting";
    case "queued":
    case "parked":
      return state === "queued";
    case "held":
      return state === "hold";
    default:
      return application !== undefined;
  }
}

function whyOver({ type, connectionId }: CallStep, { cause, call }: CallEvent): CallStep["cause"] {
  if (type === "parked") return cause === "park-timeout" ? cause : undefined;
  if (type !== "queued") return undefined;
  const isAnswered = call.connections.some(
    ({ id, role, state }) => id !== connectionId && role !== "caller" && (state === "connected" || state === "hold"),
  );
  return isAnswered ? undefined : "no-answer";
}

/** A call begins by dialling; one that a program makes begins by ringing at the one for whom it is made. */
function withBeginning(event: Extract<CallEvent, { type: "originated" }>, steps: Steps): Steps {
  const { connection, call, cause } = event;
  if (connection.role !== "caller" || connection.state === "null" || connection.state === "alerting") return steps;
  const why = call.consults === undefined ? cause : "consultation";
  return withStep(steps, { at: event.time, type: "dialled", ...partyOf(connection), ...because(why) });
}

/** The number may be known a moment later. Who consults by a feature code has dialled another one in the call before. */
function withDialled({ call }: CallEvent, steps: Steps): Steps {
  const dialled = call.consults === undefined ? call.dialled : firstCalled(steps);
  const index = dialled === undefined ? -1 : steps.findIndex(({ type }) => type === "dialled");
  if (dialled === undefined || index < 0 || steps[index]?.to !== undefined) return steps;
  return withChange(steps, index, { to: dialled });
}

/** A queue rings the same phones again and again: that is told once, and counted. */
function withRing(event: CallEvent, connection: Connection, steps: Steps): Steps {
  const again = indexOfLastTry(steps, connection.device, "rang");
  const before = steps[again];
  if (before?.endedAt === undefined)
    return withStep(steps, { at: event.time, type: "rang", ...partyOf(connection), ...alreadySo(event) });
  const { endedAt: _endedAt, cause: _cause, ...rest } = before;
  return steps.with(again, { ...rest, ...partyOf(connection), times: (before.times ?? 1) + 1 });
}

/** The step of the last time that this device was tried, if nothing but tries came after it. */
function indexOfLastTry(steps: Steps, device: string, type: "rang" | "failed"): number {
  for (let index = steps.length - 1; index >= 0; index--) {
    const step = steps[index];
    if (step === undefined || (step.type !== "rang" && step.type !== "failed")) return -1;
    if (step.type === type && step.device === device) return index;
  }
  return -1;
}

/** A caller is connected because somebody else has answered; one for whom a program calls answers himself. */
function withAnswer(event: Extract<CallEvent, { type: "established" }>, steps: Steps): Steps {
  const { connection, cause, time } = event;
  const hasRung = steps.some(({ type, connectionId }) => type === "rang" && connectionId === connection.id);
  const hasAnswered = steps.some(({ type, connectionId }) => type === "answered" && connectionId === connection.id);
  if (hasAnswered || (connection.role === "caller" && !hasRung)) return withApplication(event, connection, steps);
  return withStep(steps, { at: time, type: "answered", ...partyOf(connection), ...because(cause) });
}

function withQueue(event: CallEvent, connection: Connection, queue: string, steps: Steps): Steps {
  const isKnown = steps.some(
    (step) => step.type === "queued" && isOpen(step) && step.to === queue && step.connectionId === connection.id,
  );
  return isKnown ? steps : withStep(steps, { at: event.time, type: "queued", ...partyOf(connection), to: queue });
}

function withForward(event: Extract<CallEvent, { type: "diverted" }>, steps: Steps): Steps {
  const { from, to, cause, time } = event;
  return withStep(steps, {
    at: time,
    type: "diverted",
    ...partyOf(from),
    ...(to === undefined ? {} : { to }),
    ...because(cause),
  });
}

/** A party that comes with a transfer may ring or wait in a queue already. */
function waitingAsBefore(event: Extract<CallEvent, { type: "transferred" }>, before: Steps): Steps {
  let steps = before;
  const { connections, queue } = event.call;
  for (const connection of connections) {
    const isNew = event.connections.some(({ to }) => to.connectionId === connection.id);
    if (isNew && connection.state === "alerting") steps = withRing(event, connection, steps);
    if (queue !== undefined && queue.position !== undefined && connection.state === "queued")
      steps = withQueue(event, connection, queue.name, steps);
  }
  return steps;
}

/** Somebody could not be reached. Where it rang before, that step says why it stopped. */
function withFailure(event: Extract<CallEvent, { type: "failed" }>, steps: Steps): Steps {
  const { connection, cause, time } = event;
  const ringing = steps.findLastIndex(({ type, connectionId }) => type === "rang" && connectionId === connection.id);
  if (ringing >= 0) return withChange(steps, ringing, { endedAt: time, ...because(cause) });
  if (connection.role === "caller") return steps;
  const again = indexOfLastTry(steps, connection.device, "failed");
  if (again >= 0) return withChange(steps, again, { ...because(cause), times: (steps[again]?.times ?? 1) + 1 });
  return withStep(steps, { at: time, type: "failed", ...partyOf(connection), ...because(cause) });
}
