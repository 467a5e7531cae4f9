import type { Agent, ClientRequest, IncomingMessage, RequestOptions } from "node:http";
import type { Readable } from "node:stream";
import {
  AriAbortError,
  AriClosedError,
  AriConnectionError,
  AriProtocolError,
  AriTimeoutError,
  type AriError,
} from "./errors.ts";
import { http, loadHttps, stream } from "./node-builtins.ts";
import type { AriTlsOptions } from "./options.ts";
import type { AriAddress } from "./ari-url.ts";
import type { RestTransport, WireLimits, WireRequest, WireResponse } from "./wire-request.ts";

/** Below Asterisk's `session_keep_alive` of 15 s, so that it is we who close an idle connection. */
const IDLE_SOCKET_MS = 10_000;

/** What the HTTP transport needs to know; nothing of it is shown in an error. */
export interface HttpTransportOptions {
  readonly address: AriAddress;
  /** The value of the Authorization header. */
  readonly authorization: string;
  readonly tls?: AriTlsOptions | undefined;
  readonly maxConnections: number;
  readonly maxMessageBytes: number;
}

/** An answer whose body is still on its way. */
export interface HttpDownload {
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Ends with an error if nothing comes for the time limit of the call, or if the call is aborted. */
  readonly stream: Readable;
}

/** The Authorization header of HTTP Basic. */
export function basicAuthorization(username: string, password: string): string {
  return `Basic ${Buffer.from(`${username}:${password}`).toString("base64")}`;
}

/** Headers by lower-case name; repeated ones joined. */
export function headersOf(response: IncomingMessage): Record<string, string> {
  const headers: Record<string, string> = {};
  for (const name in response.headers) {
    const value = response.headers[name];
    if (value !== undefined) headers[name] = typeof value === "string" ? value : value.join(", ");
  }
  return headers;
}

/** REST over HTTP/1.1 with kept-alive connections. */
export class HttpTransport implements RestTransport {
  readonly #options: HttpTransportOptions;
  readonly #agent: Agent;
  readonly #request: (options: RequestOptions) => ClientRequest;
  readonly #plainHeaders: Readonly<Record<string, string>>;
  /** Errors of kept-alive connections that were already gone when the request was written. */
  readonly #stale = new WeakSet<AriError>();
  /** Ends each request that has no answer yet. */
  readonly #pending = new Set<(error: AriError) => void>();
  #closed = false;

  constructor(options: HttpTransportOptions) {
    this.#options = options;
    const secure = options.address.secure ? loadHttps() : undefined;
    const pool = { keepAlive: true, maxSockets: options.maxConnections, timeout: IDLE_SOCKET_MS, noDelay: true };
    this.#agent =
      secure === undefined ? new http.Agent(pool) : new secure.Agent({ ...pool, ...tlsOptions(options.tls) });
    this.#request = secure === undefined ? http.request : secure.request;
    this.#plainHeaders = {
      Host: hostHeader(options.address),
      Authorization: options.authorization,
      Accept: "application/json",
    };
  }

  async send(request: WireRequest, limits: WireLimits): Promise<WireResponse> {
    try {
      return await this.#once(request, limits);
    } catch (error) {
      // A kept-alive connection that the server closed at that very moment; a GET can be asked again without harm.
      if (request.method !== "GET" || !this.#stale.has(error as AriError)) throw error;
      return await this.#once(request, limits);
    }
  }

  /** The answer's head, with a body still to be read; a status of 300 or more is read to its end. */
  async open(request: WireRequest, limits: WireLimits): Promise<HttpDownload | WireResponse> {
    return await new Promise((resolve, reject) => {
      this.#start(request, limits, reject, (response, settle) => {
        if ((response.statusCode ?? 0) >= 300) {
          this.#collect(response, request, settle, resolve, reject);
          return;
        }
        settle();
        resolve({ headers: headersOf(response), stream: bodyOf(response, request.operation, limits) });
      });
    });
  }

  /** Ends all connections; requests on their way or in line fail, and so do later ones: `ARI_CLOSED`. */
  close(): void {
    this.#closed = true;
    const error = new AriClosedError("ARI_CLOSED", "This ARI client was closed; make a new one.");
    for (const fail of this.#pending) fail(error);
    this.#agent.destroy();
  }

  #once(request: WireRequest, limits: WireLimits): Promise<WireResponse> {
    return new Promise((resolve, reject) => {
      this.#start(request, limits, reject, (response, settle) => {
        this.#collect(response, request, settle, resolve, reject);
      });
    });
  }

  #start(
    request: WireRequest,
    limits: WireLimits,
    reject: (error: AriError) => void,
    answered: (response: IncomingMessage, settle: () => boolean) => void,
  ): void {
    const { operation } = request;
    const { signal, timeoutMs } = limits;
    if (this.#closed) {
      reject(
        new AriClosedError("ARI_CLOSED", `${operation}: this ARI client was closed; make a new one.`, { operation }),
      );
      return;
    }
    if (signal?.aborted === true) {
      reject(
        new AriAbortError("ARI_ABORTED", `${operation} was aborted before it was sent.`, {
          operation,
          cause: signal.reason,
        }),
      );
      return;
    }
    const { address } = this.#options;
    const headers: Record<string, string | number> = { ...this.#plainHeaders };
    if (request.body !== undefined) {
      headers["Content-Type"] = "application/json";
      headers["Content-Length"] = Buffer.byteLength(request.body);
    } else if (request.method !== "GET") headers["Content-Length"] = 0;
    const outgoing = this.#request({
      host: address.host,
      port: address.port,
      method: request.method,
      path: `${address.basePath}${request.path}${request.query === "" ? "" : `?${request.query}`}`,
      agent: this.#agent,
      headers,
    });
    let settled = false;
    const settle = (): boolean => {
      if (settled) return false;
      settled = true;
      clearTimeout(timer);
      this.#pending.delete(fail);
      signal?.removeEventListener("abort", onAbort);
      return true;
    };
    const fail = (error: AriError): void => {
      if (settle()) reject(error);
      outgoing.destroy();
    };
    const onAbort = (): void =>
      fail(
        new AriAbortError("ARI_ABORTED", `${operation} was aborted; whether Asterisk did it is unknown.`, {
          operation,
          cause: signal?.reason,
        }),
      );
    const timer = setTimeout(() => {
      fail(
        new AriTimeoutError(
          "ARI_TIMEOUT",
          `${operation} got no answer within ${timeoutMs} ms; whether Asterisk did it is unknown.`,
          { operation, retryable: true },
        ),
      );
    }, timeoutMs);
    this.#pending.add(fail);
    signal?.addEventListener("abort", onAbort, { once: true });
    outgoing.on("error", (cause: Error & { code?: string }) => {
      if (!settle()) return;
      const error = this.#connectionError(cause, operation);
      if (outgoing.reusedSocket && error.code === "ARI_LINK_LOST") this.#stale.add(error);
      reject(error);
    });
    outgoing.on("response", (response) => answered(response, settle));
    outgoing.end(request.body);
  }

  #collect(
    response: IncomingMessage,
    request: WireRequest,
    settle: () => boolean,
    resolve: (answer: WireResponse) => void,
    reject: (error: AriError) => void,
  ): void {
    const chunks: Buffer[] = [];
    let length = 0;
    response.on("data", (chunk: Buffer) => {
      length += chunk.length;
      chunks.push(chunk);
      if (length <= this.#options.maxMessageBytes) return;
      if (settle()) {
        reject(
          new AriProtocolError(
            "ARI_BAD_RESPONSE",
            `${request.operation}: the answer is longer than maxMessageBytes (${this.#options.maxMessageBytes}).`,
            { operation: request.operation },
          ),
        );
      }
      response.destroy();
    });
    response.on("end", () => {
      if (!settle()) return;
      const body = chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks);
      resolve({ status: response.statusCode ?? 0, headers: headersOf(response), body });
    });
    response.on("error", (cause) => {
      if (settle()) reject(this.#connectionError(cause, request.operation));
    });
  }

  #connectionError(cause: Error & { code?: string }, operation: string): AriConnectionError {
    const { url } = this.#options.address;
    const lost = cause.code === "ECONNRESET" || cause.code === "EPIPE";
    const message = lost
      ? `${operation}: the connection to ${url} broke before the answer; whether Asterisk did it is unknown.`
      : `${operation}: ${url} cannot be reached (${cause.code ?? cause.message}). Check that http.conf has enabled=yes, and its bindaddr and port.`;
    return new AriConnectionError(lost ? "ARI_LINK_LOST" : "ARI_CONNECT_FAILED", message, {
      operation,
      cause,
      retryable: true,
    });
  }
}

/** The body alone: the response itself leads to the request and its Authorization header. */
function bodyOf(response: IncomingMessage, operation: string, { signal, timeoutMs }: WireLimits): Readable {
  const body = new stream.PassThrough();
  // Who has not begun to read would crash of an error that it cannot see.
  body.on("error", () => undefined);
  const idle = setTimeout(() => {
    // Full: the reader takes its time, not the server.
    if (body.writableNeedDrain) idle.refresh();
    else {
      body.destroy(
        new AriTimeoutError("ARI_TIMEOUT", `${operation}: nothing more came for ${timeoutMs} ms.`, {
          operation,
          retryable: true,
        }),
      );
    }
  }, timeoutMs);
  const onAbort = (): void =>
    void body.destroy(
      new AriAbortError("ARI_ABORTED", `${operation} was aborted.`, { operation, cause: signal?.reason }),
    );
  signal?.addEventListener("abort", onAbort, { once: true });
  response.on("data", () => idle.refresh());
  stream.pipeline(response, body, () => {
    clearTimeout(idle);
    signal?.removeEventListener("abort", onAbort);
  });
  return body;
}

/** `host:port`, IPv6 in brackets. */
export function hostHeader(address: AriAddress): string {
  return `${address.host.includes(":") ? `[${address.host}]` : address.host}:${address.port}`;
}

/** Our TLS options as Node's; `readonly` arrays are all that differs. */
export function tlsOptions(tls: AriTlsOptions | undefined): Record<string, unknown> {
  return { ...tls };
}
