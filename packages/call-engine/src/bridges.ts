import { type Bridge, type Channel } from "./channel.ts";
import { kept } from "./kept-text.ts";
import type { BridgeFacts } from "./pbx-event.ts";

/**
 * Who is in which bridge.
 *
 * Invariants: a channel is in one bridge at most, and `channel.bridge` says which; a bridge is kept while somebody is in it.
 */
export class Bridges {
  readonly #byId = new Map<string, Bridge>();

  get size(): number {
    return this.#byId.size;
  }

  get(id: string): Bridge | undefined {
    return this.#byId.get(id);
  }

  /** @returns true if it was not in that bridge before */
  enter(facts: BridgeFacts, channel: Channel, at: number): boolean {
    if (channel.bridge?.id === facts.id) return false;
    this.leave(channel, at);
    let bridge = this.#byId.get(facts.id);
    if (bridge === undefined) {
      bridge = {
        id: kept(facts.id),
        kind: kept(facts.kind),
        technology: kept(facts.technology),
        channels: new Set(),
        aloneSince: undefined,
      };
      this.#byId.set(bridge.id, bridge);
    }
    if (bridge.technology !== facts.technology) bridge.technology = kept(facts.technology);
    bridge.channels.add(channel);
    bridge.aloneSince = undefined;
    channel.bridge = bridge;
    channel.hasBeenBridged = true;
    return true;
  }

  /** @returns true if it was in one (in that one, if an id is given) */
  leave(channel: Channel, at: number, id?: string): boolean {
    const { bridge } = channel;
    if (bridge === undefined || (id !== undefined && bridge.id !== id)) return false;
    bridge.channels.delete(channel);
    channel.bridge = undefined;
    if (bridge.channels.size === 1) bridge.aloneSince = at;
    if (bridge.channels.size === 0) this.#byId.delete(bridge.id);
    return true;
  }
}
