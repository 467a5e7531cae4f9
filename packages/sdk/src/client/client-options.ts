/** How to reach a Cordboard. */
export interface ClientOptions {
  /** Its address: `https://cordboard.example`, also with a path before `/api/v1`; in a page also relative to it. Holds no secret. */
  readonly url: string | URL;
  /** The secret of a token, sent as a header only. A function is asked before each request, so that it may renew what expires. */
  readonly token?: string | (() => string | Promise<string>) | undefined;
  /**
   * Gives a fresh one-use ticket before each attempt to open the stream of events. For a page that is to have no token: its own
   * server makes the ticket (`tickets.create()`) and hands it over. Nothing but `events()` can use it.
   */
  readonly ticket?: (() => string | Promise<string>) | undefined;
  /** Default: the global one. */
  readonly fetch?: typeof globalThis.fetch | undefined;
  /** Ends everything that this client does. */
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds for one request, its answer included. Default 10,000. */
  readonly timeoutMs?: number | undefined;
  /** Characters that one answer or one message of the stream may have. Default 64 Mi. */
  readonly maxLength?: number | undefined;
}

/** What each request takes. */
export interface RequestOptions {
  readonly signal?: AbortSignal | undefined;
  /** Milliseconds, the answer included. Default: the client's. */
  readonly timeoutMs?: number | undefined;
}
