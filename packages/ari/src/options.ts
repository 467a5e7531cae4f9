import type { AriError } from "./errors.ts";

/** TLS towards Asterisk's `tlsbindaddr` port (8089 by default); what is left out is Node's default. */
export interface AriTlsOptions {
  /** PEM text of the authorities to trust instead of the system's. */
  readonly ca?: string | Uint8Array | readonly (string | Uint8Array)[];
  /** PEM text of the client certificate. */
  readonly cert?: string | Uint8Array;
  /** PEM text of the client certificate's key. */
  readonly key?: string | Uint8Array;
  readonly passphrase?: string;
  /** The name the server's certificate must carry; default: the host. */
  readonly servername?: string;
  /** False accepts any certificate: only for a trial. Default true. */
  readonly rejectUnauthorized?: boolean;
}

/** Which events an application is told of (`PUT /applications/{name}/eventFilter`, Asterisk 13.26 and 16.3). Disallowed wins; an empty `allowed` allows all. */
export interface AriEventFilter {
  readonly allowed?: readonly string[];
  readonly disallowed?: readonly string[];
}

/** Where and as whom to connect. Durations are milliseconds. */
export interface AriClientOptions {
  /** `http://host:8088/ari`, or `https:`, with http.conf's `prefix` before `/ari` if it has one. A user and password in it are taken out. */
  readonly url: string;
  /** The name of a `type=user` section of ari.conf; default the one in `url`. */
  readonly username?: string;
  /** Sent in the Authorization header only; default the one in `url`. */
  readonly password?: string;
  /** Stasis applications to register. None: REST only, no event WebSocket. */
  readonly apps?: string | readonly string[];
  /** Subscribe the applications to all channels, bridges, endpoints and device states. Default false. */
  readonly subscribeAll?: boolean;
  /** Set for every application on each (re)connect; one filter for all, or one per application. */
  readonly eventFilter?: AriEventFilter | Readonly<Record<string, AriEventFilter>>;
  /** `websocket` sends REST over the event WebSocket where the server can (20.14, 21.9, 22.4), else over HTTP. Default `http`. */
  readonly rest?: "http" | "websocket";
  readonly tls?: AriTlsOptions;
  /** How long one attempt to open the event WebSocket may take; default 10,000. */
  readonly connectTimeoutMs?: number;
  /** How long a request waits for its answer, unless the call says otherwise; default 10,000. */
  readonly timeoutMs?: number;
  /** Ping when idle for `idleMs` (default 5,000) and give the peer up `timeoutMs` (default 5,000) later; `false` for none. */
  readonly ping?: false | { readonly idleMs?: number; readonly timeoutMs?: number };
  /** Wait `minMs` (default 200), doubled each time up to `maxMs` (default 10,000), half of it at random. */
  readonly reconnect?: { readonly minMs?: number; readonly maxMs?: number };
  /** Parallel HTTP connections; default 16. More requests wait for one. Asterisk's own `sessionlimit` is 100. */
  readonly maxConnections?: number;
  /** Longest event or answer taken, in bytes; default 16 MiB. */
  readonly maxMessageBytes?: number;
}

/** Options of one call. */
export interface AriCallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds; default the client's `timeoutMs`. */
  readonly timeoutMs?: number;
}

/** `idle` before `connect()`, `waiting` between two attempts, `failed` when the user is refused (no more attempts), `closed` for good. */
export type AriState = "idle" | "connecting" | "connected" | "waiting" | "failed" | "closed";

export interface AriStateChange {
  readonly from: AriState;
  readonly to: AriState;
  /** Why, when the change was not asked for. */
  readonly cause?: AriError;
  /** With `waiting`: milliseconds to the next attempt. */
  readonly retryInMs?: number;
}

/** After each connect: what was seen before may be out of date; read channels and bridges again. `StasisStart` is not repeated. */
export interface AriResync {
  /** True at the first connect of this client. */
  readonly first: boolean;
  /** Milliseconds between the last sign of life of the old link and this connect; 0 at the first. */
  readonly gapMs: number;
  /** Attempts this connect took, from 1. */
  readonly attempts: number;
}

/** A listener threw or its promise rejected; the others were called all the same. */
export interface AriListenerError {
  /** The event type or notice whose listener it was. */
  readonly name: string;
  readonly error: unknown;
}

/** What `client.onNotice(name, listener)` offers; Asterisk's own events have `client.on(type, listener)`. */
export interface AriNotices {
  state: AriStateChange;
  resync: AriResync;
  /** An attempt failed, the link was lost, or a frame made no sense; the client goes on by itself. */
  error: AriError;
  /** Another program took over one of our applications: its events no longer come here. An alarm. */
  "application-replaced": { readonly application: string };
  "listener-error": AriListenerError;
}

/** One text frame of the event WebSocket as it went over the wire; it holds no credentials. */
export interface AriFrame {
  readonly direction: "in" | "out";
  readonly text: string;
}

/** One raw request; `path` is relative to `/ari`: `/channels`, `channels/1234`. */
export interface AriRequestOptions extends AriCallOptions {
  /** Arrays are joined with commas; an element that holds a comma is refused. */
  readonly query?: Readonly<Record<string, string | number | boolean | readonly string[] | undefined>>;
  /** Sent as JSON. */
  readonly body?: unknown;
}

/** The answer to a raw request, whatever its status. */
export interface AriResponse {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  /** Parsed JSON; a Buffer if the body is something else; undefined if there is none. */
  readonly body: unknown;
}

export interface AriEventsOptions {
  /** Events by type; default all. */
  readonly types?: readonly string[];
  /** How many may wait to be taken; default 10,000. */
  readonly limit?: number;
  /** What the one too many does: end the iterator with `ARI_QUEUE_FULL` (default), or push out the oldest, or be left out itself; both count in `dropped`. */
  readonly overflow?: "fail" | "drop-oldest" | "drop-newest";
  readonly signal?: AbortSignal;
}

/** Time and chance, passed in so that tests own them. */
export interface AriRuntime {
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Calls back after that many milliseconds; returns what cancels it. */
  readonly schedule: (delayMs: number, run: () => void) => () => void;
  /** 0 ≤ n < 1. */
  readonly random: () => number;
}
