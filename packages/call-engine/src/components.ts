import { isConference, isHolding, type Channel } from "./channel.ts";

/**
 * All channels that are joined with this one through bridges, halves of Local channels and dials: what must be one call. Those that a
 * transfer has released do not count.
 */
export function componentOf(start: Channel): Set<Channel> {
  return reach(start, true);
}

/** All channels that hear this one, directly or through Local channels; itself included. */
export function audibleTo(start: Channel): Set<Channel> {
  return reach(start, false);
}

/** Milliseconds after which one who is alone in a bridge has been left there, and is not on his way out. */
const abandonedAfter = 200;

/** When and in which circumstances somebody is looked at. */
export interface Moment {
  readonly at: number;
  /** Nothing is in motion, so that to be alone in a bridge says enough. */
  readonly settled: boolean;
}

/**
 * True if somebody is left there who waits or talks on his own: in a conference, in a bridge with another, or alone in one with music or for
 * some time. Then whoever goes away from there begins, or joins, another call.
 */
export function isAnchored(rest: Iterable<Channel>, { at, settled }: Moment): boolean {
  for (const channel of rest) {
    const { bridge } = channel;
    if (bridge === undefined || isHolding(bridge) || channel.released) continue;
    if (isConference(bridge) || bridge.channels.size > 1 || settled || hearsMusic(channel)) return true;
    if (bridge.aloneSince !== undefined && at - bridge.aloneSince > abandonedAfter) return true;
  }
  return false;
}

/** True if somebody there is kept waiting with music. */
export function isHeld(rest: Iterable<Channel>): boolean {
  for (const channel of rest) if (hearsMusic(channel)) return true;
  return false;
}

function hearsMusic(channel: Channel): boolean {
  if (channel.hearsMusic) return true;
  if (channel.half === undefined) return false;
  for (const other of audibleTo(channel)) if (other.hearsMusic) return true;
  return false;
}

function reach(start: Channel, throughDials: boolean): Set<Channel> {
  const found = new Set<Channel>([start]);
  for (const channel of found) {
    const { bridge, half } = channel;
    if (bridge !== undefined && !isHolding(bridge)) {
      for (const other of bridge.channels) if (!other.released) found.add(other);
    }
    if (half !== undefined && (throughDials || half.bridge !== undefined)) found.add(half);
    if (!throughDials) continue;
    if (channel.dialler !== undefined && !channel.dialler.released) found.add(channel.dialler);
    if (channel.dialled !== undefined) for (const other of channel.dialled) if (!other.released) found.add(other);
  }
  return found;
}
