import type { AmiEventStream, AmiEventsOptions } from "./client-options.ts";
import { AmiAbortError, type AmiError, AmiOptionError, AmiOverflowError } from "./errors.ts";
import type { AmiMessage } from "./message.ts";

type Taker = { resolve(result: IteratorResult<AmiMessage, undefined>): void; reject(error: AmiError): void };

/** A bounded queue between the link, which never waits, and one consumer, who may. */
export class EventStream implements AmiEventStream {
  readonly #limit: number;
  readonly #overflow: "fail" | "drop-oldest" | "drop-newest";
  #ended: () => void = () => {};
  #queue: AmiMessage[] = [];
  /** Index of the first one not taken yet; the array is cut when half of it is taken. */
  #head = 0;
  #takers: Taker[] = [];
  #dropped = 0;
  #over = false;
  #failure: AmiError | undefined;
  #unlistenSignal: () => void = () => {};

  /** @throws AmiOptionError if the limit is no positive whole number. */
  constructor(options: AmiEventsOptions = {}) {
    this.#limit = options.limit ?? 10_000;
    if (!Number.isSafeInteger(this.#limit) || this.#limit < 1) {
      throw new AmiOptionError("AMI_BAD_OPTION", `limit must be a positive whole number, not ${this.#limit}`);
    }
    this.#overflow = options.overflow ?? "fail";
    const { signal } = options;
    if (signal === undefined) return;
    const abort = (): void =>
      this.close(new AmiAbortError("AMI_ABORTED", "The event stream was aborted", { cause: signal.reason }), true);
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
    this.#unlistenSignal = () => signal.removeEventListener("abort", abort);
  }

  get dropped(): number {
    return this.#dropped;
  }

  /** Calls back once when no more is taken in; at once if that is so already. */
  whenOver(ended: () => void): void {
    if (this.#over) ended();
    else this.#ended = ended;
  }

  push(message: AmiMessage): void {
    if (this.#over) return;
    const taker = this.#takers.shift();
    if (taker !== undefined) {
      taker.resolve({ done: false, value: message });
      return;
    }
    if (this.#queue.length - this.#head >= this.#limit) {
      this.#dropped++;
      if (this.#overflow === "drop-newest") return;
      if (this.#overflow === "fail") {
        const text = `A consumer fell ${this.#limit} messages behind; take them faster, raise limit, or choose an overflow that drops`;
        this.close(new AmiOverflowError("AMI_QUEUE_FULL", text), true);
        return;
      }
      this.#take();
    }
    this.#queue.push(message);
  }

  /** No more comes: what waits may still be taken, unless `now`; then the iterator ends, or throws the error once. */
  close(error?: AmiError, now = false): void {
    if (this.#over) return;
    this.#over = true;
    this.#failure = error;
    if (now) {
      this.#queue = [];
      this.#head = 0;
    }
    this.#unlistenSignal();
    this.#ended();
    const takers = this.#takers;
    this.#takers = [];
    for (const taker of takers) {
      if (this.#failure === undefined) taker.resolve({ done: true, value: undefined });
      else taker.reject(this.#failure);
      this.#failure = undefined;
    }
  }

  next(): Promise<IteratorResult<AmiMessage, undefined>> {
    if (this.#head < this.#queue.length) return Promise.resolve({ done: false, value: this.#take() });
    if (!this.#over) return new Promise((resolve, reject) => this.#takers.push({ resolve, reject }));
    const failure = this.#failure;
    this.#failure = undefined;
    return failure === undefined ? Promise.resolve({ done: true, value: undefined }) : Promise.reject(failure);
  }

  return(): Promise<IteratorResult<AmiMessage, undefined>> {
    this.close(undefined, true);
    // Over already, but not all of it taken.
    this.#queue = [];
    this.#head = 0;
    this.#failure = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  #take(): AmiMessage {
    const message = this.#queue[this.#head++] as AmiMessage;
    if (this.#head > 1024 && this.#head * 2 > this.#queue.length) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    return message;
  }
}
