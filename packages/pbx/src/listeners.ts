/** Listeners by name. One that throws or rejects keeps nobody else from being called; what it threw goes to `onFailure`. */
export class Listeners<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => unknown>>();
  readonly #onFailure: (name: keyof Events, error: unknown) => void;

  constructor(onFailure: (name: keyof Events, error: unknown) => void = () => {}) {
    this.#onFailure = onFailure;
  }

  /** The returned function takes the listener away. */
  on<N extends keyof Events>(name: N, listener: (event: Events[N]) => unknown): () => void {
    let those = this.#listeners.get(name);
    if (those === undefined) this.#listeners.set(name, (those = new Set()));
    // An own function for each call, so that one listener added twice is two.
    const one = (event: Events[N]): unknown => listener(event);
    those.add(one);
    return () => those.delete(one);
  }

  tell<N extends keyof Events>(name: N, event: Events[N]): void {
    const those = this.#listeners.get(name);
    if (those === undefined) return;
    for (const listener of Array.from(those)) {
      if (!those.has(listener)) continue;
      try {
        const result = (listener as (event: Events[N]) => unknown)(event);
        if (result instanceof Promise) result.catch((error: unknown) => this.#onFailure(name, error));
      } catch (error) {
        this.#onFailure(name, error);
      }
    }
  }
}
