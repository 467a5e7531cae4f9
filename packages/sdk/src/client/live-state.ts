import type { Call } from "../call.ts";
import type { ConferenceRoom, Extension, Mailbox, ParkedCall, Pbx, Presence, Queue } from "../pbx-state.ts";
import type { SnapshotMessage } from "../stream-event.ts";
import type { EventMessage } from "./events-options.ts";

/**
 * Everything there is now, made of a snapshot and the events behind it. Calls are found by id, PBXs by theirs, all else by
 * `<pbx>/<name>`: `hq/sales`, `hq/1000`, `hq/CustomPresence:1000`, `hq/1000@default`; parked calls by `<pbx>/<lot>/<space>`.
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
  readonly #onlyOf: ReadonlySet<string> | undefined;

  /** @param onlyOf the extensions to which the events are narrowed: a call is gone once none of them takes part. */
  constructor(onlyOf?: readonly string[]) {
    this.#onlyOf = onlyOf === undefined ? undefined : new Set(onlyOf);
  }

  get pbxs(): ReadonlyMap<string, Pbx> {
    return this.#pbxs;
  }

  get calls(): ReadonlyMap<string, Call> {
    return this.#calls;
  }

  get queues(): ReadonlyMap<string, Queue> {
    return this.#queues;
  }

  get conferenceRooms(): ReadonlyMap<string, ConferenceRoom> {
    return this.#conferenceRooms;
  }

  get parkedCalls(): ReadonlyMap<string, ParkedCall> {
    return this.#parkedCalls;
  }

  get extensions(): ReadonlyMap<string, Extension> {
    return this.#extensions;
  }

  get presences(): ReadonlyMap<string, Presence> {
    return this.#presences;
  }

  get mailboxes(): ReadonlyMap<string, Mailbox> {
    return this.#mailboxes;
  }

  /** Takes the next message of a stream. */
  apply(message: EventMessage): void {
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
        this.#queues.set(keyOf(message.queue), message.queue);
        return;
      case "conference-room-changed":
        put(this.#conferenceRooms, keyOf(message.room), message.room, message.room.participants.length > 0);
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
        put(this.#calls, message.call.id, message.call, message.type !== "call-cleared" && this.#isOurs(message.call));
    }
  }

  #isOurs({ connections }: Call): boolean {
    const ours = this.#onlyOf;
    return ours === undefined || connections.some(({ extension }) => extension !== undefined && ours.has(extension));
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

function fill<T>(map: Map<string, T>, values: readonly T[], key: (value: T) => string): void {
  map.clear();
  for (const value of values) map.set(key(value), value);
}
