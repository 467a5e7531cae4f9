import { isHolding, type Channel } from "./channel.ts";
import { audibleTo } from "./components.ts";
import type { Talk } from "./model.ts";

/** Milliseconds for which a talk may be interrupted and is still the same: Asterisk takes Local channels out in the middle of it. */
const seam = 250;
/** Milliseconds below which nobody has talked: parties came and went one after another. */
const blip = 20;

/** What a call may remember of talks; older ones that are over were told and are forgotten. */
const maxTalks = 256;

/**
 * Who talked to whom, and how long, within one call.
 *
 * Invariants: at most one open talk for each set of connections; talks begin in order; none ends before it begins; no more than 256 of
 * them, but those that go on.
 */
export class TalkLedger {
  #talks: readonly Talk[] = [];

  get talks(): readonly Talk[] {
    return this.#talks;
  }

  /** Takes up what an earlier ledger told. */
  restore(talks: readonly Talk[]): void {
    this.#talks = talks;
  }

  /** Brings the ledger up to date with who hears whom now. @returns true if anything changed */
  update(channels: Iterable<Channel>, at: number): boolean {
    const groups = groupsOf(channels);
    let next: Talk[] | undefined;
    const open = new Set<string>();
    for (const talk of this.#talks) {
      if (talk.endedAt !== undefined) continue;
      const key = talk.connections.join();
      if (groups.has(key)) open.add(key);
      else next = closed(next ?? this.#talks, talk, at);
    }
    for (const [key, connections] of groups)
      if (!open.has(key)) next = opened(next ?? this.#talks, key, connections, at);
    if (next === undefined) return false;
    this.#talks = next;
    return true;
  }
}

function closed(talks: readonly Talk[], talk: Talk, at: number): Talk[] {
  const index = talks.indexOf(talk);
  return at - talk.startedAt < blip ? talks.toSpliced(index, 1) : talks.with(index, { ...talk, endedAt: at });
}

function opened(talks: readonly Talk[], key: string, connections: readonly string[], at: number): Talk[] {
  const index = talks.findLastIndex((talk) => talk.connections.join() === key);
  const before = talks[index];
  if (before?.endedAt !== undefined && at - before.endedAt <= seam)
    return talks.with(index, { connections, startedAt: before.startedAt });
  return [...(talks.length < maxTalks ? talks : withoutOldest(talks)), { connections, startedAt: at }];
}

function withoutOldest(talks: readonly Talk[]): readonly Talk[] {
  const index = talks.findIndex(({ endedAt }) => endedAt !== undefined);
  return index === -1 ? talks : talks.toSpliced(index, 1);
}

function groupsOf(channels: Iterable<Channel>): Map<string, readonly string[]> {
  const groups = new Map<string, readonly string[]>();
  const seen = new Set<Channel>();
  for (const channel of channels) {
    if (seen.has(channel) || !talks(channel)) continue;
    const group: string[] = [];
    for (const other of audibleTo(channel)) {
      seen.add(other);
      if (talks(other)) group.push(other.id);
    }
    if (group.length < 2) continue;
    group.sort();
    groups.set(group.join(), group);
  }
  return groups;
}

function talks(channel: Channel): boolean {
  const { bridge } = channel;
  return (
    bridge !== undefined &&
    !channel.isPlumbing &&
    !channel.released &&
    channel.state === "up" &&
    channel.heldBy === undefined &&
    !isHolding(bridge)
  );
}
