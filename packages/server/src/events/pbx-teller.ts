import type * as engine from "@cordboard/pbx";
import type { Call, Extension } from "@cordboard/sdk";
import { ApiCalls } from "./api-call.ts";
import { callEvent } from "./api-event.ts";
import { ApiStates } from "./api-state.ts";
import {
  audienceOfCallEvent,
  audienceOfExtension,
  audienceOfOwner,
  audienceOfParked,
  audienceOfQueue,
  audienceOfRoom,
  everyone,
} from "./audience.ts";
import type { Audience } from "./audience.ts";
import { describePbx } from "./describe-pbx.ts";
import type { Draft } from "./draft.ts";
import type { EventBody } from "./event-body.ts";
import { isoTime } from "./iso-time.ts";
import type { LiveState } from "./live-state.ts";
import { changesOfLoss } from "./lost-call.ts";
import type { DirectoryNews, PbxSource } from "./pbx-source.ts";

/** What a teller needs. */
export interface TellerOptions {
  /** For people. */
  readonly name: string;
  /** With all that was told before: every draft is applied to it before the next one is made. */
  readonly ahead: LiveState;
  /** The engine's calls that are in there, of all PBXs. */
  readonly engineCalls: ReadonlyMap<string, engine.Call>;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** When the directory has been read so long and tells nothing new, in milliseconds, what it does not have is gone. */
  readonly directorySettlesMs: number;
  readonly tell: (draft: Draft) => void;
}

/** Tells what happens at one PBX as events of the API. */
export class PbxTeller {
  readonly #source: PbxSource;
  readonly #options: TellerOptions;
  readonly #states: ApiStates;
  readonly #stops: (() => void)[] = [];
  readonly #calls: ApiCalls;
  #settling: NodeJS.Timeout | undefined;
  #isSettled = false;
  /** The call as it was before the changes that are being told of it: all of one moment carry the same call. */
  #moment: { readonly call: engine.Call; readonly at: number; readonly before: Call | undefined } | undefined;

  constructor(source: PbxSource, options: TellerOptions) {
    this.#source = source;
    this.#options = options;
    this.#states = new ApiStates(source, options.ahead);
    this.#calls = new ApiCalls((device) => this.#states.extensionOf(device));
    this.#stops.push(
      source.on("change", ({ at, change }) => this.#change(at, change)),
      source.on("state", (change) => this.#pbxChanged(change)),
      source.on("notice", () => this.#pbxChanged()),
      source.on("resync", () => this.#resynced()),
      source.on("directory", (change) => this.#directoryChanged(change)),
    );
    this.#pbxChanged({ from: "idle", to: source.state });
  }

  /** Tells no more. */
  stop(): void {
    clearTimeout(this.#settling);
    for (const stop of this.#stops.splice(0)) stop();
  }

  get #live(): LiveState {
    return this.#options.ahead;
  }

  get #pbx(): string {
    return this.#source.id;
  }

  #tell(body: EventBody, audience: Audience, call?: engine.Call): void {
    this.#options.tell({ body, audience, ...(call === undefined ? {} : { call }) });
  }

  #change(at: number, change: engine.Change): void {
    if ("call" in change) {
      this.#callChanged(at, change);
      return;
    }
    const common = { pbx: this.#pbx, time: isoTime(at) };
    switch (change.type) {
      case "queue-changed":
        this.#queueChanged(at, change.queue);
        return;
      case "conference-room-changed":
        this.#roomChanged(at, change.room);
        return;
      case "parking-changed":
        this.#parkingChanged(at, change.parked, change.occupied);
        return;
      case "device-state-changed":
        this.#deviceChanged(at, change.device, change.state);
        return;
      case "extension-state-changed": {
        const { exten, context } = change.extension;
        this.#extensionChanged(at, exten);
        // Where two contexts have the number.
        this.#extensionChanged(at, `${exten}@${context}`);
        return;
      }
      case "presence-changed":
        this.#presenceChanged(at, change.presence);
        return;
      case "mailbox-changed":
        this.#mailboxChanged(at, change.mailbox);
        return;
      case "originate-failed": {
        const extension = this.#states.extensionOf(change.target);
        this.#tell({ ...common, ...change }, audienceOfOwner(extension === undefined ? {} : { extension }));
        return;
      }
    }
  }

  #callChanged(at: number, change: engine.CallChange): void {
    const { call } = change;
    if (this.#moment?.call !== call || this.#moment.at !== at)
      this.#moment = { call, at, before: this.#live.call(call.id) };
    const { before } = this.#moment;
    const body = callEvent(this.#pbx, at, change, this.#calls);
    this.#tell(
      body,
      audienceOfCallEvent(body, before, (callId, id) => this.#extensionIn(callId, id, body.call, before)),
      call,
    );
  }

  /** The extension of a connection of these calls, or of another that is live. */
  #extensionIn(callId: string, connectionId: string, ...calls: readonly (Call | undefined)[]): string | undefined {
    for (const call of [...calls, this.#live.call(callId)]) {
      if (call?.id !== callId) continue;
      const all = [...call.connections, ...call.cleared];
      const connection = all.find(({ id }) => id === connectionId);
      if (connection?.extension !== undefined) return connection.extension;
    }
    return undefined;
  }

  #queueChanged(at: number, its: engine.Queue): void {
    const queue = this.#states.queue(its);
    const before = this.#live.queue(this.#pbx, queue.name);
    this.#tell({ type: "queue-changed", pbx: this.#pbx, time: isoTime(at), queue }, audienceOfQueue(queue, before));
  }

  #roomChanged(at: number, its: engine.ConferenceRoom): void {
    const room = this.#states.room(its);
    const before = this.#live.conferenceRoom(this.#pbx, room.name);
    this.#tell(
      { type: "conference-room-changed", pbx: this.#pbx, time: isoTime(at), room },
      audienceOfRoom(room, before),
    );
  }

  #parkingChanged(at: number, its: engine.ParkedCall, occupied: boolean): void {
    const now = this.#states.parked(its);
    // Who leaves may have left his call already.
    const before = this.#live.parkedCall(this.#pbx, now.lot, now.space);
    const parked = now.connection === undefined && before?.channelId === now.channelId ? { ...before, ...now } : now;
    this.#tell(
      { type: "parking-changed", pbx: this.#pbx, time: isoTime(at), parked, occupied },
      audienceOfParked(parked, parked.parker === undefined ? undefined : this.#states.extensionOf(parked.parker)),
    );
  }

  #deviceChanged(at: number, device: string, state: string): void {
    const extension = this.#states.extensionOf(device);
    if (extension === undefined)
      this.#tell(
        { type: "device-state-changed", pbx: this.#pbx, time: isoTime(at), device, state },
        audienceOfOwner({}),
      );
    else this.#extensionChanged(at, extension);
  }

  #presenceChanged(at: number, its: engine.Presence): void {
    const presence = this.#states.presence(its);
    if (same(presence, this.#live.presence(this.#pbx, presence.presentity))) return;
    this.#tell({ type: "presence-changed", pbx: this.#pbx, time: isoTime(at), presence }, audienceOfOwner(presence));
  }

  #mailboxChanged(at: number, its: engine.Mailbox): void {
    const mailbox = this.#states.mailbox(its);
    if (same(mailbox, this.#live.mailbox(this.#pbx, mailbox.mailbox))) return;
    this.#tell({ type: "mailbox-changed", pbx: this.#pbx, time: isoTime(at), mailbox }, audienceOfOwner(mailbox));
  }

  /** Tells of an extension if something of it is new, but for presence, mailbox and calls, of which other events tell. */
  #extensionChanged(at: number, number: string): void {
    const entry = this.#source.extension(number);
    // One that the directory does not have yet is told when it has.
    if (entry === undefined) return;
    const extension = this.#states.extension(entry);
    if (same(ownPart(extension), ownPart(this.#live.extension(this.#pbx, number)))) return;
    this.#tell(
      { type: "extension-changed", pbx: this.#pbx, time: isoTime(at), extension },
      audienceOfExtension(extension),
    );
  }

  #pbxChanged(change?: engine.PbxStateChange): void {
    const at = this.#options.clock();
    const before = this.#live.pbx(this.#pbx);
    const state = describePbx(this.#source, this.#options.name, at, before, change);
    if (!same(state, before)) this.#tell({ type: "pbx-changed", pbx: this.#pbx, time: isoTime(at), state }, everyone);
  }

  /** What the earlier process told and the PBX does not know any more is over. */
  #resynced(): void {
    const at = this.#options.clock();
    const calls = new Set(this.#source.calls.map(({ id }) => id));
    for (const call of this.#engineCalls())
      if (!calls.has(call.id)) for (const change of changesOfLoss(call, at)) this.#callChanged(at, change);
    const queues = new Set(this.#source.queues.map(({ name }) => name));
    for (const queue of this.#live.queues())
      if (queue.pbx === this.#pbx && !queues.has(queue.name) && queue.callers.length + queue.members.length > 0)
        this.#queueChanged(at, { name: queue.name, callers: [], members: [] });
    const rooms = new Set(this.#source.conferenceRooms.map(({ name }) => name));
    for (const room of this.#live.conferenceRooms())
      if (room.pbx === this.#pbx && !rooms.has(room.name))
        this.#roomChanged(at, { name: room.name, participants: [], recording: false });
    const spaces = new Set(this.#source.parkedCalls.map(({ lot, space }) => `${lot}\n${space}`));
    for (const parked of this.#live.parkedCalls())
      if (parked.pbx === this.#pbx && !spaces.has(`${parked.lot}\n${parked.space}`))
        this.#tell(
          { type: "parking-changed", pbx: this.#pbx, time: isoTime(at), parked, occupied: false },
          audienceOfParked(parked, this.#live.parkerOf(parked)),
        );
    this.#pbxChanged();
  }

  #engineCalls(): engine.Call[] {
    return [...this.#options.engineCalls.values()].filter(({ pbx }) => pbx === this.#pbx);
  }

  /** Names, devices, owners: whatever they are in looks different now. */
  #directoryChanged({ changed, removed }: DirectoryNews): void {
    const at = this.#options.clock();
    this.#states.readDirectory();
    const [numbers, devices] = [new Set<string>(removed), new Set<string>()];
    for (const { number } of changed) numbers.add(number);
    for (const number of numbers)
      for (const { name } of this.#live.extension(this.#pbx, number)?.devices ?? []) devices.add(name);
    for (const entry of changed) {
      for (const device of entry.devices) devices.add(device);
      this.#extensionChanged(at, entry.number);
    }
    for (const number of removed) this.#extensionRemoved(at, number);
    this.#retellCalls(at, devices);
    for (const presence of this.#source.presences) this.#presenceChanged(at, presence);
    for (const mailbox of this.#source.mailboxes) this.#mailboxChanged(at, mailbox);
    this.#retellQueues(at, numbers);
    this.#settle();
  }

  /** The directory is read in parts; only when it is whole can it be known which extensions of an earlier process are no more. */
  #settle(): void {
    clearTimeout(this.#settling);
    if (this.#isSettled) return;
    this.#settling = setTimeout(() => {
      const known = new Set(this.#source.extensions.map(({ number }) => number));
      if (known.size === 0) return;
      this.#isSettled = true;
      const gone = this.#live
        .extensions()
        .flatMap(({ pbx, number }) => (pbx === this.#pbx && !known.has(number) ? [number] : []));
      if (gone.length > 0) this.#directoryChanged({ changed: [], removed: gone });
    }, this.#options.directorySettlesMs);
    this.#settling.unref();
  }

  #extensionRemoved(at: number, number: string): void {
    const extension = this.#live.extension(this.#pbx, number);
    if (extension === undefined) return;
    const audience = audienceOfExtension(extension);
    this.#tell({ type: "extension-changed", pbx: this.#pbx, time: isoTime(at), extension, removed: true }, audience);
  }

  #retellCalls(at: number, devices: ReadonlySet<string>): void {
    this.#moment = undefined;
    for (const call of this.#engineCalls()) {
      if (!call.connections.some(({ device }) => devices.has(device))) continue;
      this.#calls.forget(call);
      const before = this.#live.call(call.id);
      if (before !== undefined && !same(extensionsIn(this.#calls.call(call)), extensionsIn(before)))
        this.#callChanged(at, { type: "updated", call, cause: "normal" });
    }
  }

  #retellQueues(at: number, numbers: ReadonlySet<string>): void {
    for (const its of this.#source.queues) {
      const queue = this.#states.queue(its);
      const before = this.#live.queue(this.#pbx, queue.name);
      const members = [...queue.members, ...(before?.members ?? [])];
      const isConcerned = members.some(({ extension }) => extension !== undefined && numbers.has(extension));
      if (isConcerned && !same(queue, before)) this.#queueChanged(at, its);
    }
  }
}

function ownPart(extension: Extension | undefined): unknown {
  if (extension === undefined) return undefined;
  const { presence: _presence, mailbox: _mailbox, callIds: _callIds, ...own } = extension;
  return own;
}

function extensionsIn(call: Call): unknown {
  return call.connections.map(({ extension }) => extension ?? "");
}

/** Both are made by the same code, so that equal ones have the same text. */
function same(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
