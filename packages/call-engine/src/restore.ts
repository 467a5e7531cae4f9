import { CallRecord } from "./call-record.ts";
import { isFailure } from "./causes.ts";
import type { Channel } from "./channel.ts";
import type { Call, Connection } from "./model.ts";
import type { ChannelState } from "./pbx-event.ts";
import type { World } from "./world.ts";

/** Makes records of calls that were told in an earlier life. Calls that are over are left out. */
export function restoreCalls(world: World, calls: Iterable<Call>): void {
  for (const call of calls) {
    if (call.clearedAt !== undefined || world.calls.record(call.id) !== undefined) continue;
    const record = new CallRecord(call.id, world.calls.nextSequence(), call.startedAt);
    record.view = call;
    record.establishedAt = call.establishedAt;
    record.dialled = call.dialled;
    record.queue = call.queue;
    record.lastRoom = call.conferenceRoom;
    record.consults = call.consults;
    record.cleared = call.cleared;
    record.userData = call.userData;
    record.ledger.restore(call.talks);
    for (const connection of call.connections) restoreConnection(world, record, connection);
    if (record.establishedAt === undefined)
      record.failure = call.cleared.findLast(({ cause }) => isFailure(cause))?.cause;
    restoreMusic(record);
    if (record.channels.size > 0) world.calls.adopt(record);
    for (const connection of call.cleared)
      if (connection.cause === "transferred" || connection.cause === "parked") restoreLeaving(world, connection);
  }
}

function restoreConnection(world: World, record: CallRecord, connection: Connection): void {
  record.published.set(connection.id, connection);
  record.hasRung ||= connection.role !== "caller";
  if (connection.channel === undefined) {
    record.phantoms.set(connection.id, connection);
    return;
  }
  const channel = restoreChannel(world, connection);
  if (channel === undefined) return;
  channel.call = record;
  channel.role = connection.role;
  channel.isDialled = connection.role !== "caller" || isMadeFor(connection, record);
  channel.isRung = channel.isDialled;
  channel.isRestored = true;
  channel.ownNumber = connection.number;
  channel.ownName = connection.name;
  channel.answeredAt = connection.answeredAt;
  if (connection.state === "hold") channel.heldBy = connection.heldBy ?? "phone";
  channel.muted = connection.muted ?? false;
  channel.talking = connection.talking ?? false;
  record.channels.add(channel);
}

/** A program rang it, and calls for it: it rings, or is connected while the call is not established. */
function isMadeFor({ answeredAt, state }: Connection, { establishedAt }: CallRecord): boolean {
  return state === "alerting" || state === "null" || (answeredAt !== undefined && establishedAt === undefined);
}

/** Of two, one of whom holds, the other hears music. */
function restoreMusic({ channels }: CallRecord): void {
  if (channels.size !== 2) return;
  const [one, other] = channels;
  if (one === undefined || other === undefined) return;
  one.hearsMusic = other.heldBy !== undefined;
  other.hearsMusic = one.heldBy !== undefined;
}

/** It was put out of its call, and may not be hung up yet. */
function restoreLeaving(world: World, connection: Connection): void {
  const channel = restoreChannel(world, connection);
  if (channel !== undefined) channel.released = true;
}

function restoreChannel(world: World, connection: Connection): Channel | undefined {
  const facts = {
    id: connection.id,
    name: connection.channel ?? connection.device,
    linkedid: connection.id,
    state: channelStateOf(connection),
    ...(connection.number === undefined ? {} : { number: connection.number }),
    ...(connection.name === undefined ? {} : { callerName: connection.name }),
  };
  const seen = world.channels.see(facts, connection.startedAt, 0);
  return seen?.isNew === true ? seen.channel : undefined;
}

function channelStateOf({ state, answeredAt }: Connection): ChannelState {
  if (answeredAt !== undefined) return "up";
  if (state === "alerting") return "ringing";
  if (state === "fail") return "busy";
  return state === "initiated" ? "ring" : "down";
}
