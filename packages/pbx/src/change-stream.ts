import type { Change } from "@cordboard/call-engine";
import { PbxConsumerError } from "./errors.ts";
import type { PbxChange, PbxEventsOptions } from "./pbx-options.ts";

type Taker = PromiseWithResolvers<IteratorResult<PbxChange, undefined>>;

/**
 * A bounded queue between a PBX, which never waits, and one consumer, who may.
 *
 * Invariant: what is taken is in the order in which it was told, without a hole; a consumer that is too slow gets an error instead.
 */
export class ChangeStream implements AsyncIterableIterator<PbxChange> {
  readonly #limit: number;
  readonly #types: ReadonlySet<Change["type"]> | undefined;
  readonly #ended: (stream: ChangeStream, isTooSlow: boolean) => void;
  #queue: PbxChange[] = [];
  /** Index of the first one that is not taken yet. */
  #head = 0;
  #takers: Taker[] = [];
  #over = false;
  #failure: Error | undefined;
  #unlisten: () => void = () => {};

  /** @throws PbxConsumerError `PBX_CONSUMER_OPTION` */
  constructor(options: PbxEventsOptions, ended: (stream: ChangeStream, isTooSlow: boolean) => void) {
    const { signal, types, maxBuffered = 10_000 } = options;
    if (!Number.isSafeInteger(maxBuffered) || maxBuffered < 1)
      throw new PbxConsumerError(
        "PBX_CONSUMER_OPTION",
        `maxBuffered must be a whole number above 0, not ${maxBuffered}.`,
      );
    this.#limit = maxBuffered;
    this.#types = types === undefined ? undefined : new Set(types);
    this.#ended = ended;
    if (signal === undefined) return;
    const abort = (): void => void this.return();
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    this.#unlisten = () => signal.removeEventListener("abort", abort);
  }

  push(change: PbxChange): void {
    if (this.#over || this.#types?.has(change.change.type) === false) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) taker.resolve({ done: false, value: change });
    else if (this.#queue.length - this.#head < this.#limit) this.#queue.push(change);
    else {
      this.#queue = [];
      this.#head = 0;
      this.end(
        new PbxConsumerError(
          "PBX_CONSUMER_TOO_SLOW",
          `A consumer of the changes of ${change.pbx} fell ${this.#limit} behind and was cut off. Take them faster, or raise maxBuffered; read pbx.calls and begin anew.`,
        ),
      );
    }
  }

  /** No more comes. What waits may still be taken; then the iteration ends, or throws the error once. */
  end(failure?: Error): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = failure;
    this.#unlisten();
    this.#ended(this, failure instanceof PbxConsumerError);
    for (const taker of this.#takers.splice(0)) this.#finish(taker);
  }

  next(): Promise<IteratorResult<PbxChange, undefined>> {
    const value = this.#queue[this.#head];
    if (value !== undefined) {
      this.#head++;
      if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
        this.#queue = this.#queue.slice(this.#head);
        this.#head = 0;
      }
      return Promise.resolve({ done: false, value });
    }
    const taker: Taker = Promise.withResolvers();
    if (this.#over) this.#finish(taker);
    else this.#takers.push(taker);
    return taker.promise;
  }

  return(): Promise<IteratorResult<PbxChange, undefined>> {
    this.end();
    this.#queue = [];
    this.#head = 0;
    this.#failure = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #finish(taker: Taker): void {
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure === undefined) taker.resolve({ done: true, value: undefined });
    else taker.reject(failure);
  }
}
