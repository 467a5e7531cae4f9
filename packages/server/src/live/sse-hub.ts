import type { ServerResponse } from "node:http";

/** Limits of the hub. */
export interface SseHubOptions {
  /**
   * Bytes of changes one client may leave unread before it is cut off; default 1 MiB. It comes back and gets a snapshot,
   * which itself may have any size.
   */
  readonly maxUnreadBytes?: number;
  /** Clients at once; default 200. */
  readonly maxClients?: number;
  /** A comment goes out this often, so that a dead peer is found; default 15,000 ms. */
  readonly beatMs?: number;
}

type Headers = Readonly<Record<string, number | string | string[] | undefined>>;

/** Sends server-sent events to many browsers; one that does not read is cut off and never holds memory. */
export class SseHub {
  readonly #maxUnreadBytes: number;
  readonly #maxClients: number;
  /** Each with the bytes it may leave unread now. */
  readonly #clients = new Map<ServerResponse, number>();
  readonly #beat: NodeJS.Timeout;

  constructor(options: SseHubOptions = {}) {
    this.#maxUnreadBytes = options.maxUnreadBytes ?? 1024 * 1024;
    this.#maxClients = options.maxClients ?? 200;
    this.#beat = setInterval(() => this.#sendAll(": beat\n\n"), options.beatMs ?? 15_000);
    this.#beat.unref();
  }

  get clients(): number {
    return this.#clients.size;
  }

  get full(): boolean {
    return this.#clients.size >= this.#maxClients;
  }

  /** Begins a client's stream with one event; the response must not have been started. */
  add(response: ServerResponse, headers: Headers, event: string, data: unknown): void {
    response.writeHead(200, {
      ...headers,
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
      "x-accel-buffering": "no",
    });
    // Who hung up meanwhile gets no second "close".
    if (response.destroyed) return;
    const forget = (): void => {
      this.#clients.delete(response);
    };
    response.once("close", forget);
    response.on("error", forget);
    const first = `retry: 2000\n\n${frame(event, data)}`;
    this.#clients.set(response, this.#maxUnreadBytes + Buffer.byteLength(first));
    response.once("drain", () => {
      if (this.#clients.has(response)) this.#clients.set(response, this.#maxUnreadBytes);
    });
    response.write(first);
  }

  broadcast(event: string, data: unknown): void {
    if (this.#clients.size > 0) this.#sendAll(frame(event, data));
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#beat);
    for (const response of this.#clients.keys()) response.destroy();
    this.#clients.clear();
  }

  #sendAll(text: string): void {
    for (const [response, mayLeave] of this.#clients) {
      response.write(text);
      if (response.writableLength > mayLeave) {
        this.#clients.delete(response);
        response.destroy();
      }
    }
  }
}

function frame(event: string, data: unknown): string {
  // JSON holds no line break, so one data line is enough.
  return `event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;
}
