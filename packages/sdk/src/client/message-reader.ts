import { badReply } from "./api.ts";
import type { OpenAnswer } from "./api.ts";
import { MessageTooLong, SseParser } from "./sse-parser.ts";
import { within } from "./within.ts";

/** When to stop waiting. */
export interface ReaderLimits {
  readonly maxLength: number;
  readonly silenceMs: number;
  readonly signals: readonly (AbortSignal | undefined)[];
  readonly controller: AbortController;
}

/**
 * The texts of the messages of one connection. Reads only when asked, one piece at a time: what is not asked for stays with the
 * server, and the silence of a server is measured only while somebody waits for it.
 */
export class MessageReader {
  readonly #what: string;
  readonly #limits: ReaderLimits;
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
  readonly #decoder = new TextDecoder();
  readonly #parser: SseParser;

  constructor({ what, body }: OpenAnswer, limits: ReaderLimits) {
    this.#what = what;
    this.#limits = limits;
    this.#reader = body.getReader();
    this.#parser = new SseParser(limits.maxLength);
  }

  /** Those of the next piece; undefined at the end. @throws {CordboardConnectionError} {@link CordboardAbortError} */
  async next(): Promise<readonly string[] | undefined> {
    const { silenceMs: timeoutMs, signals, controller } = this.#limits;
    const limits = { what: this.#what, timeoutMs, signals, controller };
    const { done, value } = await within(limits, "SDK_LINK_LOST", () => this.#reader.read());
    if (done) return undefined;
    try {
      return this.#parser.push(this.#decoder.decode(value, { stream: true }));
    } catch (error) {
      if (!(error instanceof MessageTooLong)) throw error;
      throw badReply(this.#what, `one message has more than ${this.#limits.maxLength} characters (option maxLength)`);
    }
  }
}
