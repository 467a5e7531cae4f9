/** Called for each event of its kind; a promise it returns is watched for its rejection only. */
export type Listener = (event: never) => unknown;

/** What became of a listener that threw. */
export type ListenerFailed = (name: string, error: unknown) => void;

/** Calls one listener so that nothing it does, now or later, reaches the caller. */
export function callSafely(listener: Listener, event: unknown, name: string, failed: ListenerFailed): void {
  try {
    const result = listener(event as never);
    if (typeof result === "object" && result !== null && "then" in result) {
      Promise.resolve(result).then(undefined, (error: unknown) => failed(name, error));
    }
  } catch (error) {
    failed(name, error);
  }
}

interface Entry {
  readonly listener: Listener;
  /** Count of all additions when it was added: who comes during an event does not get that event. */
  readonly born: number;
}

/** Listeners by name; a listener may add and remove others while an event runs. */
export class ListenerMap {
  readonly #byName = new Map<string, Set<Entry>>();
  #born = 0;

  /** Returns what removes it again; a second call of that does nothing. */
  add(name: string, listener: Listener): () => void {
    const entry: Entry = { listener, born: ++this.#born };
    const entries = this.#byName.get(name) ?? new Set();
    entries.add(entry);
    this.#byName.set(name, entries);
    return () => {
      if (entries.delete(entry) && entries.size === 0 && this.#byName.get(name) === entries) this.#byName.delete(name);
    };
  }

  has(name: string): boolean {
    return this.#byName.has(name);
  }

  /** Calls all listeners of the name, in the order they came. */
  emit(name: string, event: unknown, failed: ListenerFailed): void {
    const entries = this.#byName.get(name);
    if (entries === undefined) return;
    const now = this.#born;
    for (const entry of entries) if (entry.born <= now) callSafely(entry.listener, event, name, failed);
  }
}
