import { encodeOperation, encodeRaw } from "./encode-request.ts";
import { AriConnectionError, AriError, AriProtocolError } from "./errors.ts";
import { OPERATIONS } from "./generated/operations.ts";
import type { HttpDownload, HttpTransport } from "./http-transport.ts";
import { crypto } from "./node-builtins.ts";
import { withDefaults } from "./operation-defaults.ts";
import type { OperationSpec } from "./operation-spec.ts";
import type { AriCallOptions, AriRequestOptions, AriResponse } from "./options.ts";
import { responseError } from "./response-error.ts";
import { MAX_TIMER_MS } from "./time-limit.ts";
import type { RestTransport, WireLimits, WireRequest, WireResponse } from "./wire-request.ts";
import type { AriDownload } from "./wire-types.ts";

type Params = Readonly<Record<string, unknown>>;

/** The one implementation behind all typed operations. */
export class OperationCaller {
  readonly #transport: RestTransport;
  /** For what only HTTP can carry: stored files (REST over WebSocket answers 406). */
  readonly #http: HttpTransport | undefined;
  readonly #timeoutMs: number;

  constructor(transport: RestTransport, http: HttpTransport | undefined, timeoutMs: number) {
    this.#transport = transport;
    this.#http = http;
    this.#timeoutMs = timeoutMs;
  }

  /** Calls `channels.play` and the like; the result is what the operation's table row says. */
  async call(operation: string, spec: OperationSpec, params: Params, options: AriCallOptions = {}): Promise<unknown> {
    // Without an id in the path Asterisk takes the whole body for bridge variables, and keeps the bridge when it then fails.
    if (operation === "bridges.create") {
      const { bridgeId = crypto.randomUUID(), ...rest } = params;
      const withId = OPERATIONS.bridges["createWithId"] ?? spec;
      return await this.call("bridges.createWithId", withId, { bridgeId, ...rest }, options);
    }
    const request = encodeOperation(operation, spec, withDefaults(operation, params));
    if (spec.result === "binary") return await this.#download(request, options, spec);
    const response = await this.#transport.send(request, this.#limits(options));
    if (response.status >= 300) throw responseError(response, operation, spec.since);
    return spec.result === "void" ? undefined : parsed(response, operation);
  }

  /** Any request; any status is an answer. */
  async request(method: string, path: string, options: AriRequestOptions = {}): Promise<AriResponse> {
    const response = await this.#transport.send(encodeRaw(method, path, options), this.#limits(options));
    return { status: response.status, headers: response.headers, body: rawBody(response) };
  }

  async #download(request: WireRequest, options: AriCallOptions, spec: OperationSpec): Promise<AriDownload> {
    const { operation } = request;
    if (this.#http === undefined) {
      throw new AriProtocolError(
        "ARI_NOT_IMPLEMENTED",
        `${operation} needs HTTP; Asterisk refuses files over an outbound WebSocket.`,
        { operation },
      );
    }
    const response = await this.#http.open(request, this.#limits(options));
    if ("status" in response) throw responseError(response, operation, spec.since);
    return download(response, operation);
  }

  #limits(options: AriCallOptions): WireLimits {
    return { timeoutMs: Math.min(options.timeoutMs ?? this.#timeoutMs, MAX_TIMER_MS), signal: options.signal };
  }
}

function parsed(response: WireResponse, operation: string): unknown {
  try {
    return JSON.parse(response.body.toString());
  } catch (cause) {
    const details = { operation, status: response.status, cause };
    throw new AriProtocolError(
      "ARI_BAD_RESPONSE",
      `${operation}: the answer is not JSON. Is it Asterisk that answers at this address?`,
      details,
    );
  }
}

function rawBody(response: WireResponse): unknown {
  if (response.body.length === 0) return undefined;
  if (!(response.headers["content-type"] ?? "").includes("json")) return response.body;
  try {
    return JSON.parse(response.body.toString());
  } catch {
    return response.body;
  }
}

function download({ headers, stream }: HttpDownload, operation: string): AriDownload {
  const length = Number(headers["content-length"] ?? NaN);
  return {
    contentType: headers["content-type"] ?? "application/octet-stream",
    ...(Number.isSafeInteger(length) ? { length } : {}),
    stream,
    async buffer() {
      const chunks: Buffer[] = [];
      try {
        for await (const chunk of stream) chunks.push(chunk as Buffer);
      } catch (cause) {
        if (cause instanceof AriError) throw cause;
        throw new AriConnectionError("ARI_LINK_LOST", `${operation}: the download broke off.`, {
          operation,
          cause,
          retryable: true,
        });
      }
      return Buffer.concat(chunks);
    },
  };
}
