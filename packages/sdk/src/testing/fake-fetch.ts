import { sseText } from "./fake-log.ts";
import type { FakeLog } from "./fake-log.ts";

/** How one connection goes: after how many bytes it is cut, or when there is no more to tell (never, if undefined), and in pieces of which size it comes. */
export interface Fate {
  readonly cutAfter?: number | undefined;
  readonly pieceLength?: number;
  /** Refused instead. */
  readonly status?: number | undefined;
  /** What happens before it is opened. */
  readonly before?: () => void;
}

/** One request that was made. */
export interface SeenRequest {
  readonly url: URL;
  readonly init: RequestInit;
}

/** A fetch without a network: the stream of a log, each connection with a fate of its own. */
export class FakeFetch {
  readonly requests: SeenRequest[] = [];
  /** How many connections are open now. */
  open = 0;
  readonly #log: FakeLog;
  readonly #fates: Fate[];

  /** @param fates of the first connections; all later ones are whole. */
  constructor(log: FakeLog, fates: readonly Fate[] = []) {
    this.#log = log;
    this.#fates = [...fates];
  }

  /** How many connections still have a fate. */
  get fatesLeft(): number {
    return this.#fates.length;
  }

  readonly fetch: typeof globalThis.fetch = (input, init = {}) => {
    const url = new URL(input instanceof Request ? input.url : input);
    this.requests.push({ url, init });
    if (init.signal?.aborted === true) return Promise.reject(new DOMException("aborted", "AbortError"));
    const fate = this.#fates.shift() ?? {};
    fate.before?.();
    const answer =
      fate.status === undefined
        ? new Response(this.#body(url, fate, init.signal ?? undefined), {
            headers: { "content-type": "text/event-stream" },
          })
        : new Response("no", { status: fate.status });
    return Promise.resolve(answer);
  };

  #body(url: URL, { cutAfter, pieceLength = 1000 }: Fate, signal: AbortSignal | undefined): ReadableStream<Uint8Array> {
    const log = this.#log;
    const begin = log.opening(url.searchParams);
    let seq = begin.seq;
    let text = begin.messages.map(sseText).join("");
    let sent = 0;
    let more = Promise.withResolvers<void>();
    let isOpen = true;
    this.open++;
    const close = (): void => {
      if (isOpen) this.open--;
      isOpen = false;
      more.resolve();
    };
    return new ReadableStream<Uint8Array>(
      {
        start(out) {
          signal?.addEventListener("abort", () => {
            if (isOpen) out.error(signal.reason);
            close();
          });
        },
        async pull(out) {
          for (;;) {
            for (const event of log.after(seq)) {
              text += sseText(event);
              ({ seq } = event);
            }
            if (text !== "" || cutAfter !== undefined || !isOpen) break;
            more = Promise.withResolvers<void>();
            log.onMore = more.resolve;
            await more.promise;
          }
          if (!isOpen) return;
          const length = Math.min(pieceLength, (cutAfter ?? Infinity) - sent, text.length);
          if (length === 0) {
            out.error(new TypeError("terminated"));
            close();
            return;
          }
          out.enqueue(new TextEncoder().encode(text.slice(0, length)));
          text = text.slice(length);
          sent += length;
        },
        cancel: close,
      },
      { highWaterMark: 0 },
    );
  }
}
