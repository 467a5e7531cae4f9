import { AriAbortError, type AriError, AriOverflowError } from "./errors.ts";
import type { AriEventsOptions } from "./options.ts";
import type { UnknownAriEvent } from "./wire-types.ts";

const DEFAULT_LIMIT = 10_000;

/** Events as they come, through reconnects, until `close()`. Ends with an error if its queue overflows, unless told otherwise. */
export interface AriEventStream extends AsyncIterableIterator<UnknownAriEvent>, AsyncDisposable {
  /** Events this stream lost by its own overflow policy. */
  readonly dropped: number;
}

interface Taker {
  resolve(result: IteratorResult<UnknownAriEvent>): void;
  reject(error: AriError): void;
}

const DONE: IteratorReturnResult<undefined> = { done: true, value: undefined };

/** A bounded queue between the link, which never waits, and a consumer that takes its time. */
export class EventStream implements AriEventStream {
  readonly #limit: number;
  readonly #overflow: "fail" | "drop-oldest" | "drop-newest";
  readonly #stop: () => void;
  #queue: UnknownAriEvent[] = [];
  /** Taken events are not shifted off one by one, which would cost their number each time. */
  #head = 0;
  #takers: Taker[] = [];
  #end: { readonly error?: AriError } | undefined;
  dropped = 0;

  /** @param subscribe begins to push events here and returns what stops it. */
  constructor(options: AriEventsOptions, subscribe: (stream: EventStream) => () => void) {
    const { limit = DEFAULT_LIMIT } = options;
    this.#limit = limit >= 1 ? limit : 1;
    this.#overflow = options.overflow ?? "fail";
    const { signal } = options;
    const onAbort = (): void =>
      this.finish(new AriAbortError("ARI_ABORTED", "The event stream was stopped.", { cause: signal?.reason }));
    const unsubscribe = subscribe(this);
    this.#stop = () => {
      unsubscribe();
      signal?.removeEventListener("abort", onAbort);
    };
    signal?.addEventListener("abort", onAbort, { once: true });
    if (signal?.aborted === true) onAbort();
  }

  push(event: UnknownAriEvent): void {
    if (this.#end !== undefined) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) {
      taker.resolve({ done: false, value: event });
      return;
    }
    if (this.#queue.length - this.#head >= this.#limit) {
      if (this.#overflow === "fail") {
        this.finish(
          new AriOverflowError(
            "ARI_QUEUE_FULL",
            `${this.#limit} events waited to be taken; take them faster, raise \`limit\`, or choose an \`overflow\` policy.`,
          ),
        );
        return;
      }
      this.dropped++;
      if (this.#overflow === "drop-newest") return;
      this.#takeHead();
    }
    this.#queue.push(event);
  }

  /** No more events: those that wait can still be taken, then the iterator ends, or throws `error`. */
  finish(error?: AriError): void {
    if (this.#end !== undefined) return;
    this.#end = error === undefined ? {} : { error };
    this.#stop();
    for (const taker of this.#takers.splice(0)) {
      if (error === undefined) taker.resolve(DONE);
      else taker.reject(error);
    }
  }

  next(): Promise<IteratorResult<UnknownAriEvent>> {
    const event = this.#queue[this.#head];
    if (event !== undefined) {
      this.#takeHead();
      return Promise.resolve({ done: false, value: event });
    }
    if (this.#end === undefined) return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
    const { error } = this.#end;
    this.#end = {};
    return error === undefined ? Promise.resolve(DONE) : Promise.reject(error);
  }

  return(): Promise<IteratorResult<UnknownAriEvent>> {
    this.finish();
    this.#queue = [];
    this.#head = 0;
    return Promise.resolve(DONE);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  #takeHead(): void {
    this.#head++;
    if (this.#head <= 1_024 || this.#head * 2 <= this.#queue.length) return;
    this.#queue = this.#queue.slice(this.#head);
    this.#head = 0;
  }
}
