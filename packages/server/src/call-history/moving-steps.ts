import type { CallEvent, CallStep, Connection, ConnectionMove } from "@cordboard/sdk";
import {
  because,
  millisecondsBetween,
  partyOf,
  personOf,
  withChange,
  withoutLast,
  withStep,
  type Steps,
} from "./step-list.ts";

/** Parking by REFER is a transfer to the lot first; that far apart they are one thing. */
const parkingTakes = 2000;

/** `by` transfers this party to somebody; or a program joins two. */
export function withTransfer(event: Extract<CallEvent, { type: "transferred" }>, steps: Steps): Steps {
  const { call, cause, connections: moves, time, to, transferring } = event;
  const moved = movedParties(event.call.connections, moves);
  if (cause === "unparked") return withTaker(steps, moved);
  const by = transferring === undefined ? {} : { by: personOf(transferring) };
  const from = fromOtherCall(call.id, moves);
  if (call.conferenceRoom !== undefined && moved.length > 0) {
    let after = steps;
    for (const party of moved)
      after = withStep(after, {
        at: time,
        type: "conferenced",
        ...partyOf(party),
        ...by,
        to: call.conferenceRoom,
        ...because(cause),
        ...from,
      });
    return after;
  }
  const stayed = call.connections.filter((one) => one.id !== transferring?.id && !moved.includes(one));
  const subject = stayed.length === 1 && stayed[0] !== undefined ? partyOf(stayed[0]) : {};
  const queue = stayed.some(({ state }) => state === "queued") && call.queue?.position !== undefined && call.queue.name;
  const target = to ?? (queue || moved.map((one) => one.number ?? personOf(one)).join(", "));
  return withStep(steps, {
    at: time,
    type: "transferred",
    ...subject,
    ...by,
    ...(target === "" ? {} : { to: target }),
    ...(cause === "transferred" ? {} : because(cause)),
    ...from,
  });
}

/** Some become part of this call, in a room or by the key of a phone. */
export function withConference(event: Extract<CallEvent, { type: "conferenced" }>, before: Steps): Steps {
  const { call, conferencing, connections: moves, time } = event;
  const room = call.conferenceRoom;
  let steps = before;
  for (const party of movedParties(call.connections, moves)) {
    if (party.id === conferencing?.id) continue;
    steps = withStep(steps, {
      at: time,
      type: "conferenced",
      ...partyOf(party),
      ...(conferencing === undefined ? {} : { by: personOf(conferencing) }),
      ...(room === undefined ? {} : { to: room }),
      ...fromOtherCall(call.id, moves),
    });
  }
  return steps;
}

/** Whoever is in the room without a move was there first, or was sent there by a program. */
export function withRoom({ call, time, type }: CallEvent, before: Steps): Steps {
  const { conferenceRoom: room, connections } = call;
  if (room === undefined || type === "call-cleared") return before;
  let steps = before;
  for (const party of connections) {
    if (party.state !== "connected" || party.application !== undefined) continue;
    if (steps.some((step) => step.type === "conferenced" && step.connectionId === party.id && step.to === room))
      continue;
    steps = withStep(steps, { at: time, type: "conferenced", ...partyOf(party), to: room });
  }
  return steps;
}

/** Somebody else takes the call while it rings. */
export function withPickUp(event: Extract<CallEvent, { type: "diverted" }>, before: Steps): Steps {
  const { call, cause, connections: moves, from, time } = event;
  const ringing = before.findLastIndex(({ type, connectionId }) => type === "rang" && connectionId === from.id);
  let steps = withChange(before, ringing, { endedAt: time, ...because(cause) });
  for (const party of movedParties(call.connections, moves))
    steps = withStep(steps, {
      at: time,
      type: "answered",
      ...partyOf(party),
      ...because(cause),
      ...fromOtherCall(call.id, moves),
    });
  return steps;
}

export function withParking(event: Extract<CallEvent, { type: "parked" }>, steps: Steps): Steps {
  const { call, connection, time } = event;
  const last = steps.at(-1);
  const isOne = last?.type === "transferred" && last.fromCall === undefined && last.connectionId === connection.id;
  const sent = isOne && millisecondsBetween(last.at, time) <= parkingTakes ? last : undefined;
  const device = call.parked?.parker;
  const parker = [...call.connections, ...call.cleared].find((one) => one.device === device);
  const by = sent?.by ?? (parker === undefined ? device : personOf(parker));
  return withStep(sent === undefined ? steps : withoutLast(steps), {
    at: sent?.at ?? time,
    type: "parked",
    ...partyOf(connection),
    ...(by === undefined ? {} : { by }),
    ...(call.parked === undefined ? {} : { to: call.parked.space }),
  });
}

/** A parked call is taken; by whom is told next. */
export function withUnparking(event: Extract<CallEvent, { type: "retrieved" }>, steps: Steps): Steps {
  return withStep(steps, { at: event.time, type: "unparked", ...partyOf(event.connection) });
}

function withTaker(steps: Steps, [taker]: readonly Connection[]): Steps {
  const last = steps.findLastIndex(({ type }) => type === "unparked");
  return taker === undefined ? steps : withChange(steps, last, { by: personOf(taker) });
}

function movedParties(present: readonly Connection[], moves: readonly ConnectionMove[]): Connection[] {
  const ids = new Set(moves.map(({ to }) => to.connectionId));
  return present.filter(({ id }) => ids.has(id));
}

function fromOtherCall(id: string, [move]: readonly ConnectionMove[]): Pick<CallStep, "fromCall"> {
  return move === undefined || move.from.callId === id ? {} : { fromCall: move.from.callId };
}
