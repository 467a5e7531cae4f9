import type { Socket } from "node:net";
import { AriAbortError, AriConnectionError, type AriError, AriProtocolError } from "./errors.ts";
import type { EventSocket, EventSocketHandler } from "./event-socket.ts";
import { headersOf, type HttpTransportOptions, hostHeader, tlsOptions } from "./http-transport.ts";
import { crypto, http, loadHttps } from "./node-builtins.ts";
import { responseError } from "./response-error.ts";
import { closeFrame, FrameDecoder, pingFrame, pongFrame, textFrame } from "./websocket-frames.ts";

/** RFC 6455 section 1.3. */
const HANDSHAKE_GUID = "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
/** How long a close frame may stay unanswered. */
const CLOSE_GRACE_MS = 1_000;

/** An open client connection on the socket that the HTTP upgrade left. */
class ClientSocket implements EventSocket {
  readonly #socket: Socket;
  readonly #decoder: FrameDecoder;
  readonly #head: Buffer;
  #handler: EventSocketHandler | undefined;
  #cause: AriError | undefined;
  #ended = false;

  constructor(socket: Socket, head: Buffer, maxMessageBytes: number) {
    this.#socket = socket;
    this.#head = head;
    const sink = {
      text: (text: string): void => this.#handler?.text(text),
      ping: (payload: Buffer): void => this.#write(pongFrame(payload, crypto.randomBytes(4))),
      pong: (): void => undefined,
      close: (code: number, reason: string): void => this.#closedByPeer(code, reason),
    };
    this.#decoder = new FrameDecoder(sink, maxMessageBytes);
    socket.setTimeout(0);
    socket.setNoDelay(true);
    socket.pause();
    socket.on("error", (cause) => {
      this.#cause ??= new AriConnectionError("ARI_LINK_LOST", `The event WebSocket broke: ${cause.message}.`, {
        cause,
        retryable: true,
      });
    });
    socket.on("close", () => this.#end());
    socket.on("end", () => socket.end());
  }

  attach(handler: EventSocketHandler): void {
    this.#handler = handler;
    setImmediate(() => {
      if (this.#ended) {
        handler.ended(this.#reason());
        return;
      }
      this.#socket.on("data", (chunk: Buffer) => this.#data(chunk));
      if (this.#head.length > 0) this.#data(this.#head);
      this.#socket.resume();
    });
  }

  send(text: string): void {
    this.#write(textFrame(text, crypto.randomBytes(4)));
  }

  ping(): void {
    this.#write(pingFrame(crypto.randomBytes(4)));
  }

  close(): void {
    this.#write(closeFrame(1000, crypto.randomBytes(4)));
    this.#socket.resume();
    setTimeout(() => this.#socket.destroy(), CLOSE_GRACE_MS).unref();
  }

  terminate(cause: AriError): void {
    this.#cause ??= cause;
    this.#socket.destroy();
  }

  #data(chunk: Buffer): void {
    this.#handler?.alive();
    try {
      this.#decoder.push(chunk);
    } catch (error) {
      this.terminate(error as AriError);
    }
  }

  #write(frame: Buffer): void {
    if (this.#socket.writable) this.#socket.write(frame);
  }

  #closedByPeer(code: number, reason: string): void {
    const why = reason === "" ? "" : `, ${reason}`;
    this.#cause ??= new AriConnectionError(
      "ARI_LINK_LOST",
      `Asterisk closed the event WebSocket (code ${code}${why}).`,
      { retryable: true },
    );
    this.#write(closeFrame(code === 1005 ? 1000 : code, crypto.randomBytes(4)));
    this.#socket.end();
    setTimeout(() => this.#socket.destroy(), CLOSE_GRACE_MS).unref();
  }

  #reason(): AriError {
    return (
      this.#cause ??
      new AriConnectionError(
        "ARI_LINK_LOST",
        "The event WebSocket ended without a close frame; Asterisk stopped, or cut a slow reader.",
        { retryable: true },
      )
    );
  }

  #end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#handler?.ended(this.#reason());
  }
}

/** Where the event WebSocket is and how patient to be. */
export interface WebSocketOptions extends Omit<HttpTransportOptions, "maxConnections"> {
  /** Of `/events`, percent-encoded, without `?`. */
  readonly query: string;
  readonly timeoutMs: number;
}

/**
 * Opens the event WebSocket. The credentials go into a header, never into the address.
 * @throws {AriError} `ARI_AUTH_FAILED`, `ARI_FORBIDDEN`, `ARI_WEBSOCKET_REFUSED` and others by status, `ARI_CONNECT_FAILED`,
 * `ARI_CONNECT_TIMEOUT`, `ARI_PROTOCOL`, `ARI_ABORTED`.
 */
export function openWebSocket(options: WebSocketOptions, signal: AbortSignal): Promise<EventSocket> {
  const { address } = options;
  const operation = "events.eventWebsocket";
  return new Promise((resolve, reject) => {
    const key = crypto.randomBytes(16).toString("base64");
    const request = (address.secure ? loadHttps() : http).request({
      host: address.host,
      port: address.port,
      path: `${address.basePath}/events?${options.query}`,
      agent: false,
      headers: {
        Host: hostHeader(address),
        Authorization: options.authorization,
        Connection: "Upgrade",
        Upgrade: "websocket",
        "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Key": key,
        "Sec-WebSocket-Protocol": "ari",
      },
      ...(address.secure ? tlsOptions(options.tls) : {}),
    });
    const settle = (): void => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
    };
    const fail = (error: AriError): void => {
      settle();
      request.destroy();
      reject(error);
    };
    const onAbort = (): void =>
      fail(
        new AriAbortError("ARI_ABORTED", "Connecting to Asterisk was stopped.", { operation, cause: signal.reason }),
      );
    const timer = setTimeout(() => {
      fail(
        new AriConnectionError(
          "ARI_CONNECT_TIMEOUT",
          `${address.url} did not open the event WebSocket within ${options.timeoutMs} ms.`,
          { operation, retryable: true },
        ),
      );
    }, options.timeoutMs);
    signal.addEventListener("abort", onAbort, { once: true });
    request.on("error", (cause: Error & { code?: string }) => {
      fail(
        new AriConnectionError(
          "ARI_CONNECT_FAILED",
          `${address.url} cannot be reached (${cause.code ?? cause.message}). Check that http.conf has enabled=yes, and its bindaddr and port.`,
          { operation, cause, retryable: true },
        ),
      );
    });
    request.on("response", (response) => {
      const chunks: Buffer[] = [];
      let length = 0;
      response.on("data", (chunk: Buffer) => {
        length += chunk.length;
        if (length <= 65_536) chunks.push(chunk);
      });
      response.on("end", () =>
        fail(
          refusal(
            { status: response.statusCode ?? 0, headers: headersOf(response), body: Buffer.concat(chunks) },
            operation,
          ),
        ),
      );
      response.on("error", (cause) => request.emit("error", cause));
    });
    request.on("upgrade", (response, socket, head) => {
      const expected = crypto
        .createHash("sha1")
        .update(key + HANDSHAKE_GUID)
        .digest("base64");
      if (response.headers["sec-websocket-accept"] !== expected) {
        socket.destroy();
        fail(
          new AriProtocolError(
            "ARI_PROTOCOL",
            `${address.url} answered the WebSocket handshake with a wrong key; is it Asterisk?`,
            { operation },
          ),
        );
        return;
      }
      settle();
      resolve(new ClientSocket(socket, head, options.maxMessageBytes));
    });
    request.end();
  });
}

function refusal(
  response: { status: number; headers: Record<string, string>; body: Buffer },
  operation: string,
): AriError {
  if (response.status === 401 || response.status === 403 || response.status === 503)
    return responseError(response, operation);
  const details = { operation, status: response.status, retryable: response.status !== 400 };
  const message = `${operation}: the server answered the WebSocket handshake with ${response.status}. Check the address (http.conf's prefix), the application names, and that res_ari and res_http_websocket are loaded.`;
  return new AriConnectionError("ARI_WEBSOCKET_REFUSED", message, details);
}
