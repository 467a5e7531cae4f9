/** Listeners by name. One that throws keeps nobody else from being called; what it threw goes to `onFailure`. */
export class Listeners<Events extends object> {
  readonly #listeners = new Map<keyof Events, Set<(event: never) => void>>();
  readonly #onFailure: (name: keyof Events, error: unknown) => void;

  constructor(onFailure: (name: keyof Events, error: unknown) => void = () => {}) {
    this.#onFailure = onFailure;
  }

  /** The returned function takes the listener away. */
  on<N extends keyof Events>(name: N, listener: (event: Events[N]) => void): () => void {
    let those = this.#listeners.get(name);
    if (those === undefined) this.#listeners.set(name, (those = new Set()));
    // An own function for each call, so that one listener added twice is two.
    const one = (event: Events[N]): void => listener(event);
    those.add(one);
    return () => those.delete(one);
  }

  tell<N extends keyof Events>(name: N, event: Events[N]): void {
    for (const listener of this.#listeners.get(name) ?? []) {
      try {
        (listener as (event: Events[N]) => void)(event);
      } catch (error) {
        this.#onFailure(name, error);
      }
    }
  }
}
