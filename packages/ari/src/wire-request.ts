/** One REST request, ready for either transport. */
export interface WireRequest {
  readonly method: string;
  /** Relative to the base path, with a leading slash, percent-encoded; no query. */
  readonly path: string;
  /** Percent-encoded, without `?`; empty if none. */
  readonly query: string;
  /** JSON text. */
  readonly body?: string;
  /** What error messages call it. */
  readonly operation: string;
}

/** One answer. `body` is empty where there is none. */
export interface WireResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** How long a request may take, and who may stop it. */
export interface WireLimits {
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Carries requests to Asterisk: HTTP, or the event WebSocket. Rejects with an AriError if there is no answer; any status is an answer. */
export interface RestTransport {
  send(request: WireRequest, limits: WireLimits): Promise<WireResponse>;
}
