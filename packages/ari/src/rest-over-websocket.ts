import {
  AriAbortError,
  AriArgumentError,
  AriConnectionError,
  type AriError,
  AriProtocolError,
  AriTimeoutError,
} from "./errors.ts";
import type { EventSocket } from "./event-socket.ts";
import { eventTypeOf } from "./event-type.ts";
import { crypto } from "./node-builtins.ts";
import type { RestTransport, WireLimits, WireRequest, WireResponse } from "./wire-request.ts";

/** Asterisk closes with 1009 when a client's frame is longer than 65,535 bytes, its header (up to 14) included. */
const MAX_REQUEST_BYTES = 65_535 - 14;

interface Pending {
  readonly operation: string;
  readonly settle: (response: WireResponse | AriError) => void;
}

interface RestResponseFrame {
  readonly type?: unknown;
  readonly request_id?: unknown;
  readonly status_code?: unknown;
  readonly content_type?: unknown;
  readonly message_body?: unknown;
}

/**
 * REST over the event WebSocket (20.14, 21.9, 22.4): requests and answers are matched by `request_id`. Asterisk does the
 * requests of one connection one after the other.
 */
export class WebSocketTransport implements RestTransport {
  readonly #socket: () => EventSocket | undefined;
  readonly #sent: (text: string) => void;
  readonly #pending = new Map<string, Pending>();

  /** @param sent is shown each request as it is sent. */
  constructor(socket: () => EventSocket | undefined, sent: (text: string) => void) {
    this.#socket = socket;
    this.#sent = sent;
  }

  /** True if the request can go this way: the connection stands and the frame is not too long. */
  carries(request: WireRequest): boolean {
    return (
      this.#socket() !== undefined &&
      Buffer.byteLength(request.body ?? "") * 2 + request.path.length + request.query.length < MAX_REQUEST_BYTES - 1_024
    );
  }

  send(request: WireRequest, limits: WireLimits): Promise<WireResponse> {
    const { operation } = request;
    const { signal, timeoutMs } = limits;
    return new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(
          new AriAbortError("ARI_ABORTED", `${operation} was aborted before it was sent.`, {
            operation,
            cause: signal.reason,
          }),
        );
        return;
      }
      const socket = this.#socket();
      if (socket === undefined) {
        reject(
          new AriConnectionError("ARI_LINK_LOST", `${operation}: the event WebSocket is down.`, {
            operation,
            retryable: true,
          }),
        );
        return;
      }
      const id = crypto.randomUUID();
      const text = frameText(request, id);
      if (Buffer.byteLength(text) > MAX_REQUEST_BYTES) {
        const message = `${operation}: as a frame it is longer than the ${MAX_REQUEST_BYTES} bytes for which Asterisk would end the connection; send less at once.`;
        reject(new AriArgumentError("ARI_BODY_TOO_LARGE", message, { operation }));
        return;
      }
      const settle = (result: WireResponse | AriError): void => {
        if (!this.#pending.delete(id)) return;
        clearTimeout(timer);
        signal?.removeEventListener("abort", onAbort);
        if ("body" in result) resolve(result);
        else reject(result);
      };
      const onAbort = (): void =>
        settle(
          new AriAbortError("ARI_ABORTED", `${operation} was aborted; whether Asterisk did it is unknown.`, {
            operation,
            cause: signal?.reason,
          }),
        );
      const timer = setTimeout(() => {
        settle(
          new AriTimeoutError(
            "ARI_TIMEOUT",
            `${operation} got no answer over the WebSocket within ${timeoutMs} ms; whether Asterisk did it is unknown.`,
            { operation, retryable: true },
          ),
        );
      }, timeoutMs);
      signal?.addEventListener("abort", onAbort, { once: true });
      this.#pending.set(id, { operation, settle });
      this.#sent(text);
      socket.send(text);
    });
  }

  /** Takes a frame if it answers one of our requests; returns whether it did. */
  answer(text: string): boolean {
    if (this.#pending.size === 0) return false;
    const type = eventTypeOf(text);
    if (type !== undefined && type !== "RESTResponse") return false;
    let frame: RestResponseFrame;
    try {
      frame = JSON.parse(text) as RestResponseFrame;
    } catch {
      return false;
    }
    if (frame?.type !== "RESTResponse" || typeof frame.request_id !== "string") return false;
    const pending = this.#pending.get(frame.request_id);
    if (pending === undefined) return false;
    if (typeof frame.status_code !== "number") {
      pending.settle(
        new AriProtocolError("ARI_BAD_RESPONSE", `${pending.operation}: the RESTResponse has no status_code.`, {
          operation: pending.operation,
        }),
      );
      return true;
    }
    const body = typeof frame.message_body === "string" ? Buffer.from(frame.message_body) : Buffer.alloc(0);
    const headers: Record<string, string> =
      typeof frame.content_type === "string" ? { "content-type": frame.content_type } : {};
    pending.settle({ status: frame.status_code, headers, body });
    return true;
  }

  /** The connection is gone: no answer will come. */
  lost(): void {
    for (const { operation, settle } of this.#pending.values()) {
      settle(
        new AriConnectionError(
          "ARI_LINK_LOST",
          `${operation}: the event WebSocket broke before the answer; whether Asterisk did it is unknown.`,
          { operation, retryable: true },
        ),
      );
    }
  }
}

function frameText(request: WireRequest, id: string): string {
  return JSON.stringify({
    type: "RESTRequest",
    transaction_id: id,
    request_id: id,
    method: request.method,
    // Without a leading slash and without `ari/`, else 404 and 405 (res/ari/ari_websocket_requests.c).
    uri: `${request.path.slice(1)}${request.query === "" ? "" : `?${request.query}`}`,
    ...(request.body === undefined ? {} : { content_type: "application/json", message_body: request.body }),
  });
}

/** Sends over the WebSocket once a probe has shown that the server answers there; until then, and for what does not fit, over HTTP. */
export class PreferWebSocket implements RestTransport {
  readonly #webSocket: WebSocketTransport;
  readonly #http: RestTransport;
  #usable = false;

  constructor(webSocket: WebSocketTransport, http: RestTransport) {
    this.#webSocket = webSocket;
    this.#http = http;
  }

  /** What the next request takes. */
  get usable(): boolean {
    return this.#usable;
  }

  /** Asks over the WebSocket; an older Asterisk ignores the frame. Runs anew after each connect. */
  async probe(timeoutMs: number): Promise<void> {
    this.#usable = false;
    try {
      const response = await this.#webSocket.send(
        { method: "GET", path: "/asterisk/ping", query: "", operation: "asterisk.ping" },
        { timeoutMs },
      );
      this.#usable = response.status === 200;
    } catch {
      this.#usable = false;
    }
  }

  /** Back to HTTP until the next probe; what was sent may still be answered. */
  avoid(): void {
    this.#usable = false;
  }

  /** Back to HTTP until the next probe. */
  lost(): void {
    this.#usable = false;
    this.#webSocket.lost();
  }

  send(request: WireRequest, limits: WireLimits): Promise<WireResponse> {
    const transport = this.#usable && this.#webSocket.carries(request) ? this.#webSocket : this.#http;
    return transport.send(request, limits);
  }
}
