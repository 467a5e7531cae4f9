import type { BridgeFacts, ChannelFacts, PbxEvent } from "../pbx-event.ts";

interface Voice {
  readonly name: string;
  state: string;
  bridge: BridgeFacts | undefined;
  holds: boolean;
}

/** A stretch of time in which the same people heard each other. */
export interface Stretch {
  readonly who: string;
  readonly from: number;
  readonly to: number;
}

/**
 * Who heard whom, kept by hand out of a PBX's events and without any notion of a call: looked at whenever nothing is in motion.
 */
export class TalkTruth {
  readonly #voices = new Map<string, Voice>();
  readonly #open = new Map<string, number>();
  readonly #stretches: Stretch[] = [];

  apply(event: PbxEvent): void {
    for (const value of Object.values(event)) if (isChannel(value)) this.#see(value, event.type === "channel-gone");
    if (!("channel" in event)) return;
    const voice = this.#voices.get(event.channel.id);
    switch (event.type) {
      case "channel-gone":
        this.#voices.delete(event.channel.id);
        return;
      case "bridge-entered":
      case "conference-joined":
        if (voice !== undefined) voice.bridge = event.bridge;
        if (event.type === "bridge-entered" && event.swapped !== undefined) this.#leave(event.swapped, event.bridge);
        return;
      case "bridge-left":
        this.#leave(event.channel.id, event.bridge);
        return;
      case "held":
      case "retrieved":
      case "parked":
        if (voice !== undefined) voice.holds = event.type === "held";
        return;
      default:
    }
  }

  /** Nothing is in motion at this time. */
  look(at: number): void {
    const now = new Set(this.#groups());
    for (const [who, from] of this.#open) {
      if (now.has(who)) continue;
      this.#open.delete(who);
      this.#stretches.push({ who, from, to: at });
    }
    for (const who of now) if (!this.#open.has(who)) this.#open.set(who, at);
  }

  /** All stretches that are over. */
  get stretches(): readonly Stretch[] {
    return this.#stretches;
  }

  #see({ id, name, state }: ChannelFacts, isGone: boolean): void {
    const known = this.#voices.get(id);
    if (known === undefined && !isGone) this.#voices.set(id, { name, state, bridge: undefined, holds: false });
    else if (known !== undefined && known.state !== "up") known.state = state;
  }

  #leave(id: string, bridge: BridgeFacts): void {
    const voice = this.#voices.get(id);
    if (voice?.bridge?.id === bridge.id) voice.bridge = undefined;
  }

  /** Bridges that a Local channel joins sound as one. */
  #groups(): string[] {
    const rooms = new Map<string, Set<string>>();
    for (const [id, { bridge }] of this.#voices) {
      if (bridge === undefined || bridge.technology === "holding_bridge") continue;
      const room = rooms.get(bridge.id);
      if (room === undefined) rooms.set(bridge.id, new Set([id]));
      else room.add(id);
    }
    for (const [id, { name, bridge }] of this.#voices) {
      if (bridge === undefined || !name.endsWith(";1")) continue;
      const other = [...this.#voices].find(([, voice]) => voice.name === `${name.slice(0, -1)}2`);
      const [here, there] = [rooms.get(bridge.id), rooms.get(other?.[1].bridge?.id ?? "")];
      if (here === undefined || there === undefined || here === there || !here.has(id)) continue;
      for (const one of there) here.add(one);
      for (const [bridgeId, room] of rooms) if (room === there) rooms.set(bridgeId, here);
    }
    return [...new Set(rooms.values())]
      .map((room) => [...room].filter((id) => this.#speaks(id)).toSorted())
      .filter((group) => group.length > 1)
      .map((group) => group.join());
  }

  #speaks(id: string): boolean {
    const voice = this.#voices.get(id);
    return voice !== undefined && voice.state === "up" && !voice.holds && !voice.name.startsWith("Local/");
  }
}

function isChannel(value: unknown): value is ChannelFacts {
  return typeof value === "object" && value !== null && "linkedid" in value;
}
