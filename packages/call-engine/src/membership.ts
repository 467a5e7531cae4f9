import type { CallRecord } from "./call-record.ts";
import type { ConnectionMove } from "./change.ts";
import { isHolding, type Channel } from "./channel.ts";
import { componentOf, isAnchored, isHeld, type Moment } from "./components.ts";
import { isParty } from "./connections.ts";
import type { Cause, Connection } from "./model.ts";

/** What membership needs of the engine. */
export interface CallKeeper {
  /** Makes a call that nothing is told of yet. */
  newCall(): CallRecord;
  /** Something of this call is to be told. */
  touch(call: CallRecord): void;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** True while a snapshot is read: nothing is in motion. */
  readonly settled: boolean;
}

/** What is known of the reason why channels are joined. */
interface JoinHint {
  readonly cause?: Cause;
  /** The channel whose place was taken. */
  readonly swapped?: Channel | undefined;
}

/**
 * Which channel is in which call. A channel stays in its call until it is joined with channels of another one (bridge or dial), or is
 * joined with somebody while those it leaves behind stay together: then it goes.
 *
 * Invariants: after {@link Membership.settle} all channels of one component are in one call; of several calls the conference room's
 * survives, else the oldest; a call that has nobody left is merged into the one that has them.
 */
export class Membership {
  readonly #keeper: CallKeeper;

  constructor(keeper: CallKeeper) {
    this.#keeper = keeper;
  }

  /** A party that belongs to no call gets one: that of its linkedid, if there is only one such call that is not complete without it. */
  place(channel: Channel, ofLinkedid: Iterable<CallRecord>): void {
    if (channel.call !== undefined) return;
    let best: CallRecord | undefined;
    for (const call of ofLinkedid) {
      if (this.#keeper.settled && isAnchored(call.channels, { at: this.#keeper.at, settled: false })) continue;
      if (best === undefined || precedes(call, best)) best = call;
    }
    channel.isGuessed = best !== undefined;
    this.#add(channel, best ?? this.#keeper.newCall());
  }

  /** The channel has got an edge: brings all that are joined with it into one call. */
  settle(channel: Channel, hint: JoinHint = {}): void {
    const component = componentOf(channel);
    const calls = new Map<CallRecord, Channel[]>();
    for (const one of component) {
      one.released = false;
      if (one.isGuessed && component.size > 1) this.#unguess(one, component);
      if (one.call === undefined) continue;
      const ofCall = calls.get(one.call);
      if (ofCall === undefined) calls.set(one.call, [one]);
      else ofCall.push(one);
    }
    const survivor = this.#survivorOf(calls, component, hint);
    for (const one of component) if (one.call === undefined) this.#add(one, survivor);
    for (const [call, leaving] of calls) {
      if (call !== survivor) this.#move(leaving, call, survivor, component, hint);
    }
  }

  /** `heir` goes on with what `server` runs; a transfer has put that channel and the transferer's other line out. The older call goes on. */
  takePlace(server: Channel, heir: Channel, other: Channel): void {
    const [one, two] = [server.call, heir.call];
    if (one === undefined || two === undefined) return;
    const [to, from] = precedes(one, two) ? [one, two] : [two, one];
    const transferring = to.published.get(server.id) ?? to.published.get(other.id);
    const moves: ConnectionMove[] = [];
    for (const channel of from === to ? [] : from.channels) {
      if (channel === server || channel === other) continue;
      from.channels.delete(channel);
      from.gone.set(channel.id, "moved");
      if (from.published.has(channel.id)) {
        moves.push({
          from: { callId: from.id, connectionId: channel.id },
          to: { callId: to.id, connectionId: channel.id },
        });
        tellSilently(from, to, channel.id);
      }
      this.#add(channel, to);
    }
    for (const channel of [server, other]) this.release(channel, "transferred");
    if (from !== to) inherit(from, to);
    from.lastCause = "transferred";
    to.notes.push({
      type: "transferred",
      cause: "transferred",
      ...(transferring === undefined ? {} : { transferring }),
      connections: moves,
    });
    this.#keeper.touch(from);
    this.#keeper.touch(to);
  }

  /** A transfer has put these out of their calls. */
  release(channel: Channel, cause: Cause): void {
    const { call } = channel;
    channel.released = true;
    channel.heldBy = undefined;
    if (call === undefined) return;
    call.channels.delete(channel);
    channel.call = undefined;
    call.gone.set(channel.id, cause);
    this.#keeper.touch(call);
  }

  /** Its call was a guess, and now it is known with whom it belongs. */
  #unguess(channel: Channel, component: ReadonlySet<Channel>): void {
    channel.isGuessed = false;
    const { call } = channel;
    if (call === undefined || [...component].some((one) => one !== channel && one.call === call)) return;
    call.channels.delete(channel);
    channel.call = undefined;
    call.gone.set(channel.id, "misplaced");
    this.#keeper.touch(call);
  }

  #survivorOf(
    calls: ReadonlyMap<CallRecord, readonly Channel[]>,
    component: ReadonlySet<Channel>,
    hint: JoinHint,
  ): CallRecord {
    const moment = this.#momentOf(component);
    let best: CallRecord | undefined;
    let left: CallRecord | undefined;
    for (const call of calls.keys()) {
      const rest = restOf(call, component);
      if (isAnchored(rest, moment) && !hasJoiner(rest, hint)) left ??= isHeld(rest) ? call : undefined;
      else if (best === undefined || precedes(call, best)) best = call;
    }
    if (best !== undefined) return best;
    const made = this.#keeper.newCall();
    if (left !== undefined) made.consults = left.id;
    return made;
  }

  /** Two bridges at rest are two calls, even with one party each; a bridge and somebody without one may be two moments of one call. */
  #momentOf(component: ReadonlySet<Channel>): Moment {
    const { at, settled } = this.#keeper;
    const isBridged = [...component].some(({ bridge }) => bridge !== undefined && !isHolding(bridge));
    return { at, settled: settled && isBridged };
  }

  #add(channel: Channel, call: CallRecord): void {
    channel.call = call;
    call.channels.add(channel);
    call.gone.delete(channel.id);
    if (call.view === undefined) {
      call.startedAt = Math.min(call.startedAt, channel.startedAt);
      // Later the dialplan has gone on, and what was dialled is not to be seen any more.
      const hasJustDialled = !channel.isPlumbing && !channel.isDialled && !this.#keeper.settled;
      if (hasJustDialled) call.dialled ??= channel.exten;
    }
    this.#keeper.touch(call);
  }

  #move(
    leaving: readonly Channel[],
    from: CallRecord,
    to: CallRecord,
    component: ReadonlySet<Channel>,
    hint: JoinHint,
  ): void {
    const rest = restOf(from, component);
    const anchored = isAnchored(rest, this.#momentOf(component)) && !hasJoiner(rest, hint);
    const held = anchored && isHeld(rest);
    const moves: ConnectionMove[] = [];
    let returns = true;
    let why: Cause = "normal";
    for (const channel of leaving) {
      from.channels.delete(channel);
      const told = from.published.get(channel.id);
      if (to.phantoms.delete(channel.id)) channel.heldBy = undefined;
      else if (told !== undefined) returns = false;
      if (told !== undefined) {
        moves.push({
          from: { callId: from.id, connectionId: channel.id },
          to: { callId: to.id, connectionId: channel.id },
        });
        if (held && isParty(channel)) this.#leavePhantom(channel, from, told);
        else from.gone.set(channel.id, "moved");
      }
      this.#add(channel, to);
      if (channel.joins !== to) continue;
      this.conferenced(to);
      why = "conferenced";
    }
    this.#keeper.touch(from);
    if (anchored) {
      if (held && from.sequence < to.sequence) to.consults ??= from.id;
      for (const { from: key } of moves)
        if (!from.phantoms.has(key.connectionId)) from.gone.set(key.connectionId, "normal");
      return;
    }
    if (returns) {
      for (const { from: key } of moves) from.gone.set(key.connectionId, why);
      return;
    }
    this.#merge(from, to, component, moves, hint);
  }

  /** The device holds this call by way of the server, and talks elsewhere. */
  #leavePhantom(channel: Channel, from: CallRecord, told: Connection): void {
    channel.heldBy = undefined;
    const { channel: _channel, heldBy: _heldBy, application: _application, ...rest } = told;
    from.phantoms.set(channel.id, { ...rest, state: "hold", heldBy: "server" });
  }

  #merge(
    from: CallRecord,
    to: CallRecord,
    component: ReadonlySet<Channel>,
    moves: readonly ConnectionMove[],
    hint: JoinHint,
  ): void {
    inherit(from, to);
    const between = connecting(from, to, component, hint.swapped);
    if (between !== undefined) {
      for (const { to: key } of moves) tellSilently(from, to, key.connectionId);
      to.joining = { ...between, moves };
      for (const channel of between.channels) channel.joins = to;
      from.lastCause = "transferred";
      if (hint.cause === "transferred") this.transferred(to);
      return;
    }
    const inRoom = to.room !== undefined || hint.cause === "conferenced";
    from.lastCause = inRoom ? "conferenced" : (hint.cause ?? "joined");
    if (hint.cause === "picked-up" || moves.length === 0) return;
    for (const { to: key } of moves) tellSilently(from, to, key.connectionId);
    if (inRoom) to.notes.push({ type: "conferenced", cause: "conferenced", connections: moves });
    else to.notes.push({ type: "transferred", cause: hint.cause ?? "joined", connections: moves });
  }

  /** The device that joined two calls into this one is out of them. */
  transferred(call: CallRecord): void {
    const joining = takeJoining(call);
    if (joining === undefined) return;
    const { connection, channels, moves } = joining;
    call.notes.push({ type: "transferred", cause: "transferred", transferring: connection, connections: moves });
    for (const channel of channels) {
      for (const other of channel.call === undefined ? [call] : [call, channel.call])
        if (other.phantoms.delete(channel.id)) other.gone.set(channel.id, "transferred");
      this.release(channel, "transferred");
    }
    this.#keeper.touch(call);
  }

  /** The device that joined two calls into this one is still in it. */
  conferenced(call: CallRecord): void {
    const joining = takeJoining(call);
    if (joining === undefined) return;
    const { connection, moves } = joining;
    call.notes.push({ type: "conferenced", cause: "conferenced", conferencing: connection, connections: moves });
    this.#keeper.touch(call);
  }
}

/**
 * True if somebody was left there whose other channel's place was taken: he has joined his two calls, and waits for nobody, even if the
 * one who left had held him.
 */
function hasJoiner(rest: readonly Channel[], { swapped }: JoinHint): boolean {
  return swapped !== undefined && rest.some((one) => one !== swapped && one.device === swapped.device && isParty(one));
}

/** What one call passes on to the other that goes on. */
function inherit(from: CallRecord, to: CallRecord): void {
  if (Object.keys(from.userData).length > 0) to.userData = { ...from.userData, ...to.userData };
  if (to.queue?.position === undefined)
    to.queue = from.queue?.position === undefined ? (to.queue ?? from.queue) : from.queue;
  if (from.establishedAt !== undefined) to.establishedAt ??= from.establishedAt;
  from.mergedInto = to.id;
}

/** Moves what was told of a connection along with it, so that its new call does not tell of it as new. */
function tellSilently(from: CallRecord, to: CallRecord, connectionId: string): void {
  const told = from.published.get(connectionId);
  if (told !== undefined && to.view !== undefined && !to.published.has(connectionId))
    to.published.set(connectionId, told);
}

function takeJoining(call: CallRecord): CallRecord["joining"] {
  const { joining } = call;
  call.joining = undefined;
  for (const channel of joining?.channels ?? []) channel.joins = undefined;
  return joining;
}

function precedes(one: CallRecord, other: CallRecord): boolean {
  const [here, there] = [one.room !== undefined, other.room !== undefined];
  return here === there ? one.sequence < other.sequence : here;
}

function restOf(call: CallRecord, component: ReadonlySet<Channel>): Channel[] {
  const rest: Channel[] = [];
  for (const channel of call.channels) if (!component.has(channel)) rest.push(channel);
  return rest;
}

/** The device that was in both calls: it joins them. Its channels that are not in the component. */
function connecting(
  from: CallRecord,
  to: CallRecord,
  component: ReadonlySet<Channel>,
  swapped: Channel | undefined,
): { readonly connection: Connection; readonly channels: readonly Channel[] } | undefined {
  const outside = [...restOf(from, component), ...restOf(to, component)].filter((one) => isParty(one));
  const candidates = swapped === undefined ? outside : [swapped, ...outside];
  for (const candidate of candidates) {
    const channels = outside.filter((one) => one.device === candidate.device);
    const ofFrom = channels.find((one) => one.call === from);
    const ofTo = channels.find((one) => one.call === to);
    const phantom = to.phantoms.get(candidate.id) ?? from.phantoms.get(candidate.id);
    if (phantom !== undefined && channels.includes(candidate)) return { connection: phantom, channels: [candidate] };
    if (ofFrom === undefined || ofTo === undefined) continue;
    const connection = to.published.get(ofTo.id) ?? from.published.get(ofFrom.id);
    if (connection !== undefined) return { connection, channels: [ofTo, ofFrom] };
  }
  return undefined;
}
