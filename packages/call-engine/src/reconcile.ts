import { onChannelGone } from "./channel-events.ts";
import type { Channel } from "./channel.ts";
import { componentOf } from "./components.ts";
import { isParty, isService } from "./connections.ts";
import { forgetDials } from "./dials.ts";
import { inferDials, isLegApplication } from "./infer-dials.ts";
import { kept } from "./kept-text.ts";
import type { PbxSnapshot, SnapshotChannel } from "./snapshot.ts";
import type { World } from "./world.ts";

/**
 * Brings the world to what a snapshot says: all facts first, and only then what they mean, so that a party that has moved is seen to move.
 *
 * Invariants: afterwards the channels are those of the snapshot, and those that events have told of since `mark`; an id that is gone does
 * not come back; a snapshot that says what is known changes nothing.
 */
export function reconcile(world: World, snapshot: PbxSnapshot, mark: number): void {
  const listed = new Map<string, SnapshotChannel>();
  for (const facts of snapshot.channels) if (!world.channels.isGone(facts.id)) listed.set(facts.id, facts);
  const lost = [...world.channels.values()].filter((one) => !listed.has(one.id) && one.touched <= mark);
  for (const channel of lost) {
    world.bridges.leave(channel, world.at);
    forgetDials(channel);
    world.locals.remove(channel);
  }
  world.calls.settled = true;
  try {
    const found = takeChannels(world, listed, mark);
    takeBridges(world, snapshot, found, mark);
    inferDials([...found.keys()]);
    for (const channel of byAge(found.keys())) join(world, channel, mark);
    takePlaces(world, snapshot, mark);
    for (const channel of lost) onChannelGone(world, channel, 0, "lost");
  } finally {
    world.calls.settled = false;
  }
  for (const event of snapshot.states ?? []) {
    const change = world.states.on(event);
    if (change !== undefined) world.stateChanges.push(change);
  }
}

function takeChannels(
  world: World,
  listed: ReadonlyMap<string, SnapshotChannel>,
  mark: number,
): Map<Channel, SnapshotChannel> {
  const found = new Map<Channel, SnapshotChannel>();
  for (const facts of listed.values()) {
    const known = world.channels.get(facts.id);
    if (known !== undefined && known.touched > mark) {
      found.set(known, facts);
      continue;
    }
    const at = known === undefined ? world.at - Math.max(0, facts.duration) * 1000 : world.at;
    const seen = world.channels.see(facts, at, mark);
    if (seen === undefined) continue;
    const { channel } = seen;
    if (seen.isNew) world.locals.add(channel);
    if (channel.application !== facts.application) {
      channel.application = kept(facts.application);
      channel.hasBeenBridged = false;
    }
    if (isLegApplication(facts.application)) {
      channel.isDialled = true;
      channel.isRung = true;
    }
    if (isService(facts.application)) channel.released = false;
    if (channel.call !== undefined) world.calls.touch(channel.call);
    found.set(channel, facts);
  }
  return found;
}

function takeBridges(
  world: World,
  snapshot: PbxSnapshot,
  found: ReadonlyMap<Channel, SnapshotChannel>,
  mark: number,
): void {
  const bridges = new Map(snapshot.bridges?.map((bridge) => [bridge.id, bridge]));
  for (const [channel, { bridgeId }] of found) {
    if (channel.bridgeTouched > mark || channel.bridge?.id === bridgeId) continue;
    if (world.bridges.leave(channel, world.at)) channel.hearsMusic = false;
    if (bridgeId === undefined) continue;
    const bridge = bridges.get(bridgeId) ?? { id: bridgeId, kind: "", technology: "" };
    world.bridges.enter(bridge, channel, world.at);
  }
  // To be alone in a bridge is what a transfer leaves behind; to be there with another is life.
  for (const channel of found.keys()) if ((channel.bridge?.channels.size ?? 0) > 1) channel.released = false;
}

function join(world: World, channel: Channel, mark: number): void {
  if (channel.touched > mark && channel.call !== undefined) return;
  const isJoined = channel.bridge !== undefined || channel.half !== undefined || channel.dialler !== undefined;
  if (isJoined || (channel.dialled?.size ?? 0) > 0) {
    const component = [...componentOf(channel)];
    const isLoose = component.every(({ bridge, call }) => call === undefined && (bridge?.channels.size ?? 0) < 2);
    if (isLoose) world.placeByLinkedid(channel);
    world.membership.settle(channel);
  }
  world.touch(channel);
}

function takePlaces(world: World, snapshot: PbxSnapshot, mark: number): void {
  const { queueCallers, queueMembers, parked, participants } = snapshot;
  const stale = (id: string): Channel | undefined => {
    const channel = world.channels.get(id);
    return channel !== undefined && channel.touched <= mark ? channel : undefined;
  };
  if (queueCallers !== undefined) {
    const waiting = new Set(queueCallers.map(({ queue, channelId }) => `${queue}\n${channelId}`));
    for (const { name, callers } of world.queues.list())
      for (const { channelId } of callers) {
        const channel = waiting.has(`${name}\n${channelId}`) ? undefined : stale(channelId);
        if (channel !== undefined) world.queues.forget(channel, world);
      }
    for (const { queue, channelId, position, wait } of queueCallers) {
      const channel = stale(channelId);
      if (channel !== undefined) world.queues.join(channel, queue, position, world, world.at - wait * 1000);
    }
  }
  if (queueMembers !== undefined) world.queues.setMembers(queueMembers, world);
  if (parked !== undefined) {
    const ids = new Set(parked.map(({ channelId }) => channelId));
    for (const { channelId } of world.parkingLots.list()) {
      const channel = ids.has(channelId) ? undefined : stale(channelId);
      if (channel !== undefined) world.parkingLots.forget(channel, world);
    }
    for (const { channelId, parking, duration } of parked) {
      const channel = stale(channelId);
      if (channel !== undefined) world.parkingLots.park(channel, parking, world, world.at - duration * 1000);
    }
  }
  if (participants === undefined) return;
  const inRooms = new Set(participants.map(({ room, channelId }) => `${room}\n${channelId}`));
  for (const { name, participants: known } of world.rooms.list())
    for (const { channelId } of known) {
      const channel = inRooms.has(`${name}\n${channelId}`) ? undefined : stale(channelId);
      if (channel !== undefined) world.rooms.forget(channel, world);
    }
  for (const { room, channelId, admin, muted, talking } of participants) {
    const channel = stale(channelId);
    if (channel === undefined) continue;
    world.rooms.join(channel, room, admin, muted, world);
    channel.talking = talking;
  }
}

function byAge(channels: Iterable<Channel>): Channel[] {
  return [...channels]
    .filter((one) => isParty(one) || one.half !== undefined)
    .toSorted((one, other) => one.startedAt - other.startedAt || compareIds(one.id, other.id));
}

/** Uniqueids are `epoch.sequence`; the sequence tells the age within a second. */
function compareIds(one: string, other: string): number {
  return Number(one.slice(one.lastIndexOf(".") + 1)) - Number(other.slice(other.lastIndexOf(".") + 1)) || 0;
}
