import type { Change } from "./change.ts";
import {
  onApplication,
  onBridgeEntered,
  onBridgeLeft,
  onChannelGone,
  onChannelNew,
  onDial,
  onHold,
} from "./channel-events.ts";
import type { Call, ConferenceRoom, ExtensionState, Mailbox, ParkedCall, Presence, Queue } from "./model.ts";
import type { PbxEvent } from "./pbx-event.ts";
import { reconcile } from "./reconcile.ts";
import { restoreCalls } from "./restore.ts";
import type { PbxSnapshot } from "./snapshot.ts";
import { onAttendedTransfer, onBlindTransfer, onPickup } from "./transfers.ts";
import { World } from "./world.ts";

/** What an engine needs. */
export interface CallEngineOptions {
  /** Name of the PBX, in every call. */
  readonly pbx: string;
  /** Makes ids of calls, each another: `crypto.randomUUID`. */
  readonly newCallId: () => string;
}

/**
 * The calls of one PBX: feed it what happens, in the order in which the PBX tells it, and it says what that means. It asks nobody, waits
 * for nothing, and the same events at the same times give the same changes.
 *
 * Times are milliseconds since 1970 and are given with each event; a clock that goes back stands still instead.
 */
export class CallEngine {
  readonly #world: World;

  constructor(options: CallEngineOptions) {
    this.#world = new World(options.pbx, options.newCallId);
  }

  /** Takes one event. @returns what has changed by it, in order; never throws for what a PBX says */
  apply(event: PbxEvent, at: number): readonly Change[] {
    this.#advance(at);
    this.#dispatch(event);
    return this.#world.tell("normal");
  }

  /** Write this down before asking for a snapshot, and give it to {@link CallEngine.reconcile}. */
  mark(): number {
    return this.#world.serial;
  }

  /**
   * Takes what the PBX says of itself, after a gap or at the start. What it does not name has ended, with cause `lost`; what is new appears;
   * what has moved moves. With `mark`, what events have told since then stands.
   *
   * @returns the differences, and nothing else
   */
  reconcile(snapshot: PbxSnapshot, at: number, mark: number = this.#world.serial): readonly Change[] {
    this.#advance(at);
    reconcile(this.#world, snapshot, mark);
    return this.#world.tell("snapshot");
  }

  /** Takes up calls that an earlier engine told: their ids, times and who held are what no snapshot knows. Then reconcile. */
  restore(calls: Iterable<Call>, at: number): void {
    this.#advance(at);
    restoreCalls(this.#world, calls);
  }

  /** The PBX has begun anew, and may give ids again that it gave before. Part of what `pbx-down` does, for who hears of it later. */
  forgetGone(): void {
    this.#world.channels.forgetGone();
  }

  /** Attaches data to a call; an `undefined` takes a key away. @returns the change, none if there is no such call or nothing is new */
  setUserData(callId: string, data: Readonly<Record<string, string | undefined>>, at: number): readonly Change[] {
    this.#advance(at);
    const call = this.#world.calls.record(callId);
    const isNews = Object.entries(data).some(([key, value]) => call?.userData[key] !== value);
    if (call === undefined || !isNews) return [];
    const merged = Object.entries({ ...call.userData, ...data }).filter(([, value]) => value !== undefined);
    call.userData = Object.fromEntries(merged) as Record<string, string>;
    this.#world.calls.touch(call);
    return this.#world.tell("normal");
  }

  /** All calls there are. */
  calls(): Call[] {
    return [...this.#world.calls.views()];
  }

  /** A call by its id; undefined if it is over, or never was. */
  call(id: string): Call | undefined {
    return this.#world.calls.get(id);
  }

  /** The call that has this channel now. */
  callOfChannel(channelId: string): Call | undefined {
    return this.#world.channels.get(channelId)?.call?.view;
  }

  queues(): Queue[] {
    return this.#world.queues.list();
  }

  conferenceRooms(): ConferenceRoom[] {
    return this.#world.rooms.list();
  }

  parkedCalls(): ParkedCall[] {
    return this.#world.parkingLots.list();
  }

  /** States by device: `NOT_INUSE`, `INUSE`, `RINGING`… */
  deviceStates(): ReadonlyMap<string, string> {
    return this.#world.states.devices();
  }

  extensionStates(): ExtensionState[] {
    return this.#world.states.extensions();
  }

  presences(): Presence[] {
    return this.#world.states.presences();
  }

  mailboxes(): Mailbox[] {
    return this.#world.states.mailboxes();
  }

  #advance(at: number): void {
    const { calls } = this.#world;
    if (at > calls.at) calls.at = at;
    this.#world.serial++;
  }

  #dispatch(event: PbxEvent): void {
    const world = this.#world;
    switch (event.type) {
      case "channel-new":
        onChannelNew(world, event.channel);
        return;
      case "channel-changed":
        world.see(event.channel);
        return;
      case "channel-renamed": {
        const channel = world.channels.get(event.channelId);
        channel?.rename(event.name);
        if (channel !== undefined) world.touch(channel);
        return;
      }
      case "application":
        onApplication(world, event);
        return;
      case "hangup-requested": {
        const channel = world.see(event.channel);
        if (channel !== undefined) channel.hasHungUp = true;
        return;
      }
      case "channel-gone": {
        const channel = world.channels.get(event.channel.id);
        if (channel === undefined) world.channels.forget(event.channel.id);
        else onChannelGone(world, channel, event.cause);
        return;
      }
      case "dial-begun":
      case "dial-progress":
      case "dial-ended":
        onDial(world, event);
        return;
      case "bridge-entered":
        onBridgeEntered(world, event);
        return;
      case "bridge-left":
        onBridgeLeft(world, event);
        return;
      case "held":
      case "retrieved":
        onHold(world, event.channel, event.type === "held");
        return;
      case "music-started":
      case "music-stopped": {
        const channel = world.see(event.channel);
        if (channel !== undefined) channel.hearsMusic = event.type === "music-started";
        return;
      }
      default:
        this.#dispatchFeature(event);
    }
  }

  #dispatchFeature(event: PbxEvent): void {
    const world = this.#world;
    switch (event.type) {
      case "blind-transfer":
        onBlindTransfer(world, event);
        return;
      case "attended-transfer":
        onAttendedTransfer(world, event);
        return;
      case "picked-up":
        onPickup(world, event);
        return;
      case "queue-joined":
      case "queue-left":
      case "queue-agent":
      case "queue-member":
      case "queue-member-removed":
        world.queues.on(event, world);
        return;
      case "parked":
      case "unparked":
        world.parkingLots.on(event, world);
        return;
      case "conference-joined":
      case "conference-left":
      case "conference-muted":
      case "conference-recording":
      case "conference-ended":
      case "talking":
        world.rooms.on(event, world);
        return;
      case "device-state":
      case "extension-state":
      case "presence":
      case "mailbox": {
        const change = world.states.on(event);
        if (change !== undefined) world.stateChanges.push(change);
        return;
      }
      case "originate-failed":
        world.stateChanges.push({
          type: "originate-failed",
          target: event.target,
          cause: originateCause(event.reason),
        });
        return;
      case "pbx-down":
        for (const channel of world.channels.values()) onChannelGone(world, channel, 0, "pbx-down");
        this.forgetGone();
    }
  }
}

/** Reasons of OriginateResponse are AST_CONTROL codes (include/asterisk/frame.h); 0 is any other failure. */
function originateCause(reason: number): "busy" | "no-answer" | "congestion" | "failed" {
  if (reason === 5) return "busy";
  if (reason === 3) return "no-answer";
  return reason === 8 ? "congestion" : "failed";
}
