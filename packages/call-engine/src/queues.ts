import type { Channel } from "./channel.ts";
import { kept } from "./kept-text.ts";
import type { Queue, QueueMember } from "./model.ts";
import type { PbxEvent, QueueMemberFacts } from "./pbx-event.ts";
import type { World } from "./world.ts";

interface QueueRecord {
  readonly name: string;
  /** In the order of their position, 1 first. */
  readonly waiting: Channel[];
  readonly members: Map<string, QueueMember>;
}

type QueueEvent = Extract<PbxEvent, { readonly type: `queue-${string}` }>;

/**
 * Who waits in which queue, and its members.
 *
 * Invariants: a channel waits in one queue at most, and `channel.queue` says where; positions are 1, 2, 3…, for Asterisk tells them only
 * to the one who comes or goes, and the others move up.
 */
export class Queues {
  readonly #byName = new Map<string, QueueRecord>();

  /** All queues that somebody waits in, or that have members. */
  list(): Queue[] {
    return [...this.#byName.values()].map((queue) => viewOf(queue));
  }

  get(name: string): Queue | undefined {
    const queue = this.#byName.get(name);
    return queue === undefined ? undefined : viewOf(queue);
  }

  on(event: QueueEvent, world: World): void {
    switch (event.type) {
      case "queue-joined": {
        const channel = world.see(event.channel);
        if (channel !== undefined) this.join(channel, event.queue, event.position, world);
        return;
      }
      case "queue-left": {
        const channel = world.see(event.channel);
        if (channel === undefined) return;
        if (event.abandoned) channel.failure = "abandoned";
        if (channel.queue?.name === event.queue) this.forget(channel, world);
        return;
      }
      case "queue-agent":
        onAgent(event, world);
        return;
      case "queue-member":
        this.setMember(event.member, world, event.added);
        return;
      case "queue-member-removed": {
        const queue = this.#byName.get(event.queue);
        if (queue?.members.delete(event.interface) === true) this.#tell(queue, world);
        return;
      }
    }
  }

  /** A channel waits from now on, or `joinedAt`. */
  join(channel: Channel, name: string, position: number, world: World, joinedAt: number = world.at): void {
    if (channel.queue?.name === name) return;
    this.forget(channel, world);
    const queue = this.#queue(name);
    const known = channel.call?.queue;
    const isKnown = known?.name === name && known.position !== undefined;
    const index = Math.min(Math.max(Math.trunc(position) - 1, 0), queue.waiting.length);
    channel.queue = { name: queue.name, position: index + 1, joinedAt: isKnown ? known.joinedAt : joinedAt };
    queue.waiting.splice(index, 0, channel);
    if (channel.call !== undefined && !isKnown) {
      world.membership.settle(channel);
      channel.call.queue = { name: queue.name, joinedAt, position: index + 1 };
      if (!channel.isPlumbing)
        channel.call.notes.push({ type: "queued", cause: "queue", connectionId: channel.id, queue: queue.name });
    }
    world.touch(channel);
    renumber(queue, index, world);
    this.#tell(queue, world);
  }

  /** A channel waits no more. */
  forget(channel: Channel, world: World): void {
    const place = channel.queue;
    if (place === undefined) return;
    channel.queue = undefined;
    const queue = this.#queue(place.name);
    const index = queue.waiting.indexOf(channel);
    if (index !== -1) queue.waiting.splice(index, 1);
    const { call } = channel;
    if (call?.queue?.name === place.name) {
      const { position: _position, ...rest } = call.queue;
      call.queue = { ...rest, leftAt: world.at };
    }
    world.touch(channel);
    renumber(queue, Math.max(index, 0), world);
    this.#tell(queue, world);
  }

  /** One goes on waiting in the place of another. */
  takeOver(channel: Channel, heir: Channel, world: World): void {
    if (channel.queue === undefined) return;
    const queue = this.#queue(channel.queue.name);
    const index = queue.waiting.indexOf(channel);
    this.forget(heir, world);
    heir.queue = channel.queue;
    channel.queue = undefined;
    if (index !== -1) queue.waiting[index] = heir;
    world.touch(heir);
    this.#tell(queue, world);
  }

  /** A member is so; `added`: since now. */
  setMember(facts: QueueMemberFacts, world: World, added = false): void {
    const { queue: name, ...member } = facts;
    const queue = this.#queue(name);
    const before = queue.members.get(member.interface);
    if (before !== undefined && isSameMember(before, member)) return;
    queue.members.set(before?.interface ?? kept(member.interface), keptMember(member, before));
    this.#tell(queue, world, added ? member.interface : undefined);
  }

  /** These are all members there are; a queue that is not named has none. */
  setMembers(members: readonly QueueMemberFacts[], world: World): void {
    const known = new Set(members.map(({ queue, interface: its }) => `${queue}\n${its}`));
    for (const queue of this.#byName.values()) {
      const before = queue.members.size;
      for (const its of queue.members.keys()) if (!known.has(`${queue.name}\n${its}`)) queue.members.delete(its);
      if (queue.members.size !== before) this.#tell(queue, world);
    }
    for (const member of members) this.setMember(member, world);
  }

  #queue(name: string): QueueRecord {
    let queue = this.#byName.get(name);
    if (queue === undefined) {
      queue = { name: kept(name), waiting: [], members: new Map() };
      this.#byName.set(queue.name, queue);
    }
    return queue;
  }

  #tell(queue: QueueRecord, world: World, loggedIn?: string): void {
    if (queue.waiting.length === 0 && queue.members.size === 0) this.#byName.delete(queue.name);
    world.stateChanges.push({
      type: "queue-changed",
      queue: viewOf(queue),
      ...(loggedIn === undefined ? {} : { loggedIn }),
    });
  }
}

function renumber(queue: QueueRecord, from: number, world: World): void {
  for (let index = from; index < queue.waiting.length; index++) {
    const channel = queue.waiting[index];
    if (channel?.queue === undefined || channel.queue.position === index + 1) continue;
    channel.queue.position = index + 1;
    if (channel.call?.queue !== undefined) channel.call.queue = { ...channel.call.queue, position: index + 1 };
    world.touch(channel);
  }
}

function onAgent(event: Extract<QueueEvent, { readonly type: "queue-agent" }>, world: World): void {
  world.see(event.caller);
  const agent = event.agent === undefined ? undefined : world.see(event.agent);
  if (agent === undefined) return;
  if (event.event === "called") agent.isAgent = true;
  for (const leg of [agent, ...(agent.half?.dialled ?? [])]) {
    if (event.event === "no-answer" && leg.answeredAt === undefined) leg.failure = "no-answer";
    if (event.event !== "called" || leg.role !== "called") continue;
    leg.role = "agent";
    world.touch(leg);
  }
}

function isSameMember(one: QueueMember, other: QueueMember): boolean {
  return (
    one.status === other.status &&
    one.paused === other.paused &&
    one.callsTaken === other.callsTaken &&
    one.penalty === other.penalty &&
    one.pausedReason === other.pausedReason &&
    one.name === other.name &&
    one.stateInterface === other.stateInterface
  );
}

function keptMember(member: QueueMember, before: QueueMember | undefined): QueueMember {
  const { stateInterface, pausedReason } = member;
  return {
    ...member,
    interface: before?.interface ?? kept(member.interface),
    name: before?.name === member.name ? before.name : kept(member.name),
    ...(stateInterface === undefined ? {} : { stateInterface: kept(stateInterface) }),
    ...(pausedReason === undefined ? {} : { pausedReason: kept(pausedReason) }),
  };
}

function viewOf(queue: QueueRecord): Queue {
  return {
    name: queue.name,
    callers: queue.waiting.map(({ id, queue: place }) => ({
      channelId: id,
      position: place?.position ?? 0,
      joinedAt: place?.joinedAt ?? 0,
    })),
    members: [...queue.members.values()],
  };
}
