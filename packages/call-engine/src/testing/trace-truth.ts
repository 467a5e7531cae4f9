import type { BridgeFacts, ChannelFacts, PbxEvent } from "../pbx-event.ts";
import type { PbxSnapshot, SnapshotParked, SnapshotParticipant } from "../snapshot.ts";

interface TrueChannel {
  facts: ChannelFacts;
  application: string;
  bridge?: BridgeFacts;
}

/** Every channel an event shows. */
function channelsIn(event: PbxEvent): ChannelFacts[] {
  return Object.values(event).filter(
    (value): value is ChannelFacts => typeof value === "object" && value !== null && "linkedid" in value,
  );
}

/** What a PBX would list if it were asked at any moment, kept by hand out of its events: no cleverness, just facts. */
export class TraceTruth {
  readonly #channels = new Map<string, TrueChannel>();
  readonly #gone = new Set<string>();
  readonly #queues = new Map<string, string[]>();
  readonly #parked = new Map<string, SnapshotParked>();
  readonly #participants = new Map<string, SnapshotParticipant>();

  apply(event: PbxEvent): void {
    for (const facts of channelsIn(event)) {
      const known = this.#channels.get(facts.id);
      if (known !== undefined) known.facts = laterOf(known.facts, facts);
      else if (!this.#gone.has(facts.id)) this.#channels.set(facts.id, { facts, application: "" });
    }
    this.#applyPlace(event);
    switch (event.type) {
      case "application": {
        const channel = this.#channels.get(event.channel.id);
        if (channel !== undefined) channel.application = event.application;
        return;
      }
      case "bridge-entered":
      case "conference-joined": {
        const channel = this.#channels.get(event.channel.id);
        if (channel !== undefined) channel.bridge = event.bridge;
        if (event.type === "bridge-entered" && event.swapped !== undefined) {
          const swapped = this.#channels.get(event.swapped);
          if (swapped?.bridge?.id === event.bridge.id) delete swapped.bridge;
        }
        return;
      }
      case "bridge-left": {
        const channel = this.#channels.get(event.channel.id);
        if (channel?.bridge?.id === event.bridge.id) delete channel.bridge;
        return;
      }
      case "channel-gone":
        this.#channels.delete(event.channel.id);
        this.#gone.add(event.channel.id);
        this.#parked.delete(event.channel.id);
        this.#participants.delete(event.channel.id);
        for (const waiting of this.#queues.values()) remove(waiting, event.channel.id);
        return;
      case "pbx-down":
        this.#channels.clear();
        this.#queues.clear();
        this.#parked.clear();
        this.#participants.clear();
        return;
      default:
    }
  }

  snapshot(): PbxSnapshot {
    const bridges = new Map<string, BridgeFacts>();
    for (const { bridge } of this.#channels.values()) if (bridge !== undefined) bridges.set(bridge.id, bridge);
    return {
      channels: [...this.#channels.values()].map(({ facts, application, bridge }) => ({
        ...facts,
        application,
        duration: 0,
        ...(bridge === undefined ? {} : { bridgeId: bridge.id }),
      })),
      bridges: [...bridges.values()],
      queueCallers: [...this.#queues].flatMap(([queue, ids]) =>
        ids.map((channelId, index) => ({ queue, channelId, position: index + 1, wait: 0 })),
      ),
      parked: [...this.#parked.values()],
      participants: [...this.#participants.values()],
    };
  }

  #applyPlace(event: PbxEvent): void {
    switch (event.type) {
      case "queue-joined": {
        const waiting = this.#queues.get(event.queue) ?? [];
        this.#queues.set(event.queue, waiting);
        if (!waiting.includes(event.channel.id)) waiting.splice(event.position - 1, 0, event.channel.id);
        return;
      }
      case "queue-left":
        remove(this.#queues.get(event.queue) ?? [], event.channel.id);
        return;
      case "attended-transfer": {
        const [server, heir] =
          event.transferee === undefined ? [event.first, event.target] : [event.second, event.transferee];
        if (event.destination !== "application" || heir === undefined) return;
        for (const waiting of this.#queues.values()) {
          const index = waiting.indexOf(server.id);
          if (index !== -1) waiting[index] = heir.id;
        }
        return;
      }
      case "parked":
        for (const { channelId, parking } of this.#parked.values())
          if (parking.lot === event.parking.lot && parking.space === event.parking.space)
            this.#parked.delete(channelId);
        this.#parked.set(event.channel.id, { channelId: event.channel.id, parking: event.parking, duration: 0 });
        return;
      case "unparked":
        this.#parked.delete(event.channel.id);
        return;
      case "conference-joined": {
        const { room, muted, admin } = event;
        this.#participants.set(event.channel.id, { room, channelId: event.channel.id, admin, muted, talking: false });
        return;
      }
      case "conference-left":
        this.#participants.delete(event.channel.id);
        return;
      case "conference-muted":
      case "talking": {
        const known = this.#participants.get(event.channel.id);
        const now = event.type === "talking" ? { talking: event.talking } : { muted: event.muted };
        if (known !== undefined) this.#participants.set(event.channel.id, { ...known, ...now });
        return;
      }
      default:
    }
  }
}

/** Some events show an older state of a channel than one before them. */
function laterOf(known: ChannelFacts, facts: ChannelFacts): ChannelFacts {
  return known.state === "up" ? { ...facts, state: "up" } : facts;
}

function remove(list: string[], item: string): void {
  const index = list.indexOf(item);
  if (index !== -1) list.splice(index, 1);
}
