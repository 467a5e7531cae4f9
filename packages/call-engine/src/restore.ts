import { CallRecord } from "./call-record.ts";
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
    record.consults = call.consults;
    record.cleared = call.cleared;
    record.userData = call.userData;
    record.ledger.restore(call.talks);
    for (const connection of call.connections) restoreConnection(world, record, connection);
    if (record.channels.size > 0) world.calls.adopt(record);
  }
}

function restoreConnection(world: World, record: CallRecord, connection: Connection): void {
  record.published.set(connection.id, connection);
  record.hasRung ||= connection.role !== "caller";
  if (connection.channel === undefined) {
    record.phantoms.set(connection.id, connection);
    return;
  }
  const seen = world.channels.see(
    {
      id: connection.id,
      name: connection.channel,
      linkedid: connection.id,
      state: channelStateOf(connection),
      ...(connection.number === undefined ? {} : { number: connection.number }),
      ...(connection.name === undefined ? {} : { callerName: connection.name }),
    },
    connection.startedAt,
    0,
  );
  if (seen === undefined || !seen.isNew) return;
  const { channel } = seen;
  channel.call = record;
  channel.role = connection.role;
  channel.isDialled = connection.role !== "caller";
  channel.isRung = channel.isDialled;
  channel.answeredAt = connection.answeredAt;
  if (connection.state === "hold") channel.heldBy = connection.heldBy ?? "phone";
  channel.muted = connection.muted ?? false;
  channel.talking = connection.talking ?? false;
  record.channels.add(channel);
}

function channelStateOf({ state, answeredAt }: Connection): ChannelState {
  if (answeredAt !== undefined) return "up";
  if (state === "alerting") return "ringing";
  if (state === "fail") return "busy";
  return state === "initiated" ? "ring" : "down";
}
