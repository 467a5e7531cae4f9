import type { Channel } from "./channel.ts";
import type { Cause, ConnectionRole } from "./model.ts";
import type { DialOutcome } from "./pbx-event.ts";

/**
 * Who rings whom: one edge per fork.
 *
 * Invariant: `dialled.dialler` is the channel in whose `dialled` it is. An edge stays after the answer, until both ends are in a bridge
 * or one is gone, so that the two are one call from the first ring on.
 */
export function dial(caller: Channel | undefined, destination: Channel): void {
  if (caller === destination) return;
  destination.isDialled = true;
  destination.isRung = true;
  if (caller === undefined || destination.dialler === caller) return;
  destination.hasMaker = true;
  undial(destination);
  destination.dialler = caller;
  (caller.dialled ??= new Set()).add(destination);
}

/** The edge to a channel goes. */
export function undial(destination: Channel): void {
  destination.dialler?.dialled?.delete(destination);
  destination.dialler = undefined;
}

/** All edges from a channel go to another, which takes its place in what it runs. */
export function takeOverDials(from: Channel, to: Channel): void {
  for (const destination of from.dialled ?? []) dial(to, destination);
}

/** A channel is in a bridge now: edges to others that are in one go, for the bridges say who belongs together. */
export function forgetAnsweredDials(channel: Channel): void {
  if (channel.dialler?.bridge !== undefined) undial(channel);
  for (const destination of channel.dialled ?? []) if (destination.bridge !== undefined) undial(destination);
}

/** All edges of a channel go. */
export function forgetDials(channel: Channel): void {
  undial(channel);
  for (const destination of channel.dialled ?? []) destination.dialler = undefined;
  channel.dialled = undefined;
}

/** What a channel is rung for, directly or through Local channels: `caller` by a program that makes a call, `agent` by a queue. */
export function purposeOf(channel: Channel): ConnectionRole {
  let current: Channel | undefined = channel;
  for (let depth = 0; current !== undefined && depth < 20; depth++) {
    if (current.isAgent) return "agent";
    if (current.isOrigin) return "caller";
    const dialler: Channel | undefined = current.dialler;
    if (dialler === undefined || !dialler.isPlumbing || !dialler.name.endsWith(";2")) return "called";
    current = dialler.half;
  }
  return "called";
}

const failures: Readonly<Partial<Record<DialOutcome, Cause>>> = {
  busy: "busy",
  "no-answer": "no-answer",
  unavailable: "unreachable",
  congestion: "congestion",
  cancel: "cancelled",
  abort: "cancelled",
};

/** Why ringing came to nothing; undefined if it did not. */
export function failureOf(outcome: DialOutcome): Cause | undefined {
  return failures[outcome];
}
