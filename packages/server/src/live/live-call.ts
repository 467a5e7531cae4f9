import type { Call, Connection } from "@cordboard/pbx";
import type { LiveCall, LiveParty, PartyState } from "./live-types.ts";
import { listed, nameOf, numberOf, shortLabel } from "./who.ts";
import type { Names } from "./who.ts";
import { ordinal, servedBy } from "./words.ts";

/** What a call is shown with besides itself. */
export interface CallSurroundings {
  readonly names: Names;
  /** When it became as it is now, milliseconds since 1970. */
  readonly at: number;
  /** How it was shown before: a party's time is that of its state. */
  readonly before?: LiveCall | undefined;
  /** The call that waits for this one. */
  readonly held?: Call | undefined;
  /** The call in which one who holds this one talks meanwhile, by device. */
  readonly meanwhile?: ReadonlyMap<string, Call> | undefined;
}

/** One call, as people see it. */
export function liveCall(call: Call, surroundings: CallSurroundings): LiveCall {
  const { names, held } = surroundings;
  const parties = call.connections.map((one) => toParty(one, call, surroundings));
  const note = held === undefined ? undefined : consultationNote(call, held, names);
  return {
    id: call.id,
    pbx: call.pbx,
    title: titleOf(call, names),
    state: callState(parties),
    ...(held === undefined ? {} : { consults: held.id }),
    ...(note === undefined ? {} : { note }),
    since: call.startedAt,
    parties: parties.toSorted((one, other) => Number(one.called) - Number(other.called)),
  };
}

/** Who calls whom, or whoever is there, in one line: `Kai 1000 → Ping 1002`. */
export function titleOf(call: Call, names: Names): string {
  const labels = (those: readonly Connection[]): string => listed(those.map((one) => shortLabel(one, names)));
  // Of a call that is over, those who were in it.
  const all = call.connections.length > 0 ? call.connections : call.cleared;
  if (call.conferenceRoom !== undefined) return `Conference ${call.conferenceRoom}: ${labels(all)}`;
  const callers = all.filter(({ role }) => role === "caller");
  const called = all.filter(({ role }) => role !== "caller");
  const answered = called.filter(({ answeredAt }) => answeredAt !== undefined);
  const others = answered.length > 0 ? answered : called;
  const [from, to] = [labels(callers), labels(others)];
  const isWaiting = call.queue?.position !== undefined && answered.length === 0;
  if (isWaiting) return `${labels([...callers, ...others.filter(isPresent)])} → queue ${call.queue.name}`;
  if (call.parked !== undefined) return labels(all);
  if (from === "") return called.map((one) => shortLabel(one, names)).join(" – ") || (call.dialled ?? "");
  if (to !== "") return `${from} → ${to}`;
  if (callers.length > 1) return callers.map((one) => shortLabel(one, names)).join(" – ");
  return call.dialled === undefined || call.consults !== undefined ? from : `${from} → ${call.dialled}`;
}

/** The state that tells most about the whole: a call in which two talk is a talk, although a third one rings. */
const STATE_ORDER: readonly PartyState[] = [
  "conference",
  "held",
  "parked",
  "talking",
  "waiting",
  "ringing",
  "connected",
  "failed",
  "calling",
];

function callState(parties: readonly LiveParty[]): PartyState {
  return STATE_ORDER.find((state) => parties.some((party) => party.state === state)) ?? "calling";
}

function toParty(connection: Connection, call: Call, surroundings: CallSurroundings): LiveParty {
  const { names, before, at } = surroundings;
  const [state, stateText] = partyState(connection, call, surroundings);
  const known = before?.parties.find(({ id }) => id === connection.id);
  const since = known === undefined ? firstSince(connection, state, call) : known.state === state ? known.since : at;
  return {
    id: connection.id,
    device: connection.device,
    number: numberOf(connection, names),
    name: nameOf(connection, names),
    state,
    stateText,
    called: connection.role !== "caller",
    since,
  };
}

/** Asterisk tells no time of a hold: for one that is seen for the first time the answer has to do. */
function firstSince(connection: Connection, state: PartyState, call: Call): number {
  if (state === "parked" && call.parked !== undefined) return call.parked.parkedAt;
  if (state === "waiting" && call.queue?.position !== undefined) return call.queue.joinedAt;
  if (state === "ringing" || state === "calling") return connection.startedAt;
  return connection.answeredAt ?? connection.startedAt;
}

/** It has answered, and does not hold. */
function isPresent({ state }: Connection): boolean {
  return state === "connected";
}

function partyState(one: Connection, call: Call, { names, held, meanwhile }: CallSurroundings): [PartyState, string] {
  const others = call.connections.filter((other) => other !== one);
  const who = (those: readonly Connection[]): string => listed(those.map((other) => shortLabel(other, names)));
  switch (one.state) {
    case "null":
      return ["calling", "being called"];
    case "initiated":
      return ["calling", "calling"];
    case "alerting":
      return [
        "ringing",
        one.role === "agent" && call.queue !== undefined ? `ringing for ${call.queue.name}` : "ringing",
      ];
    case "fail":
      return ["failed", "not put through"];
    case "queued":
      return waitingState(call);
    case "hold": {
      const holds =
        call.conferenceRoom === undefined ? who(others.filter(isPresent)) : `conference ${call.conferenceRoom}`;
      const partners = meanwhile?.get(one.device)?.connections.filter((other) => other.device !== one.device) ?? [];
      const text = `holds ${holds === "" ? "the call" : holds}`;
      return ["held", partners.length === 0 ? text : `${text}, consults ${who(partners)}`];
    }
    case "connected":
      break;
  }
  const holding = held?.connections.some(({ device, state }) => device === one.device && state === "hold") ?? false;
  const [state, text] = connectedState(one, call, others, who);
  const theHeld = held?.connections.filter(({ device }) => device !== one.device) ?? [];
  return [state, holding && theHeld.length > 0 ? `${text}, holds ${who(theHeld)}` : text];
}

function waitingState({ parked, queue }: Call): [PartyState, string] {
  if (parked !== undefined) return ["parked", `parked on ${parked.space}`];
  if (queue === undefined) return ["waiting", "waiting"];
  return ["waiting", `waiting in ${queue.name}${queue.position === undefined ? "" : `, ${ordinal(queue.position)}`}`];
}

function connectedState(
  one: Connection,
  call: Call,
  others: readonly Connection[],
  who: (those: readonly Connection[]) => string,
): [PartyState, string] {
  if (call.conferenceRoom !== undefined) {
    const more = `${one.muted === true ? ", muted" : ""}${one.talking === true ? ", speaks" : ""}`;
    return ["conference", `in conference ${call.conferenceRoom}${more}`];
  }
  if (others.some(isPresent)) return ["talking", one.talking === true ? "talking, speaks" : "talking"];
  const holders = others.filter(({ state }) => state === "hold");
  if (holders.length > 0) return ["held", `held by ${who(holders)}`];
  const served = servedBy(one.application);
  if (served !== undefined) return ["connected", served];
  if (others.length === 0) return ["connected", "connected"];
  const last = call.cleared.at(-1);
  if (last?.cause === "transferred") return ["waiting", `transferred by ${who([last])}`];
  return ["waiting", "waits for an answer"];
}

function consultationNote(call: Call, held: Call, names: Names): string | undefined {
  const devices = new Set(call.connections.map(({ device }) => device));
  const waiting = held.connections.filter(({ device }) => !devices.has(device));
  return waiting.length === 0
    ? "consultation"
    : `consultation, ${listed(waiting.map((one) => shortLabel(one, names)))} on hold`;
}
