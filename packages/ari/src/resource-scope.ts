import { type AriError, AriResourceError } from "./errors.ts";
import type { EventHub, ResourceSubscriber } from "./event-hub.ts";
import { callSafely, type Listener, type ListenerFailed, ListenerMap } from "./listener-map.ts";
import { type ResourceKind, resourceKey } from "./resource-keys.ts";
import { type WaitOptions, waitOnce } from "./waiting.ts";
import type { UnknownAriEvent } from "./wire-types.ts";

/** Events kept for a resource of ours until somebody listens. */
const BACKLOG_LIMIT = 100;

/** The last event that a resource has for us: a channel that leaves Stasis sends no more. */
const LAST: Readonly<Record<ResourceKind, readonly string[]>> = {
  channel: ["StasisEnd", "ChannelDestroyed"],
  bridge: ["BridgeDestroyed"],
  playback: ["PlaybackFinished"],
  recording: ["RecordingFinished", "RecordingFailed"],
};

/**
 * The events of one resource. It takes part in the hub only while somebody listens (or it keeps a backlog), so that
 * forgotten handles cost nothing, and it leaves with the resource's last event, listeners and all.
 */
export class ResourceScope implements ResourceSubscriber {
  readonly kind: ResourceKind;
  readonly id: string;
  readonly #hub: EventHub;
  readonly #failed: ListenerFailed;
  #listeners = new ListenerMap();
  readonly #endings = new Set<(error: AriError) => void>();
  readonly #retained = new Set<() => void>();
  #leave: (() => void) | undefined;
  #backlog: UnknownAriEvent[] | undefined;
  #ended: AriError | undefined;

  constructor(hub: EventHub, failed: ListenerFailed, kind: ResourceKind, id: string) {
    this.#hub = hub;
    this.#failed = failed;
    this.kind = kind;
    this.id = id;
  }

  /** Why there will be no more events, once that is so. */
  get ended(): AriError | undefined {
    return this.#ended;
  }

  /**
   * From now on keeps events for whoever first listens to their type (at most 100): called before the resource is
   * made, so that none is missed.
   */
  keepBacklog(): void {
    if (this.#ended !== undefined || this.#backlog !== undefined || !this.#hub.receives) return;
    this.#backlog = [];
    this.#retain("*");
  }

  /** Listens to one type (`*`: all). Kept events of that type come first, before any newer one. */
  on(type: string, listener: Listener): () => void {
    const kept = this.#takeKept((event) => type === "*" || event.type === type);
    let active = true;
    const release = this.#retain(type);
    const remove = this.#ended === undefined ? this.#listeners.add(type, listener) : undefined;
    if (kept.length > 0) {
      queueMicrotask(() => {
        for (const event of kept) if (active) callSafely(listener, event, type, this.#failed);
      });
    }
    return () => {
      active = false;
      remove?.();
      release();
    };
  }

  /** Told once when the resource ends; at once if it has. */
  onEnd(listener: (error: AriError) => void): () => void {
    if (this.#ended !== undefined) {
      listener(this.#ended);
      return () => undefined;
    }
    this.#endings.add(listener);
    const release = this.#retain();
    return () => {
      this.#endings.delete(listener);
      release();
    };
  }

  /** @throws {AriError} `ARI_TIMEOUT`, `ARI_ABORTED`, `ARI_RESOURCE_GONE` if the resource ends first. */
  async waitFor(types: readonly string[], options: WaitOptions<UnknownAriEvent>): Promise<UnknownAriEvent> {
    const matches = (event: UnknownAriEvent): boolean => types.includes(event.type) && (options.where?.(event) ?? true);
    return await waitOnce(`${types.join(" or ")} of ${this.kind} ${this.id}`, options, (done, fail) => {
      const [kept] = this.#takeKept(matches, 1);
      if (kept !== undefined) {
        done(kept);
        return () => undefined;
      }
      if (this.#ended === undefined) this.#hub.requireEvents();
      const take = (event: UnknownAriEvent): void => {
        if (matches(event)) done(event);
      };
      const undo = types.flatMap((type) => [this.#retain(type), this.#listeners.add(type, take)]);
      undo.push(this.onEnd(fail));
      return () => {
        for (const each of undo) each();
      };
    });
  }

  event(event: UnknownAriEvent): void {
    const { type } = event;
    if (this.#backlog !== undefined && this.#backlog.length < BACKLOG_LIMIT && !this.#listeners.has(type))
      this.#backlog.push(event);
    this.#listeners.emit(type, event, this.#failed);
    this.#listeners.emit("*", event, this.#failed);
    if (LAST[this.kind].includes(type) && this.#isSubject(event)) {
      this.end(new AriResourceError("ARI_RESOURCE_GONE", `The ${this.kind} ${this.id} is gone (${type}).`));
    }
  }

  /** No more events: listeners are dropped, who waits is told. Kept events can still be taken. */
  end(error: AriError): void {
    if (this.#ended !== undefined) return;
    this.#ended = error;
    for (const release of this.#retained) release();
    this.#listeners = new ListenerMap();
    const endings = [...this.#endings];
    this.#endings.clear();
    for (const ending of endings) callSafely(ending, error, `${this.kind} end`, this.#failed);
  }

  /** Not merely mentioned: a channel also sees events in which it is another's peer. */
  #isSubject(event: UnknownAriEvent): boolean {
    const subject = event[this.kind] as { id?: unknown; name?: unknown } | undefined;
    return (this.kind === "recording" ? subject?.name : subject?.id) === this.id;
  }

  #takeKept(matches: (event: UnknownAriEvent) => boolean, limit: number = BACKLOG_LIMIT): UnknownAriEvent[] {
    const taken: UnknownAriEvent[] = [];
    this.#backlog = this.#backlog?.filter((event) => {
      if (taken.length >= limit || !matches(event)) return true;
      taken.push(event);
      return false;
    });
    return taken;
  }

  #retain(type?: string): () => void {
    if (this.#ended !== undefined) return () => undefined;
    if (type !== undefined) this.#hub.want(type);
    if (this.#retained.size === 0)
      this.#leave = this.#hub.subscribe(resourceKey(this.kind, this.id), LAST[this.kind], this);
    const release = (): void => {
      if (!this.#retained.delete(release)) return;
      if (type !== undefined) this.#hub.unwant(type);
      if (this.#retained.size === 0) this.#leave?.();
    };
    this.#retained.add(release);
    return release;
  }
}
