import type { Call } from "../call.ts";
import type { ConferenceRoom, Extension, Mailbox, ParkedCall, Pbx, Presence, Queue } from "../pbx-state.ts";
import type { SnapshotMessage } from "../stream-event.ts";
import { CallPlaces } from "./call-places.ts";
import type { EventMessage } from "./events-options.ts";

interface Shown {
  places?: CallPlaces;
  pbxs?: ReadonlyMap<string, Pbx>;
  queues?: ReadonlyMap<string, Queue>;
  conferenceRooms?: ReadonlyMap<string, ConferenceRoom>;
  parkedCalls?: ReadonlyMap<string, ParkedCall>;
  extensions?: ReadonlyMap<string, Extension>;
}

/**
 * Everything there is now, made of a snapshot and the events behind it. Calls are found by id, PBXs by theirs, all else by
 * `<pbx>/<name>`: `hq/sales`, `hq/1000`, `hq/CustomPresence:1000`, `hq/1000@default`; parked calls by `<pbx>/<lot>/<space>`.
 * What is told of a call inside of something else (the callers of a queue, the calls of an extension) is put together when it is
 * read, so that it is never older than the call itself.
 */
export class LiveState {
  readonly #pbxs = new Map<string, Pbx>();
  readonly #calls = new Map<string, Call>();
  readonly #queues = new Map<string, Queue>();
  readonly #conferenceRooms = new Map<string, ConferenceRoom>();
  readonly #parkedCalls = new Map<string, ParkedCall>();
  readonly #extensions = new Map<string, Extension>();
  readonly #presences = new Map<string, Presence>();
  readonly #mailboxes = new Map<string, Mailbox>();
  /** What was put together since the last message. */
  #shown: Shown = {};

  /** `calls` of each: those that are seen here. */
  get pbxs(): ReadonlyMap<string, Pbx> {
    return (this.#shown.pbxs ??= mapped(this.#pbxs, (pbx) => ({ ...pbx, calls: this.#places.countOf(pbx.id) })));
  }

  get calls(): ReadonlyMap<string, Call> {
    return this.#calls;
  }

  get queues(): ReadonlyMap<string, Queue> {
    return (this.#shown.queues ??= mapped(this.#queues, (queue) => ({
      ...queue,
      callers: queue.callers.map((caller) => this.#places.place(queue.pbx, caller)),
    })));
  }

  get conferenceRooms(): ReadonlyMap<string, ConferenceRoom> {
    return (this.#shown.conferenceRooms ??= mapped(this.#conferenceRooms, (room) => ({
      ...room,
      participants: room.participants.map((one) => this.#places.place(room.pbx, one)),
    })));
  }

  get parkedCalls(): ReadonlyMap<string, ParkedCall> {
    return (this.#shown.parkedCalls ??= mapped(this.#parkedCalls, (parked) => this.#places.place(parked.pbx, parked)));
  }

  get extensions(): ReadonlyMap<string, Extension> {
    return (this.#shown.extensions ??= this.#extensionsNow());
  }

  get presences(): ReadonlyMap<string, Presence> {
    return this.#presences;
  }

  get mailboxes(): ReadonlyMap<string, Mailbox> {
    return this.#mailboxes;
  }

  /** Takes the next message of a stream. */
  apply(message: EventMessage): void {
    this.#shown = {};
    switch (message.type) {
      case "gap":
      case "device-state-changed":
      case "originate-failed":
        return;
      case "snapshot":
        this.#replace(message);
        return;
      case "pbx-changed":
        if (message.removed === true) this.#removePbx(message.pbx);
        else this.#pbxs.set(message.state.id, message.state);
        return;
      case "queue-changed":
        put(this.#queues, keyOf(message.queue), message.queue, message.gone !== true);
        return;
      case "conference-room-changed":
        put(
          this.#conferenceRooms,
          keyOf(message.room),
          message.room,
          message.room.participants.length > 0 && message.gone !== true,
        );
        return;
      case "parking-changed":
        put(this.#parkedCalls, spaceOf(message.parked), message.parked, message.occupied);
        return;
      case "extension-changed":
        put(this.#extensions, numberOf(message.extension), message.extension, message.removed !== true);
        return;
      case "presence-changed":
        this.#presences.set(presentityOf(message.presence), message.presence);
        return;
      case "mailbox-changed":
        this.#mailboxes.set(mailboxOf(message.mailbox), message.mailbox);
        return;
      default:
        put(this.#calls, message.call.id, message.call, message.type !== "call-cleared" && message.gone !== true);
    }
  }

  get #places(): CallPlaces {
    return (this.#shown.places ??= new CallPlaces(this.#calls.values()));
  }

  #extensionsNow(): Map<string, Extension> {
    const ofExtension = <T extends Presence | Mailbox>(all: ReadonlyMap<string, T>): Map<string, T> =>
      new Map([...all.values()].map((one) => [`${one.pbx}/${one.extension}`, one]));
    const presences = ofExtension(this.#presences);
    const mailboxes = ofExtension(this.#mailboxes);
    return mapped(this.#extensions, (extension, key) => ({
      ...extension,
      presence: presences.get(key),
      mailbox: mailboxes.get(key),
      callIds: this.#places.idsOf(key),
    }));
  }

  #replace(snapshot: SnapshotMessage): void {
    fill(this.#pbxs, snapshot.pbxs, ({ id }) => id);
    fill(this.#calls, snapshot.calls, ({ id }) => id);
    fill(this.#queues, snapshot.queues, keyOf);
    fill(this.#conferenceRooms, snapshot.conferenceRooms, keyOf);
    fill(this.#parkedCalls, snapshot.parkedCalls, spaceOf);
    fill(this.#extensions, snapshot.extensions, numberOf);
    fill(this.#presences, snapshot.presences, presentityOf);
    fill(this.#mailboxes, snapshot.mailboxes, mailboxOf);
  }

  #removePbx(id: string): void {
    this.#pbxs.delete(id);
    const rest: readonly Map<string, { readonly pbx: string }>[] = [
      this.#calls,
      this.#queues,
      this.#conferenceRooms,
      this.#parkedCalls,
      this.#extensions,
      this.#presences,
      this.#mailboxes,
    ];
    for (const map of rest) for (const [key, { pbx }] of map) if (pbx === id) map.delete(key);
  }
}

const keyOf = ({ pbx, name }: Queue | ConferenceRoom): string => `${pbx}/${name}`;
const spaceOf = ({ pbx, lot, space }: ParkedCall): string => `${pbx}/${lot}/${space}`;
const numberOf = ({ pbx, number }: Extension): string => `${pbx}/${number}`;
const presentityOf = ({ pbx, presentity }: Presence): string => `${pbx}/${presentity}`;
const mailboxOf = ({ pbx, mailbox }: Mailbox): string => `${pbx}/${mailbox}`;

function put<T>(map: Map<string, T>, key: string, value: T, isThere: boolean): void {
  if (isThere) map.set(key, value);
  else map.delete(key);
}

function mapped<T>(map: ReadonlyMap<string, T>, make: (value: T, key: string) => T): Map<string, T> {
  return new Map([...map].map(([key, value]) => [key, make(value, key)]));
}

function fill<T>(map: Map<string, T>, values: readonly T[], key: (value: T) => string): void {
  map.clear();
  for (const value of values) map.set(key(value), value);
}
