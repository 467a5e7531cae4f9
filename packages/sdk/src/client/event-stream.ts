import { CordboardAbortError, CordboardApiError, CordboardConnectionError } from "../errors.ts";
import type { CordboardError } from "../errors.ts";
import { badReply } from "./api.ts";
import type { Api } from "./api.ts";
import { backoffMs } from "./backoff.ts";
import type { EventMessage, Events, EventsOptions } from "./events-options.ts";
import { MessageOrder } from "./message-order.ts";
import type { Telling } from "./message-order.ts";
import { MessageReader } from "./message-reader.ts";
import { oneLine } from "./read-answer.ts";
import { milliseconds, pause } from "./within.ts";

const DEFAULT_SILENCE_MS = 45_000;
const DEFAULT_BACKOFF = { minMs: 500, maxMs: 30_000 };
/** No server may send a client away for longer. */
const MAX_RETRY_AFTER_MS = 300_000;
const EVENTS = "GET /api/v1/events";

/** The stream of events over server-sent events: reads what is taken, and opens it again behind the last message that was taken. */
export class EventStream implements Events<EventMessage> {
  readonly snapshots: boolean;
  readonly #api: Api;
  readonly #options: EventsOptions;
  readonly #random: () => number;
  readonly #silenceMs: number;
  readonly #order: MessageOrder;
  readonly #messages: AsyncGenerator<EventMessage, undefined, undefined>;
  /** Ends whatever is waited for once the iteration is over. */
  readonly #over = new AbortController();
  #cursor: string | undefined;
  #attempt = 0;
  #connection: AbortController | undefined;
  #reader: MessageReader | undefined;
  /** Why the server ends the present connection, if it said so. */
  #closing: string | undefined;

  /** @throws {CordboardOptionError} */
  constructor(api: Api, options: EventsOptions, random: () => number = Math.random) {
    this.#api = api;
    this.#options = options;
    this.#random = random;
    this.#silenceMs = milliseconds("silenceMs", options.silenceMs, DEFAULT_SILENCE_MS);
    this.snapshots = options.snapshots !== false;
    this.#order = new MessageOrder({ after: options.after, snapshots: this.snapshots });
    this.#cursor = options.after;
    this.#messages = this.#run();
  }

  get cursor(): string | undefined {
    return this.#cursor;
  }

  next(): Promise<IteratorResult<EventMessage, undefined>> {
    return this.#messages.next();
  }

  /** Ends it at once, also while a `next()` waits. */
  return(): Promise<IteratorResult<EventMessage, undefined>> {
    this.#over.abort();
    return this.#messages.return(undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async *#run(): AsyncGenerator<EventMessage, undefined, undefined> {
    const { signal } = this.#options;
    const stop = (): void => this.#over.abort();
    signal?.addEventListener("abort", stop);
    if (signal?.aborted === true) stop();
    try {
      while (!this.#over.signal.aborted) {
        for (const text of await this.#nextTexts()) {
          const { messages, cursor } = this.#take(text);
          for (const [at, message] of messages.entries()) {
            // Behind a gap alone nobody could go on: its snapshot would be missing.
            if (at === messages.length - 1) this.#cursor = cursor;
            yield message;
            if (this.#over.signal.aborted) return undefined;
          }
          this.#cursor = cursor ?? this.#cursor;
        }
      }
    } catch (error) {
      if (!(error instanceof CordboardAbortError)) throw error;
    } finally {
      signal?.removeEventListener("abort", stop);
      this.#disconnect();
    }
    return undefined;
  }

  /** Texts of the next messages; none when the connection was lost and it is time for another attempt. @throws what no attempt can mend */
  async #nextTexts(): Promise<readonly string[]> {
    try {
      this.#reader ??= await this.#connect();
      const texts = this.#closing === undefined ? await this.#reader.next() : undefined;
      if (texts !== undefined) return texts;
      const reason = this.#closing ?? "the server ended the stream";
      throw new CordboardConnectionError("SDK_LINK_LOST", `${EVENTS}: ${reason}.`);
    } catch (error) {
      this.#disconnect();
      if (!mayPass(error)) throw error;
      await this.#wait(error);
      return [];
    }
  }

  async #connect(): Promise<MessageReader> {
    const { pbx, extension, queue, call, type, timeoutMs, onLink } = this.#options;
    const query = { after: this.#cursor, pbx, extension, queue, call, type };
    const controller = new AbortController();
    this.#connection = controller;
    const answer = await this.#api.open(
      {
        path: ["events"],
        query: this.snapshots ? query : { ...query, snapshot: false },
        ticketed: true,
        accept: "text/event-stream",
        controller,
      },
      { signal: this.#over.signal, timeoutMs },
    );
    this.#closing = undefined;
    this.#order.reconnected();
    onLink?.({ state: "open" });
    const { maxLength, signal } = this.#api;
    return new MessageReader(answer, {
      maxLength,
      silenceMs: this.#silenceMs,
      signals: [signal, this.#over.signal],
      controller,
    });
  }

  #disconnect(): void {
    this.#connection?.abort();
    this.#connection = undefined;
    this.#reader = undefined;
  }

  #take(text: string): Telling {
    const step = this.#order.take(text);
    if (step.kind === "bad") throw badReply(EVENTS, `a message is none of Cordboard's: ${step.reason}`);
    this.#attempt = 0;
    if (step.kind === "tell") return step;
    this.#closing = oneLine(step.reason);
    return { messages: [] };
  }

  async #wait(error: CordboardError): Promise<void> {
    const asked = error instanceof CordboardApiError ? (error.retryAfterMs ?? 0) : 0;
    const own = backoffMs(++this.#attempt, this.#options.backoff ?? DEFAULT_BACKOFF, this.#random);
    const retryInMs = Math.max(own, Math.min(asked, MAX_RETRY_AFTER_MS));
    this.#options.onLink?.({ state: "lost", error, retryInMs });
    await pause(retryInMs, [this.#api.signal, this.#over.signal]);
  }
}

/** Whether the same attempt may succeed later without any change by a person. */
function mayPass(error: unknown): error is CordboardError {
  if (error instanceof CordboardConnectionError) return error.code !== "SDK_BAD_REPLY";
  return error instanceof CordboardApiError && (error.status >= 500 || [408, 425, 429].includes(error.status));
}
