import type { Call, ConferenceRoom, Extension, Mailbox, ParkedCall, Pbx, Presence, Queue, Scope } from "@cordboard/sdk";
import {
  audienceOfCall,
  audienceOfExtension,
  audienceOfOwner,
  audienceOfParked,
  audienceOfQueue,
  audienceOfRoom,
  everyone,
} from "./audience.ts";
import type { Audience } from "./audience.ts";
import type { EventBody } from "./event-body.ts";

/** What a client wants to see; each list narrows, what is absent lets everything pass. */
export interface Filter {
  readonly pbx?: readonly string[] | undefined;
  readonly extension?: readonly string[] | undefined;
  readonly queue?: readonly string[] | undefined;
  readonly call?: readonly string[] | undefined;
  /** Types of events; says nothing of what is no event. */
  readonly type?: readonly string[] | undefined;
}

type Names = ReadonlySet<string> | undefined;

/**
 * What somebody may and wants to see: the scope of a token and a filter. The same for events as they happen, for replayed ones, for
 * snapshots and for what GET replies show. A token with some extensions only never learns who else is in a queue, a room or a lot.
 */
export class Viewer {
  /** Equal for viewers who see the same. */
  readonly key: string;
  readonly #pbxs: Names;
  readonly #extensions: Names;
  readonly #wanted: { readonly pbx: Names; readonly extension: Names; readonly queue: Names; readonly call: Names };
  readonly #types: Names;

  constructor(scope: Pick<Scope, "pbxs" | "extensions">, filter: Filter = {}) {
    this.#pbxs = scope.pbxs === "*" ? undefined : new Set(scope.pbxs);
    this.#extensions = scope.extensions === "*" ? undefined : new Set(scope.extensions);
    const { pbx, extension, queue, call, type } = filter;
    this.#wanted = { pbx: names(pbx), extension: names(extension), queue: names(queue), call: names(call) };
    this.#types = names(type);
    const all = [this.#pbxs, this.#extensions, ...Object.values(this.#wanted), this.#types];
    this.key = JSON.stringify(all.map((one) => (one === undefined ? null : [...one].toSorted())));
  }

  /** Whether an event concerns him. If so, {@link Viewer.redact} says what of it he gets. */
  admitsEvent(pbx: string, type: string, audience: Audience): boolean {
    return this.#types?.has(type) !== false && this.#admits(pbx, audience);
  }

  /** True when events of this type may hold what he must not see, so that they have to go through {@link Viewer.redact}. */
  redacts(type: EventBody["type"]): boolean {
    return (
      this.#extensions !== undefined &&
      (type === "queue-changed" || type === "conference-room-changed" || type === "parking-changed")
    );
  }

  /** True when what he sees may go on without him: he does not see all there is of each PBX. */
  get narrows(): boolean {
    const { extension, queue, call } = this.#wanted;
    return [this.#extensions, extension, queue, call].some((one) => one !== undefined);
  }

  /** True when an admitted event is the last that he sees of its call, queue or room, which go on without those whom he may or wants to see. */
  leaves(event: EventBody): boolean {
    if (event.type === "queue-changed") return this.queue(event.queue) === undefined;
    if (event.type === "conference-room-changed") return this.conferenceRoom(event.room) === undefined;
    return "call" in event && event.type !== "call-cleared" && this.call(event.call) === undefined;
  }

  /** An admitted event without what he must not see. */
  redact<Event extends EventBody>(event: Event): Event {
    if (!this.redacts(event.type)) return event;
    if (event.type === "queue-changed") return { ...event, queue: this.#redactQueue(event.queue) };
    if (event.type === "conference-room-changed") return { ...event, room: this.#redactRoom(event.room) };
    if (event.type === "parking-changed") return { ...event, parked: this.#withoutOthers(event.parked) };
    return event;
  }

  /** The thing as he may see it; undefined if not at all. */
  pbx(pbx: Pbx): Pbx | undefined {
    return this.#admits(pbx.id, everyone) ? pbx : undefined;
  }

  call(call: Call): Call | undefined {
    return this.#admits(call.pbx, audienceOfCall(call)) ? call : undefined;
  }

  queue(queue: Queue): Queue | undefined {
    return this.#admits(queue.pbx, audienceOfQueue(queue)) ? this.#redactQueue(queue) : undefined;
  }

  conferenceRoom(room: ConferenceRoom): ConferenceRoom | undefined {
    return this.#admits(room.pbx, audienceOfRoom(room)) ? this.#redactRoom(room) : undefined;
  }

  /** `parker`: the extension that gets the call back. */
  parkedCall(parked: ParkedCall, parker: string | undefined): ParkedCall | undefined {
    return this.#admits(parked.pbx, audienceOfParked(parked, parker)) ? this.#withoutOthers(parked) : undefined;
  }

  extension(extension: Extension): Extension | undefined {
    return this.#admits(extension.pbx, audienceOfExtension(extension)) ? extension : undefined;
  }

  presence(presence: Presence): Presence | undefined {
    return this.#admits(presence.pbx, audienceOfOwner(presence)) ? presence : undefined;
  }

  mailbox(mailbox: Mailbox): Mailbox | undefined {
    return this.#admits(mailbox.pbx, audienceOfOwner(mailbox)) ? mailbox : undefined;
  }

  #admits(pbx: string, audience: Audience): boolean {
    const { pbx: pbxs, extension, queue, call } = this.#wanted;
    if (this.#pbxs?.has(pbx) === false || pbxs?.has(pbx) === false) return false;
    if (audience.everyone === true) return true;
    return (
      meets(this.#extensions, audience.extensions) &&
      meets(extension, audience.extensions) &&
      meets(queue, audience.queues) &&
      meets(call, audience.calls)
    );
  }

  #redactQueue(queue: Queue): Queue {
    return this.#extensions === undefined
      ? queue
      : { ...queue, callers: queue.callers.map((caller) => this.#withoutOthers(caller)) };
  }

  #redactRoom(room: ConferenceRoom): ConferenceRoom {
    return this.#extensions === undefined
      ? room
      : { ...room, participants: room.participants.map((one) => this.#withoutOthers(one)) };
  }

  #withoutOthers<T extends Pick<ParkedCall, "connection" | "callId">>(place: T): T {
    if (this.#extensions === undefined) return place;
    const owner = place.connection?.extension;
    if (owner !== undefined && this.#extensions.has(owner)) return place;
    const { connection: _connection, callId: _callId, ...rest } = place;
    return rest as T;
  }
}

function names(list: readonly string[] | undefined): Names {
  return list === undefined ? undefined : new Set(list);
}

function meets(allowed: Names, these: readonly string[]): boolean {
  return allowed === undefined || these.some((name) => allowed.has(name));
}
