import type { CallRecord } from "./call-record.ts";
import { Channel } from "./channel.ts";
import { kept } from "./kept-text.ts";
import { Tombstones } from "./tombstones.ts";
import type { ChannelFacts } from "./pbx-event.ts";

/** What {@link Channels.see} found. */
export interface Seen {
  readonly channel: Channel;
  readonly isNew: boolean;
  /** A call could look different. */
  readonly changed: boolean;
}

/**
 * All channels of one PBX by Uniqueid.
 *
 * Invariant: an id that is gone never comes back, for some events of a channel arrive after its Hangup (seen on 22.10: NewCallerid).
 */
export class Channels {
  readonly #byId = new Map<string, Channel>();
  readonly #byLinkedid = new Map<string, Set<Channel>>();
  readonly #gone: Tombstones = new Tombstones(8192);

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Channel | undefined {
    return this.#byId.get(id);
  }

  values(): IterableIterator<Channel> {
    return this.#byId.values();
  }

  isGone(id: string): boolean {
    return this.#gone.has(id);
  }

  /** The channel of these facts, brought up to date; made if unknown, for we may have come late. Undefined if it is gone already. */
  see(facts: ChannelFacts, at: number, serial: number): Seen | undefined {
    const known = this.#byId.get(facts.id);
    if (known !== undefined) {
      known.touched = serial;
      const { linkedid } = known;
      const changed = known.take(facts, at);
      if (linkedid !== known.linkedid) this.#relink(known, linkedid);
      return { channel: known, isNew: false, changed };
    }
    if (facts.id === "" || facts.name === "" || this.#gone.has(facts.id)) return undefined;
    const channel = new Channel(facts, at);
    channel.touched = serial;
    this.#byId.set(channel.id, channel);
    this.#link(channel);
    return { channel, isNew: true, changed: true };
  }

  /** The calls in which channels of this linkedid are: a hint, no more, for linkedids merge and never part again. */
  callsOf(linkedid: string): Set<CallRecord> {
    const calls = new Set<CallRecord>();
    for (const { call } of this.#byLinkedid.get(linkedid) ?? []) if (call !== undefined) calls.add(call);
    return calls;
  }

  remove(channel: Channel): void {
    this.#byId.delete(channel.id);
    this.#unlink(channel, channel.linkedid);
    this.#gone.add(channel.id);
  }

  /** Writes down that an id is gone although it was never known. */
  forget(id: string): void {
    if (id !== "") this.#gone.add(kept(id));
  }

  /** The PBX begins anew, and may give the same ids again: they are made of the second and a counter. */
  forgetGone(): void {
    this.#gone.clear();
  }

  #relink(channel: Channel, before: string): void {
    this.#unlink(channel, before);
    this.#link(channel);
  }

  #link(channel: Channel): void {
    const linked = this.#byLinkedid.get(channel.linkedid);
    if (linked === undefined) this.#byLinkedid.set(channel.linkedid, new Set([channel]));
    else linked.add(channel);
  }

  #unlink(channel: Channel, linkedid: string): void {
    const linked = this.#byLinkedid.get(linkedid);
    linked?.delete(channel);
    if (linked?.size === 0) this.#byLinkedid.delete(linkedid);
  }
}
