import type { AmiMessage } from "./message.ts";
import type { SafeCall } from "./notices.ts";

type EventListener = (event: AmiMessage) => void;

/** Who wants which events. The union of the names is what the decoder has to make objects of. */
export class EventListeners {
  readonly #byName = new Map<string, Set<EventListener>>();
  readonly #all = new Set<EventListener>();
  readonly #call: SafeCall;
  readonly #changed: () => void;

  constructor(call: SafeCall, changed: () => void) {
    this.#call = call;
    this.#changed = changed;
  }

  /** `*` is every event. Returns what ends it. */
  add(names: string | readonly string[], listener: EventListener): () => void {
    const own: EventListener = (event) => listener(event);
    const wanted = new Set(typeof names === "string" ? [names] : names);
    const sets = wanted.has("*") ? [this.#all] : [...wanted].map((name) => this.#setOf(name));
    for (const set of sets) set.add(own);
    this.#changed();
    return () => {
      for (const set of sets) set.delete(own);
      for (const name of wanted) if (this.#byName.get(name)?.size === 0) this.#byName.delete(name);
      this.#changed();
    };
  }

  /** The names wanted, `undefined` for all. */
  wanted(): Set<string> | undefined {
    return this.#all.size > 0 ? undefined : new Set(this.#byName.keys());
  }

  dispatch(event: AmiMessage): void {
    const named = this.#byName.get(event.name);
    if (named !== undefined) for (const listener of named) this.#call(event.name, listener, event);
    for (const listener of this.#all) this.#call(event.name, listener, event);
  }

  #setOf(name: string): Set<EventListener> {
    let set = this.#byName.get(name);
    if (set === undefined) this.#byName.set(name, (set = new Set()));
    return set;
  }
}
