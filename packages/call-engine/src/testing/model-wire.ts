import type { BridgeFacts, ChannelFacts, ChannelState, DialOutcome, PbxEvent } from "../pbx-event.ts";

/** One channel of the model. */
export interface ModelChannel {
  readonly id: string;
  readonly name: string;
  readonly number: string;
  linkedid: string;
  state: ChannelState;
  exten: string;
  bridge?: BridgeFacts;
}

/** Picks a number from 0 to below the limit. */
export type Choose = (limit: number) => number;

/** What the channels of a model say: the words of one story, in steps. */
export class ModelWire {
  /** What belongs together: between two steps nothing is in motion. */
  readonly steps: PbxEvent[][] = [];
  readonly #tag: number;
  readonly #choose: Choose;
  #made = 0;
  #step: PbxEvent[] = [];

  constructor(tag: number, choose: Choose) {
    this.#tag = tag;
    this.#choose = choose;
  }

  /** A number that was not used before. */
  next(): number {
    return ++this.#made;
  }

  channel(state: ChannelState, creator?: ModelChannel, name?: string): ModelChannel {
    const id = `1700000${this.#tag}.${this.next()}`;
    const number = `${this.#tag}${this.#made}`;
    const channel: ModelChannel = {
      id,
      name: name ?? `PJSIP/${number}-${this.#made}`,
      number,
      linkedid: creator?.linkedid ?? id,
      state,
      exten: `x${this.#made}`,
    };
    this.say({ type: "channel-new", channel: facts(channel) });
    return channel;
  }

  app(channel: ModelChannel, application: string): void {
    this.say({ type: "application", channel: facts(channel), application, data: "" });
  }

  change(channel: ModelChannel, state: ChannelState): void {
    channel.state = state;
    this.say({ type: "channel-changed", channel: facts(channel) });
  }

  up(channel: ModelChannel): void {
    if (channel.state === "up") return;
    const before = facts(channel);
    this.change(channel, "up");
    // A message that was made before, and comes after.
    if (this.#choose(6) === 0) this.say({ type: "channel-changed", channel: before });
  }

  dialEnd(caller: ModelChannel, destination: ModelChannel, outcome: DialOutcome): void {
    this.say({ type: "dial-ended", caller: facts(caller), destination: facts(destination), outcome });
  }

  newBridge(): BridgeFacts {
    return { id: `bridge${this.#tag}-${this.next()}`, kind: "basic", technology: "simple_bridge" };
  }

  bridge(...channels: readonly ModelChannel[]): void {
    const bridge = this.newBridge();
    for (const channel of channels) this.enter(channel, bridge);
    const oldest = channels.map(({ linkedid }) => linkedid).toSorted(byAge)[0];
    for (const channel of channels) if (oldest !== undefined) this.#relink(channel, oldest);
  }

  #relink(channel: ModelChannel, linkedid: string): void {
    if (channel.linkedid === linkedid) return;
    channel.linkedid = linkedid;
    this.say({ type: "channel-changed", channel: facts(channel) });
  }

  enter(channel: ModelChannel, bridge: BridgeFacts, swapped?: string): void {
    channel.bridge = bridge;
    this.say({
      type: "bridge-entered",
      bridge,
      channel: facts(channel),
      ...(swapped === undefined ? {} : { swapped }),
    });
  }

  leave(channel: ModelChannel): void {
    const { bridge } = channel;
    if (bridge === undefined) return;
    delete channel.bridge;
    this.say({ type: "bridge-left", bridge, channel: facts(channel) });
  }

  gone(channel: ModelChannel, cause = 16): void {
    this.leave(channel);
    this.say({ type: "channel-gone", channel: facts(channel), cause });
    // As Asterisk 22 does: a word of a channel after its end.
    if (this.#choose(4) === 0) this.say({ type: "channel-changed", channel: facts(channel) });
  }

  say(event: PbxEvent): void {
    this.#step.push(event);
  }

  end(): void {
    if (this.#step.length > 0) this.steps.push(this.#step);
    this.#step = [];
  }
}

/** The channel as the messages show it. */
export function facts({ id, name, number, linkedid, state, exten }: ModelChannel): ChannelFacts {
  return { id, name, linkedid, state, number, callerName: `N${number}`, context: "c", exten };
}

function byAge(one: string, other: string): number {
  return Number(one.slice(one.indexOf(".") + 1)) - Number(other.slice(other.indexOf(".") + 1));
}
