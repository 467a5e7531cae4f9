import type { Channel } from "./channel.ts";

/**
 * Pairs the two halves of Local channels, `Local/1000@internal-0000000f;1` and `;2`, by their names: snapshots tell no other way.
 *
 * Invariant: a half has no other half, or one whose other half it is.
 */
export class LocalChannels {
  readonly #waiting = new Map<string, Channel>();

  /** A channel has come. Pairs it if its other half is there. */
  add(channel: Channel): void {
    const base = baseOf(channel.name);
    if (base === undefined || channel.half !== undefined) return;
    const other = this.#waiting.get(base);
    if (other === undefined || other === channel) {
      this.#waiting.set(base, channel);
      return;
    }
    this.#waiting.delete(base);
    channel.half = other;
    other.half = channel;
  }

  remove(channel: Channel): void {
    const base = baseOf(channel.name);
    if (base !== undefined && this.#waiting.get(base) === channel) this.#waiting.delete(base);
    if (channel.half === undefined) return;
    channel.half.half = undefined;
    channel.half = undefined;
  }
}

function baseOf(name: string): string | undefined {
  return name.startsWith("Local/") && (name.endsWith(";1") || name.endsWith(";2")) ? name.slice(0, -2) : undefined;
}
