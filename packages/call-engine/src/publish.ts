import type { CallRecord } from "./call-record.ts";
import type { CallNote } from "./call-notes.ts";
import type { CallChange } from "./change.ts";
import { isFailure } from "./causes.ts";
import { connectionOf, isParty, isService } from "./connections.ts";
import type { Call, CallParking, CallQueue, Cause, ClearedConnection, Connection } from "./model.ts";

/** A change of a call, before the call after it is known. */
type Told = CallChange extends infer One ? (One extends CallChange ? Omit<One, "call"> : never) : never;

/** What telling needs to know besides the call. */
export interface Telling {
  readonly pbx: string;
  readonly at: number;
  /** The cause of what has none of its own: `normal`, or `snapshot`. */
  readonly cause: Cause;
}

/**
 * Compares a call with what was last told of it, and tells the differences.
 *
 * Invariants: nothing is told of a call before somebody has called or rings; its first change is `originated` and its last is `call-cleared`; each connection that was told is cleared once, or
 * moved; every change carries the call after all of them.
 */
export function publish(record: CallRecord, telling: Telling): readonly CallChange[] {
  if (record.ended) return [];
  let told: Told[] = [];
  /** Those that say nothing if another change shows the call. */
  const echoes: Told[] = [];
  record.ledger.update(record.channels, telling.at);
  const isOver = record.channels.size === 0;
  if (isOver) {
    record.phantoms.clear();
    record.ended = true;
  }
  const live = liveConnections(record);
  if (record.view === undefined && !hasBegun(record, live, telling.cause === "snapshot")) return [];
  const removed = removedConnections(record, live);
  const isFirst = record.view === undefined;
  if (!isFirst) tellNotes(record, live, told);
  for (const connection of callersFirst(record, live)) tellConnection(record, connection, told, echoes, telling.cause);
  if (isFirst) tellNotes(record, live, told);
  for (const connection of removed) tellRemoved(record, connection, told, telling.at);
  record.gone.clear();
  record.hungUp.clear();
  leaveQueue(record, telling.at);
  establish(record, telling.at);
  const view = viewOf(record, live, telling, isOver);
  const before = record.view;
  if (view === before && told.length === 0) return [];
  record.view = view;
  if (echoes.length > 0 && told.some(({ type }) => type !== "updated"))
    told = told.filter((one) => !echoes.includes(one));
  if (told.length === 0 && before !== undefined && !isOver && (begins(before, view) || !onlyTalksDiffer(before, view)))
    told.push({ type: "updated", cause: telling.cause });
  if (isOver && before !== undefined) {
    const merged = record.mergedInto === undefined ? {} : { mergedInto: record.mergedInto };
    told.push({ type: "call-cleared", cause: view.cause ?? "normal", ...merged });
  }
  return told.map((one) => ({ ...one, call: view }));
}

function liveConnections(record: CallRecord): readonly Connection[] {
  const live: Connection[] = [];
  for (const channel of record.channels)
    if (isParty(channel)) live.push(connectionOf(channel, record.published.get(channel.id)));
  for (const phantom of record.phantoms.values()) live.push(phantom);
  return live;
}

/**
 * Somebody called, or rings and it is known for whom. That may come a moment later: Ringing before DialBegin, and whoever consults by
 * feature code after the one he rings.
 */
function hasBegun(record: CallRecord, live: readonly Connection[], isAtRest: boolean): boolean {
  if (live.some(({ role }) => role === "caller")) return true;
  if (live.every(({ state }) => state === "null")) return false;
  if (isAtRest) return true;
  for (const { bridge, half, hasMaker, id, linkedid, name } of record.channels) {
    const isWaiting = half !== undefined && !hasMaker && linkedid !== id && name.endsWith(";1");
    if (isWaiting && (bridge?.channels.size ?? 0) < 2) return false;
  }
  return true;
}

/** Whoever called has begun the call, even if the one he rings was seen before him. */
function callersFirst(record: CallRecord, live: readonly Connection[]): readonly Connection[] {
  if (record.view !== undefined || record.published.size > 0) return live;
  return live.toSorted((one, other) => Number(other.role === "caller") - Number(one.role === "caller"));
}

function removedConnections(record: CallRecord, live: readonly Connection[]): readonly Connection[] {
  if (record.published.size === 0) return [];
  const ids = new Set(live.map(({ id }) => id));
  return [...record.published.values()].filter(({ id }) => !ids.has(id));
}

function tellNotes(record: CallRecord, live: readonly Connection[], told: Told[]): void {
  if (record.notes.length === 0) return;
  const { notes } = record;
  record.notes = [];
  for (const note of notes) tellNote(note, live, told);
}

function tellNote(note: CallNote, live: readonly Connection[], told: Told[]): void {
  if (note.type !== "queued" && note.type !== "parked") {
    told.push(note);
    return;
  }
  const { connectionId, ...rest } = note;
  const connection = live.find(({ id }) => id === connectionId);
  if (connection !== undefined) told.push({ ...rest, connection });
}

function tellConnection(record: CallRecord, connection: Connection, told: Told[], echoes: Told[], cause: Cause): void {
  const before = record.published.get(connection.id);
  if (before === connection) return;
  const isFirst = before === undefined && record.view === undefined && record.published.size === 0;
  record.published.set(connection.id, connection);
  record.hasRung ||= connection.role !== "caller";
  if (isFirst) {
    told.push({ type: "originated", connection, cause });
    if (connection.state === "initiated" || connection.state === "null" || record.consults !== undefined) return;
  }
  if (before?.state === connection.state) {
    if ((before.talking ?? false) !== (connection.talking ?? false)) told.push({ type: "talking", connection, cause });
    else echo({ type: "updated", connection, cause }, told, echoes);
    return;
  }
  if (before !== undefined && connection.state === "queued" && told.length > 0)
    echo({ type: "updated", connection, cause }, told, echoes);
  else tellState(record, before, connection, told, cause);
}

function echo(one: Told, told: Told[], echoes: Told[]): void {
  told.push(one);
  echoes.push(one);
}

function tellState(
  record: CallRecord,
  before: Connection | undefined,
  connection: Connection,
  told: Told[],
  cause: Cause,
): void {
  switch (connection.state) {
    case "alerting":
      told.push({ type: "delivered", connection, cause });
      return;
    case "hold":
      told.push({ type: "held", connection, cause });
      return;
    case "connected":
      if (before?.state === "hold") told.push({ type: "retrieved", connection, cause });
      else if (before?.state === "queued") tellOutOfQueue(record, connection, told, cause);
      else told.push({ type: "established", connection, cause });
      return;
    case "fail":
      told.push({ type: record.hasRung ? "updated" : "failed", connection, cause: record.failure ?? "failed" });
      return;
    default:
      told.push({ type: "updated", connection, cause });
  }
}

function tellOutOfQueue(record: CallRecord, connection: Connection, told: Told[], cause: Cause): void {
  const unparked = record.unparked;
  record.unparked = undefined;
  if (unparked === "retrieved") told.push({ type: "retrieved", connection, cause: "unparked" });
  else if (unparked !== undefined) told.push({ type: "updated", connection, cause: "park-timeout" });
  else told.push({ type: "updated", connection, cause: cause === "normal" ? whyOut(record, connection.id) : cause });
}

function tellRemoved(record: CallRecord, connection: Connection, told: Told[], at: number): void {
  record.published.delete(connection.id);
  const why = record.gone.get(connection.id) ?? "normal";
  record.gone.delete(connection.id);
  if (why === "misplaced") return;
  const cause = why === "moved" ? record.lastCause : why;
  if (connection.answeredAt !== undefined || record.establishedAt === undefined) record.lastCause = cause;
  const isUnanswered = connection.answeredAt === undefined && connection.state !== "fail";
  if (isUnanswered && isFailure(cause) && (connection.role !== "caller" || !record.hasRung))
    told.push({ type: "failed", connection, cause });
  const { heldBy: _heldBy, application: _application, talking: _talking, ...rest } = connection;
  const hungUp = record.hungUp.has(connection.id) ? { hungUp: true } : {};
  const cleared: ClearedConnection = { ...rest, state: "null", clearedAt: at, cause, ...hungUp };
  record.addCleared(cleared);
  if (why !== "moved") told.push({ type: "connection-cleared", connection: cleared, cause });
}

/** Why somebody waits in a queue no more: an agent has answered him, or the queue has given up; or he has. */
function whyOut(record: CallRecord, id: string): Cause {
  for (const channel of record.channels) if (channel.id === id && channel.hasHungUp) return "abandoned";
  return "queue";
}

/** Nobody of the call waits in its queue any more. */
function leaveQueue(record: CallRecord, at: number): void {
  const { queue } = record;
  if (queue?.position === undefined) return;
  for (const channel of record.channels) if (channel.queue?.name === queue.name) return;
  const { position: _position, ...rest } = queue;
  record.queue = { ...rest, leftAt: at };
}

/** Somebody has answered: a device or an application. That the one for whom a program calls has, is not enough. */
function establish(record: CallRecord, at: number): void {
  if (record.establishedAt !== undefined) return;
  let answered = 0;
  for (const channel of record.channels) {
    if (channel.answeredAt === undefined || !isParty(channel)) continue;
    answered++;
    const isMaker = record.consults !== undefined || (channel.role === "caller" && channel.isDialled);
    if (answered > 1 || !isMaker || isService(channel.application)) {
      record.establishedAt = at;
      return;
    }
  }
}

/** Whether somebody talks who did not. That others do not any more is told with the next change: they may go on in a moment. */
function begins(before: Call, after: Call): boolean {
  if (before.talks === after.talks) return false;
  return after.talks.some(
    ({ endedAt, startedAt, connections }) =>
      endedAt === undefined &&
      !before.talks.some((talk) => talk.startedAt === startedAt && talk.connections.join() === connections.join()),
  );
}

function onlyTalksDiffer(before: Call, after: Call): boolean {
  const { talks: _before, ...one } = before;
  const { talks: _after, ...other } = after;
  const keys = new Set([...Object.keys(one), ...Object.keys(other)]);
  return [...keys].every((key) =>
    key === "connections"
      ? sameConnections(one.connections, other.connections)
      : Reflect.get(one, key) === Reflect.get(other, key),
  );
}

function viewOf(record: CallRecord, live: readonly Connection[], telling: Telling, isOver: boolean): Call {
  const { view } = record;
  const { queue, parked, room = isOver ? record.lastRoom : undefined } = placesOf(record);
  record.lastRoom = room ?? record.lastRoom;
  const cause = isOver ? causeOfEnd(record) : undefined;
  // What its maker dialled was the call that waits.
  const dialled = record.consults === undefined ? record.dialled : undefined;
  if (
    view !== undefined &&
    !isOver &&
    view.cleared === record.cleared &&
    view.talks === record.ledger.talks &&
    view.queue === queue &&
    sameParking(view.parked, parked) &&
    view.conferenceRoom === room &&
    view.consults === record.consults &&
    view.establishedAt === record.establishedAt &&
    view.userData === record.userData &&
    view.dialled === dialled &&
    sameConnections(view.connections, live)
  )
    return view;
  return {
    id: record.id,
    pbx: telling.pbx,
    connections: view !== undefined && sameConnections(view.connections, live) ? view.connections : live,
    cleared: record.cleared,
    ...(dialled === undefined ? {} : { dialled }),
    ...(queue === undefined ? {} : { queue }),
    ...(room === undefined ? {} : { conferenceRoom: room }),
    ...(parked === undefined ? {} : { parked: sameParking(view?.parked, parked) ? (view?.parked ?? parked) : parked }),
    ...(record.consults === undefined ? {} : { consults: record.consults }),
    ...(cause === undefined ? {} : { cause }),
    startedAt: record.startedAt,
    ...(record.establishedAt === undefined ? {} : { establishedAt: record.establishedAt }),
    ...(isOver ? { clearedAt: telling.at } : {}),
    talks: record.ledger.talks,
    userData: record.userData,
  };
}

function placesOf(record: CallRecord): { queue?: CallQueue; parked?: CallParking; room?: string } {
  let parked: CallParking | undefined;
  let room: string | undefined;
  for (const { parking, room: itsRoom } of record.channels) {
    room ??= itsRoom;
    if (parking !== undefined && parked === undefined) {
      const { lot, space, parkedAt, parker } = parking;
      parked = { lot, space, parkedAt, ...(parker === undefined ? {} : { parker }) };
    }
  }
  return {
    ...(record.queue === undefined ? {} : { queue: record.queue }),
    ...(parked === undefined ? {} : { parked }),
    ...(room === undefined ? {} : { room }),
  };
}

/** Why it ended: merged, or what kept it from being answered, else the last hang-up. */
function causeOfEnd(record: CallRecord): Cause {
  if (record.mergedInto !== undefined || record.lastCause === "lost" || record.lastCause === "pbx-down")
    return record.lastCause;
  return record.establishedAt === undefined ? (record.failure ?? record.lastCause) : record.lastCause;
}

function sameParking(one: CallParking | undefined, other: CallParking | undefined): boolean {
  return one?.lot === other?.lot && one?.space === other?.space && one?.parkedAt === other?.parkedAt;
}

function sameConnections(one: readonly Connection[], other: readonly Connection[]): boolean {
  return one.length === other.length && one.every((connection, index) => connection === other[index]);
}
