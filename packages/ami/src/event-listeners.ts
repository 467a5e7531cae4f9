import type { AmiMessage } from "./message.ts";
import type { SafeCall } from "./notices.ts";

type EventListener = (event: AmiMessage) => void;

/** Who wants which events. The union of the names is what the decoder has to make objects of. */
export class EventListeners {
  /** The arrays are replaced, never changed, so that a walk over one is safe. */
  readonly #byName = new Map<string, readonly EventListener[]>();
  readonly #call: SafeCall;
  readonly #changed: () => void;
  #all: readonly EventListener[] = [];

  constructor(call: SafeCall, changed: () => void) {
    this.#call = call;
    this.#changed = changed;
  }

  /** `*` is every event. Returns what ends it. */
  add(names: string | readonly string[], listener: EventListener): () => void {
    let isOn = true;
    // What the listener returns goes on to the safe call: it may be the promise of an async function.
    const own: EventListener = (event) => (isOn ? listener(event) : undefined);
    const given = new Set(typeof names === "string" ? [names] : names);
    const wanted = given.has("*") ? ["*"] : [...given];
    for (const name of wanted) this.#set(name, [...this.#of(name), own]);
    this.#changed();
    return () => {
      isOn = false;
      for (const name of wanted)
        this.#set(
          name,
          this.#of(name).filter((other) => other !== own),
        );
      this.#changed();
    };
  }

  /** The names wanted, `undefined` for all. */
  wanted(): Set<string> | undefined {
    return this.#all.length > 0 ? undefined : new Set(this.#byName.keys());
  }

  dispatch(event: AmiMessage): void {
    const named = this.#byName.get(event.name);
    if (named !== undefined) for (const listener of named) this.#call(event.name, listener, event);
    for (const listener of this.#all) this.#call(event.name, listener, event);
  }

  #of(name: string): readonly EventListener[] {
    return name === "*" ? this.#all : (this.#byName.get(name) ?? []);
  }

  #set(name: string, listeners: readonly EventListener[]): void {
    if (name === "*") this.#all = listeners;
    else if (listeners.length > 0) this.#byName.set(name, listeners);
    else this.#byName.delete(name);
  }
}
