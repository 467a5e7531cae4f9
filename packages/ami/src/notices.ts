import type { AmiNotices } from "./client-options.ts";

type Listener<Value> = (value: Value) => void;

/** Calls a listener; what it throws becomes a notice of its own and reaches nobody else. */
export type SafeCall = <Value>(name: string, listener: Listener<Value>, value: Value) => void;

/** The client's own notices. Their names and those of AMI events never meet. */
export class Notices {
  readonly #listeners = new Map<string, Set<Listener<never>>>();

  on<N extends keyof AmiNotices>(name: N, listener: Listener<AmiNotices[N]>): () => void {
    // A set of wrappers, so that the same function may listen twice and each goes alone.
    const own: Listener<AmiNotices[N]> = (value) => listener(value);
    const listeners = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, listeners.add(own));
    return () => {
      listeners.delete(own);
    };
  }

  has(name: keyof AmiNotices): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }

  emit<N extends keyof AmiNotices>(name: N, value: AmiNotices[N]): void {
    const listeners = this.#listeners.get(name) as ReadonlySet<Listener<AmiNotices[N]>> | undefined;
    if (listeners !== undefined) this.callAll(name, listeners, () => value);
  }

  /** Calls those that listen now: whoever is ended meanwhile is left out, whoever is added waits for the next time. */
  callAll<Value>(name: string, listeners: ReadonlySet<Listener<Value>>, value: () => Value): void {
    const now = new Set(listeners);
    for (const listener of now) if (listeners.has(listener)) this.call(name, listener, value());
  }

  readonly call: SafeCall = (name, listener, value) => {
    try {
      const result: unknown = listener(value);
      // An async function: unheard, its failure would end the process.
      if (result instanceof Promise) result.catch((error: unknown) => this.#failed(name, error));
    } catch (error) {
      this.#failed(name, error);
    }
  };

  #failed(name: string, error: unknown): void {
    // A listener of listener-error that throws itself has nowhere left to go.
    if (name !== "listener-error") this.emit("listener-error", { name, error });
  }
}
