import type { Channel } from "./channel.ts";
import { kept } from "./kept-text.ts";
import type { ConferenceRoom } from "./model.ts";
import type { PbxEvent } from "./pbx-event.ts";
import type { World } from "./world.ts";

interface RoomRecord {
  readonly name: string;
  /** Who is in it, and whether as admin. */
  readonly participants: Map<Channel, boolean>;
  recording: boolean;
}

type ConferenceEvent = Extract<PbxEvent, { readonly type: `conference-${string}` | "talking" }>;

/**
 * ConfBridge's rooms.
 *
 * Invariants: a channel is in one room at most, and `channel.room` says which; a room is there while somebody is in it.
 */
export class ConferenceRooms {
  readonly #byName = new Map<string, RoomRecord>();

  list(): ConferenceRoom[] {
    return [...this.#byName.values()].map((room) => viewOf(room));
  }

  on(event: ConferenceEvent, world: World): void {
    switch (event.type) {
      case "conference-recording": {
        const room = this.#room(event.room);
        room.recording = event.recording;
        this.#tell(room, world);
        return;
      }
      case "conference-ended":
        for (const channel of this.#byName.get(event.room)?.participants.keys() ?? []) this.forget(channel, world);
        this.#byName.delete(event.room);
        return;
      default: {
        const channel = world.see(event.channel);
        if (channel !== undefined) this.#onChannel(event, channel, world);
      }
    }
  }

  /** A channel is in a room, or is so there now. */
  join(channel: Channel, name: string, admin: boolean, muted: boolean, world: World): void {
    const room = this.#room(name);
    if (channel.room === name && room.participants.get(channel) === admin && channel.muted === muted) return;
    if (channel.room !== name) this.forget(channel, world);
    this.#byName.set(room.name, room);
    channel.room = room.name;
    channel.muted = muted;
    room.participants.set(channel, admin);
    if (channel.bridge !== undefined) world.membership.settle(channel, { cause: "conferenced" });
    world.touch(channel);
    this.#tell(room, world);
  }

  /** A channel is in no room any more. */
  forget(channel: Channel, world: World): void {
    if (channel.room === undefined) return;
    const room = this.#room(channel.room);
    room.participants.delete(channel);
    channel.room = undefined;
    channel.muted = false;
    channel.talking = false;
    if (room.participants.size === 0) this.#byName.delete(room.name);
    world.touch(channel);
    this.#tell(room, world);
  }

  /** One is in a room in the place of another. */
  takeOver(channel: Channel, heir: Channel, world: World): void {
    const name = channel.room;
    if (name === undefined) return;
    const admin = this.#byName.get(name)?.participants.get(channel) ?? false;
    const { muted } = channel;
    this.forget(channel, world);
    this.join(heir, name, admin, muted, world);
  }

  #onChannel(
    event: Exclude<ConferenceEvent, { readonly type: "conference-recording" | "conference-ended" }>,
    channel: Channel,
    world: World,
  ): void {
    switch (event.type) {
      case "conference-joined":
        if (world.bridges.enter(event.bridge, channel, world.at)) channel.bridgeTouched = world.serial;
        this.join(channel, event.room, event.admin, event.muted, world);
        return;
      case "conference-left":
        if (channel.room === event.room) this.forget(channel, world);
        return;
      case "conference-muted":
        channel.muted = event.muted;
        break;
      case "talking":
        channel.talking = event.talking;
    }
    world.touch(channel);
    const room = channel.room === undefined ? undefined : this.#byName.get(channel.room);
    if (room !== undefined) this.#tell(room, world);
  }

  #room(name: string): RoomRecord {
    const known = this.#byName.get(name);
    if (known !== undefined) return known;
    const room = { name: kept(name), participants: new Map<Channel, boolean>(), recording: false };
    this.#byName.set(room.name, room);
    return room;
  }

  #tell(room: RoomRecord, world: World): void {
    world.stateChanges.push({ type: "conference-room-changed", room: viewOf(room) });
  }
}

function viewOf(room: RoomRecord): ConferenceRoom {
  return {
    name: room.name,
    participants: [...room.participants].map(([{ id, muted, talking }, admin]) => ({
      channelId: id,
      admin,
      muted,
      talking,
    })),
    recording: room.recording,
  };
}
