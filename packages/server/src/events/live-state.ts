import type {
  Call,
  ConferenceRoom,
  Connection,
  Extension,
  Mailbox,
  ParkedCall,
  Pbx,
  Presence,
  Queue,
  SnapshotMessage,
} from "@cordboard/sdk";
import { CallIndex } from "./call-index.ts";
import { formatCursor } from "./cursor.ts";
import type { EventBody } from "./event-body.ts";
import { keyOf } from "./key-of.ts";
import type { Viewer } from "./filter.ts";

/** What a snapshot shows, as far as one viewer sees it. */
export type LiveContent = Omit<SnapshotMessage, "type" | "cursor" | "time">;

/**
 * The projection of the events: everything there is now, exactly as of its cursor. What is told of a call inside of something else (the
 * callers of a queue, the calls of an extension) is put together when it is read, so that it is never older than the call itself.
 */
export class LiveState {
  #epoch: string;
  #seq: number;
  readonly #calls = new CallIndex();
  readonly #pbxs = new Map<string, Pbx>();
  readonly #lags = new Map<string, () => number | undefined>();
  readonly #queues = new Map<string, Queue>();
  readonly #rooms = new Map<string, ConferenceRoom>();
  readonly #parked = new Map<string, ParkedCall>();
  readonly #extensions = new Map<string, Extension>();
  readonly #presences = new Map<string, Presence>();
  readonly #mailboxes = new Map<string, Mailbox>();
  readonly #presenceOf = new Map<string, string>();
  readonly #mailboxOf = new Map<string, string>();
  readonly #extensionOfDevice = new Map<string, string>();

  constructor(epoch: string, seq: number) {
    this.#epoch = epoch;
    this.#seq = seq;
  }

  /** Of the last event that is in here. */
  get cursor(): string {
    return formatCursor(this.#epoch, this.#seq);
  }

  get seq(): number {
    return this.#seq;
  }

  get epoch(): string {
    return this.#epoch;
  }

  /** It is as of this event now. */
  moveTo(epoch: string, seq: number): void {
    this.#epoch = epoch;
    this.#seq = seq;
  }

  pbxs(): Pbx[] {
    return [...this.#pbxs.keys()].flatMap((id) => this.pbx(id) ?? []);
  }

  pbx(id: string): Pbx | undefined {
    const pbx = this.#pbxs.get(id);
    const lagMs = this.#lags.get(id)?.();
    return pbx && { ...pbx, ...(lagMs === undefined ? {} : { lagMs }), calls: this.#calls.countOf(id) };
  }

  /** Where to ask for the lag of a PBX, which is a measurement and no event. */
  measureLag(pbx: string, lagMs: () => number | undefined): void {
    this.#lags.set(pbx, lagMs);
  }

  calls(): Call[] {
    return [...this.#calls.all()];
  }

  call(id: string): Call | undefined {
    return this.#calls.get(id);
  }

  /** The call that this channel takes part in, and its connection. */
  place(pbx: string, channelId: string): { readonly callId: string; readonly connection: Connection } | undefined {
    return this.#calls.place(pbx, channelId);
  }

  queues(): Queue[] {
    return [...this.#queues.values()].map((queue) => this.#queueNow(queue));
  }

  queue(pbx: string, name: string): Queue | undefined {
    const queue = this.#queues.get(keyOf(pbx, name));
    return queue && this.#queueNow(queue);
  }

  conferenceRooms(): ConferenceRoom[] {
    return [...this.#rooms.values()].map((room) => this.#roomNow(room));
  }

  conferenceRoom(pbx: string, name: string): ConferenceRoom | undefined {
    const room = this.#rooms.get(keyOf(pbx, name));
    return room && this.#roomNow(room);
  }

  parkedCalls(): ParkedCall[] {
    return [...this.#parked.values()].map((parked) => this.#placed(parked.pbx, parked));
  }

  parkedCall(pbx: string, lot: string, space: string): ParkedCall | undefined {
    const parked = this.#parked.get(keyOf(pbx, lot, space));
    return parked && this.#placed(pbx, parked);
  }

  extensions(): Extension[] {
    return [...this.#extensions.values()].map((extension) => this.#extensionNow(extension));
  }

  extension(pbx: string, number: string): Extension | undefined {
    const extension = this.#extensions.get(keyOf(pbx, number));
    return extension && this.#extensionNow(extension);
  }

  /** The extension that a device such as `PJSIP/1000` belongs to. */
  extensionOf(pbx: string, device: string): string | undefined {
    return this.#extensionOfDevice.get(keyOf(pbx, device));
  }

  presences(): Presence[] {
    return [...this.#presences.values()];
  }

  presence(pbx: string, presentity: string): Presence | undefined {
    return this.#presences.get(keyOf(pbx, presentity));
  }

  mailboxes(): Mailbox[] {
    return [...this.#mailboxes.values()];
  }

  mailbox(pbx: string, mailbox: string): Mailbox | undefined {
    return this.#mailboxes.get(keyOf(pbx, mailbox));
  }

  /** All of it, as far as somebody sees it. */
  content(viewer: Viewer): LiveContent {
    const seen = <T>(all: readonly T[], see: (one: T) => T | undefined): T[] => all.flatMap((one) => see(one) ?? []);
    return {
      pbxs: seen(this.pbxs(), (one) => viewer.pbx(one)),
      calls: seen(this.calls(), (one) => viewer.call(one)),
      queues: seen(this.queues(), (one) => viewer.queue(one)),
      conferenceRooms: seen(this.conferenceRooms(), (one) => viewer.conferenceRoom(one)),
      parkedCalls: seen(this.parkedCalls(), (one) => viewer.parkedCall(one, this.parkerOf(one))),
      extensions: seen(this.extensions(), (one) => viewer.extension(one)),
      presences: seen(this.presences(), (one) => viewer.presence(one)),
      mailboxes: seen(this.mailboxes(), (one) => viewer.mailbox(one)),
    };
  }

  /** The extension that gets a parked call back. */
  parkerOf({ pbx, parker }: Pick<ParkedCall, "pbx" | "parker">): string | undefined {
    return parker === undefined ? undefined : this.extensionOf(pbx, parker);
  }

  /** What is no call, as events that would tell of it. */
  asEvents(): EventBody[] {
    const time = "1970-01-01T00:00:00.000Z";
    return [
      ...[...this.#pbxs.values()].map((state): EventBody => ({ type: "pbx-changed", pbx: state.id, time, state })),
      ...this.queues().map((queue): EventBody => ({ type: "queue-changed", pbx: queue.pbx, time, queue })),
      ...this.conferenceRooms().map((room): EventBody => ({
        type: "conference-room-changed",
        pbx: room.pbx,
        time,
        room,
      })),
      ...this.parkedCalls().map((parked): EventBody => ({
        type: "parking-changed",
        pbx: parked.pbx,
        time,
        parked,
        occupied: true,
      })),
      ...this.extensions().map((extension): EventBody => ({
        type: "extension-changed",
        pbx: extension.pbx,
        time,
        extension,
      })),
      ...this.presences().map((presence): EventBody => ({
        type: "presence-changed",
        pbx: presence.pbx,
        time,
        presence,
      })),
      ...this.mailboxes().map((mailbox): EventBody => ({ type: "mailbox-changed", pbx: mailbox.pbx, time, mailbox })),
    ];
  }

  /** Takes a call up again that an earlier process told. */
  restoreCall(call: Call): void {
    this.#calls.set(call);
  }

  /** Takes the next event; {@link LiveState.moveTo} says which one that was. */
  apply(event: EventBody): void {
    const { pbx } = event;
    switch (event.type) {
      case "queue-changed":
        this.#queues.set(keyOf(pbx, event.queue.name), event.queue);
        return;
      case "conference-room-changed":
        put(this.#rooms, keyOf(pbx, event.room.name), event.room, event.room.participants.length > 0);
        return;
      case "parking-changed":
        put(this.#parked, keyOf(pbx, event.parked.lot, event.parked.space), event.parked, event.occupied);
        return;
      case "extension-changed":
        this.#applyExtension(event.extension, event.removed === true);
        return;
      case "presence-changed":
        this.#presences.set(keyOf(pbx, event.presence.presentity), event.presence);
        link(this.#presenceOf, pbx, event.presence.extension, event.presence.presentity);
        return;
      case "mailbox-changed":
        this.#mailboxes.set(keyOf(pbx, event.mailbox.mailbox), event.mailbox);
        link(this.#mailboxOf, pbx, event.mailbox.extension, event.mailbox.mailbox);
        return;
      case "pbx-changed":
        if (event.removed === true) this.#remove(pbx);
        else this.#pbxs.set(pbx, event.state);
        return;
      case "device-state-changed":
      case "originate-failed":
        return;
      default:
        if (event.type === "call-cleared") this.#calls.delete(event.call.id);
        else this.#calls.set(event.call);
    }
  }

  #applyExtension(extension: Extension, removed: boolean): void {
    const { pbx, number } = extension;
    const key = keyOf(pbx, number);
    for (const { name } of this.#extensions.get(key)?.devices ?? [])
      if (this.extensionOf(pbx, name) === number) this.#extensionOfDevice.delete(keyOf(pbx, name));
    put(this.#extensions, key, extension, !removed);
    if (!removed) for (const { name } of extension.devices) this.#extensionOfDevice.set(keyOf(pbx, name), number);
  }

  /** The PBX is no longer there; its calls have ended one by one. */
  #remove(pbx: string): void {
    this.#pbxs.delete(pbx);
    this.#lags.delete(pbx);
    const ofPbx = keyOf(pbx, "");
    const maps: readonly Map<string, unknown>[] = [
      this.#queues,
      this.#rooms,
      this.#parked,
      this.#extensions,
      this.#presences,
      this.#mailboxes,
      this.#presenceOf,
      this.#mailboxOf,
      this.#extensionOfDevice,
    ];
    for (const map of maps) for (const key of map.keys()) if (key.startsWith(ofPbx)) map.delete(key);
  }

  #queueNow(queue: Queue): Queue {
    return { ...queue, callers: queue.callers.map((caller) => this.#placed(queue.pbx, caller)) };
  }

  #roomNow(room: ConferenceRoom): ConferenceRoom {
    return { ...room, participants: room.participants.map((one) => this.#placed(room.pbx, one)) };
  }

  #placed<T extends { readonly channelId: string; readonly callId?: string | undefined }>(pbx: string, thing: T): T {
    const { callId: _callId, connection: _connection, ...rest } = thing as T & { connection?: Connection };
    return { ...rest, ...this.place(pbx, thing.channelId) } as unknown as T;
  }

  #extensionNow(extension: Extension): Extension {
    const { presence: _presence, mailbox: _mailbox, callIds: _callIds, ...rest } = extension;
    const key = keyOf(extension.pbx, extension.number);
    const presence = this.#presences.get(keyOf(extension.pbx, this.#presenceOf.get(key) ?? ""));
    const mailbox = this.#mailboxes.get(keyOf(extension.pbx, this.#mailboxOf.get(key) ?? ""));
    return {
      ...rest,
      ...(presence?.extension === extension.number ? { presence } : {}),
      ...(mailbox?.extension === extension.number ? { mailbox } : {}),
      callIds: this.#calls.idsOf(extension.pbx, extension.number),
    };
  }
}

function put<T>(map: Map<string, T>, key: string, value: T, isThere: boolean): void {
  if (isThere) map.set(key, value);
  else map.delete(key);
}

function link(map: Map<string, string>, pbx: string, extension: string | undefined, name: string): void {
  if (extension !== undefined) map.set(keyOf(pbx, extension), name);
}
