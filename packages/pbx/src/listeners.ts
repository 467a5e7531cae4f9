interface Listener {
  readonly call: (event: never) => unknown;
  isOn: boolean;
}

/** Listeners by name. One that throws or rejects keeps nobody else from being called; what it threw goes to `onFailure`. */
export class Listeners<Events extends object> {
  /** The arrays are replaced, never changed, so that a walk over one is safe. */
  readonly #listeners = new Map<keyof Events, readonly Listener[]>();
  readonly #onFailure: (name: keyof Events, error: unknown) => void;

  constructor(onFailure: (name: keyof Events, error: unknown) => void = () => {}) {
    this.#onFailure = onFailure;
  }

  /** The returned function takes the listener away. One that is added twice is two. */
  on<N extends keyof Events>(name: N, listener: (event: Events[N]) => unknown): () => void {
    const one: Listener = { call: listener, isOn: true };
    this.#listeners.set(name, [...(this.#listeners.get(name) ?? []), one]);
    return () => {
      one.isOn = false;
      this.#listeners.set(name, this.#listeners.get(name)?.filter((other) => other !== one) ?? []);
    };
  }

  tell<N extends keyof Events>(name: N, event: Events[N]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      if (!listener.isOn) continue;
      try {
        const result = (listener.call as (event: Events[N]) => unknown)(event);
        if (result instanceof Promise) result.catch((error: unknown) => this.#onFailure(name, error));
      } catch (error) {
        this.#onFailure(name, error);
      }
    }
  }
}
