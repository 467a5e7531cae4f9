import type { Call, ConferenceRoom, Extension, Mailbox, ParkedCall, Presence, Queue } from "@cordboard/sdk";
import type { CallEventBody } from "./event-body.ts";

/** Whom and what something concerns: what filters and the scope of a token ask. Stored with each event, so that a replay asks the same. */
export interface Audience {
  readonly calls: readonly string[];
  readonly extensions: readonly string[];
  readonly queues: readonly string[];
  /** It concerns all who may see the PBX. */
  readonly everyone?: true;
}

type Side = string | undefined;

/** Of what concerns a PBX as a whole. */
export const everyone: Audience = { calls: [], extensions: [], queues: [], everyone: true };

/** Of a call as it is: those who take part now. */
export function audienceOfCall(call: Call): Audience {
  return audience([call.id], presentIn(call), [call.queue?.name]);
}

/** The extension of a connection, which may be over, by the ids of call and connection. */
export type FindExtension = (callId: string, connectionId: string) => string | undefined;

/**
 * Of an event of a call: those who take part before or after it, and those whose connection it is about. The end of a call also concerns
 * those whose connection ended at or after the end of the last talk: all, if nobody talked.
 */
export function audienceOfCallEvent(event: CallEventBody, before: Call | undefined, find: FindExtension): Audience {
  const { call } = event;
  const extensions: Side[] = [...presentIn(call), ...(before === undefined ? [] : presentIn(before))];
  const calls: Side[] = [call.id];
  if ("connection" in event) extensions.push(event.connection?.extension);
  if (event.type === "diverted") extensions.push(event.from.extension);
  if (event.type === "transferred") extensions.push(event.transferring?.extension);
  if (event.type === "conferenced") extensions.push(event.conferencing?.extension);
  if ("connections" in event)
    for (const { from, to } of event.connections) {
      calls.push(from.callId, to.callId);
      extensions.push(find(from.callId, from.connectionId), find(to.callId, to.connectionId));
    }
  if (event.type === "call-cleared") {
    calls.push(event.mergedInto);
    extensions.push(...presentAtTheEnd(call));
  }
  return audience(calls, extensions, [call.queue?.name]);
}

/** Of a queue: its members and callers. `before` adds those who were. */
export function audienceOfQueue(queue: Queue, before?: Queue): Audience {
  const both = before === undefined ? [queue] : [queue, before];
  const callers = both.flatMap((one) => one.callers);
  const members = both.flatMap((one) => one.members);
  return audience(
    callers.map(({ callId }) => callId),
    [...members.map(({ extension }) => extension), ...callers.map(({ connection }) => connection?.extension)],
    [queue.name],
  );
}

/** Of a conference room: who is in it. `before` adds those who were. */
export function audienceOfRoom(room: ConferenceRoom, before?: ConferenceRoom): Audience {
  const participants = [...room.participants, ...(before?.participants ?? [])];
  return audience(
    participants.map(({ callId }) => callId),
    participants.map(({ connection }) => connection?.extension),
    [],
  );
}

/** Of a parked call: who is parked, and who gets it back, his extension being `parker`. */
export function audienceOfParked(parked: ParkedCall, parker: Side): Audience {
  return audience([parked.callId], [parked.connection?.extension, parker], []);
}

/** Of an extension. */
export function audienceOfExtension({ number, callIds }: Pick<Extension, "number" | "callIds">): Audience {
  return audience(callIds, [number], []);
}

/** Of what belongs to an extension, if it is known to which. */
export function audienceOfOwner({ extension }: Pick<Presence | Mailbox, "extension">): Audience {
  return audience([], [extension], []);
}

function presentIn(call: Call): Side[] {
  return call.connections.map(({ extension }) => extension);
}

function presentAtTheEnd(call: Call): Side[] {
  // Times of one form and zone: their order is that of their letters.
  const last = call.talks.reduce((latest, { endedAt = "" }) => (endedAt > latest ? endedAt : latest), "");
  return call.cleared.filter(({ clearedAt }) => clearedAt >= last).map(({ extension }) => extension);
}

function audience(calls: readonly Side[], extensions: readonly Side[], queues: readonly Side[]): Audience {
  return { calls: known(calls), extensions: known(extensions), queues: known(queues) };
}

function known(names: readonly Side[]): readonly string[] {
  const some = names.filter((name) => name !== undefined);
  return some.length < 2 ? some : [...new Set(some)];
}
