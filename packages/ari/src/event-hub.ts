import { AriArgumentError, type AriError, AriProtocolError } from "./errors.ts";
import { eventTypeOf } from "./event-type.ts";
import type { UnknownAriEvent } from "./wire-types.ts";
import { type Listener, ListenerMap } from "./listener-map.ts";
import { resourceKeysOf } from "./resource-keys.ts";

/** Stands for every type. A name no event has: Asterisk's are identifiers. */
const ALL = "*";

/** Takes the events that concern one channel, bridge, playback or recording. */
export interface ResourceSubscriber {
  event(event: UnknownAriEvent): void;
  /** There will be no more. */
  end(error: AriError): void;
}

/**
 * Hands events to listeners at once and in order. What nobody waits for is not even parsed: finding an event's type
 * costs a fifth of parsing it.
 */
export class EventHub {
  readonly #listeners = new ListenerMap();
  readonly #resources = new Map<string, Set<ResourceSubscriber>>();
  /** How many resource subscribers want a type. */
  readonly #wanted = new Map<string, number>();
  readonly #receives: () => boolean;
  readonly #failed: (name: string, error: unknown) => void;
  readonly #malformed: (error: AriError) => void;
  #ended: AriError | undefined;

  /** @param receives false while no event can ever come: a connection without applications. */
  constructor(
    receives: () => boolean,
    failed: (name: string, error: unknown) => void,
    malformed: (error: AriError) => void,
  ) {
    this.#receives = receives;
    this.#failed = failed;
    this.#malformed = malformed;
  }

  /** @throws {AriError} `ARI_BAD_ARGUMENT` if no event can ever come, so that nobody waits in vain, or why none comes any more. */
  requireEvents(): void {
    if (this.#ended !== undefined) throw this.#ended;
    if (this.#receives()) return;
    throw new AriArgumentError(
      "ARI_BAD_ARGUMENT",
      "This connection gets no events: name at least one application in `apps`.",
    );
  }

  get receives(): boolean {
    return this.#ended === undefined && this.#receives();
  }

  /** There will be no more events: what waits for those of a resource is told why. */
  end(error: AriError): void {
    this.#ended ??= error;
    for (const key of this.resourceKeys()) this.endResource(key, error);
  }

  /** Tells all that subscribed to one resource that it sends no more. */
  endResource(key: string, error: AriError): void {
    for (const each of Array.from(this.#resources.get(key) ?? [])) each.end(error);
  }

  /** Listens to one type, or to all with `*`. */
  on(type: string, listener: Listener): () => void {
    return this.#listeners.add(type, listener);
  }

  /** Sends the events of these types (`*`: all) that concern the resource `kind:id`; returns what stops it. */
  subscribe(key: string, types: readonly string[], subscriber: ResourceSubscriber): () => void {
    const subscribers = this.#resources.get(key) ?? new Set();
    subscribers.add(subscriber);
    this.#resources.set(key, subscribers);
    for (const type of types) this.want(type);
    let active = true;
    return () => {
      if (!active) return;
      active = false;
      for (const type of types) this.unwant(type);
      if (subscribers.delete(subscriber) && subscribers.size === 0) this.#resources.delete(key);
    };
  }

  /** Counts one more resource subscriber for a type. */
  want(type: string): void {
    this.#wanted.set(type, (this.#wanted.get(type) ?? 0) + 1);
  }

  /** Takes back one {@link want}. */
  unwant(type: string): void {
    const left = (this.#wanted.get(type) ?? 0) - 1;
    if (left > 0) this.#wanted.set(type, left);
    else this.#wanted.delete(type);
  }

  /** The keys `kind:id` that anybody subscribed to. */
  resourceKeys(): string[] {
    return [...this.#resources.keys()];
  }

  /** Takes one frame. */
  frame(text: string): void {
    const type = eventTypeOf(text);
    if (type !== undefined && !this.#wants(type)) return;
    let event: unknown;
    try {
      event = JSON.parse(text);
    } catch (cause) {
      this.#malformed(
        new AriProtocolError("ARI_PROTOCOL", `An event of ${text.length} characters is not JSON; it was left out.`, {
          cause,
        }),
      );
      return;
    }
    if (typeof event !== "object" || event === null || typeof (event as { type?: unknown }).type !== "string") {
      this.#malformed(
        new AriProtocolError("ARI_PROTOCOL", "A frame is JSON but no event with a type; it was left out."),
      );
      return;
    }
    this.emit(event as UnknownAriEvent);
  }

  /** Hands out one parsed event: to its type, to `*`, then to its resources. */
  emit(event: UnknownAriEvent): void {
    this.#listeners.emit(event.type, event, this.#failed);
    this.#listeners.emit(ALL, event, this.#failed);
    if (this.#resources.size === 0) return;
    for (const key of resourceKeysOf(event)) {
      const subscribers = this.#resources.get(key);
      if (subscribers === undefined) continue;
      for (const subscriber of Array.from(subscribers)) subscriber.event(event);
    }
  }

  #wants(type: string): boolean {
    return this.#listeners.has(type) || this.#listeners.has(ALL) || this.#wanted.has(type) || this.#wanted.has(ALL);
  }
}
