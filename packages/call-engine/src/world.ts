import { Bridges } from "./bridges.ts";
import { Calls } from "./calls.ts";
import type { Change, StateChange } from "./change.ts";
import type { Channel } from "./channel.ts";
import { Channels } from "./channels.ts";
import { ConferenceRooms } from "./conferences.ts";
import { isParty } from "./connections.ts";
import { LocalChannels } from "./local-channels.ts";
import { Membership } from "./membership.ts";
import { ParkingLots } from "./parking.ts";
import type { ChannelFacts } from "./pbx-event.ts";
import { Queues } from "./queues.ts";
import { States } from "./states.ts";

/** All that the engine knows of one PBX. What happens to it is in the files named after what happens. */
export class World {
  readonly channels: Channels = new Channels();
  readonly bridges: Bridges = new Bridges();
  readonly locals: LocalChannels = new LocalChannels();
  readonly calls: Calls;
  readonly membership: Membership;
  readonly queues: Queues = new Queues();
  readonly parkingLots: ParkingLots = new ParkingLots();
  readonly rooms: ConferenceRooms = new ConferenceRooms();
  readonly states: States = new States();
  /** Counts events. */
  serial = 0;
  /** Changes of what is no call, to be told with this event. */
  readonly stateChanges: StateChange[] = [];

  constructor(pbx: string, newId: () => string) {
    this.calls = new Calls(pbx, newId);
    this.membership = new Membership(this.calls);
  }

  /** Milliseconds since 1970; never goes back. */
  get at(): number {
    return this.calls.at;
  }

  /** The channel of these facts, up to date; undefined if it is gone already. A party without a call gets one. */
  see(facts: ChannelFacts): Channel | undefined {
    const seen = this.channels.see(facts, this.at, this.serial);
    if (seen === undefined) return undefined;
    const { channel } = seen;
    if (seen.isNew && channel.name.startsWith("Local/")) this.locals.add(channel);
    if (seen.changed) this.touch(channel);
    return channel;
  }

  /** Something of this channel is to be told. */
  touch(channel: Channel): void {
    if (channel.call !== undefined) this.calls.touch(channel.call);
    else if (isParty(channel)) this.placeByLinkedid(channel);
  }

  /** The channel has no call, and nothing says yet with whom it belongs, but its linkedid may. */
  placeByLinkedid(channel: Channel): void {
    const isFirst = channel.linkedid === channel.id && !channel.isDialled;
    this.membership.place(channel, isFirst ? [] : this.channels.callsOf(channel.linkedid));
  }

  /** What is to be told since the last time. */
  tell(cause: "normal" | "snapshot"): Change[] {
    const changes: Change[] = this.calls.tell(cause);
    if (this.stateChanges.length > 0) changes.push(...this.stateChanges.splice(0));
    return changes;
  }
}
