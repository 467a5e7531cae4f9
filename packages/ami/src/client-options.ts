import type { AmiError } from "./errors.ts";
import type { AmiMessage } from "./message.ts";
import type { AmiLimits } from "./limits.ts";

/** TLS towards Asterisk's `tlsbindaddr` port; what is left out is Node's default. */
export interface AmiTlsOptions {
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

/** Where and how to log in. Durations are milliseconds. */
export interface AmiClientOptions {
  readonly host: string;
  /** 1-65535; default 5038, with TLS 5039. */
  readonly port?: number;
  readonly tls?: boolean | AmiTlsOptions;
  readonly username: string;
  readonly secret: string;
  /** `plain` sends the secret (default), `md5` answers Asterisk's challenge. */
  readonly auth?: "plain" | "md5";
  /** The login's event mask: all the user may read (default), none, or these classes (`call`, `system`, …). */
  readonly events?: "on" | "off" | readonly string[];
  /** How long one attempt to connect and log in may take; default 10,000. */
  readonly connectTimeoutMs?: number;
  /** How long an action waits for its reply, unless the call says otherwise; default 10,000. */
  readonly timeoutMs?: number;
  /** Ping when idle for `idleMs` (default 5,000) and give the peer up `timeoutMs` (default 5,000) later; `false` for none. */
  readonly ping?: false | { readonly idleMs?: number; readonly timeoutMs?: number };
  /** Wait `minMs` (default 200), doubled each time up to `maxMs` (default 10,000), half of it at random. */
  readonly reconnect?: { readonly minMs?: number; readonly maxMs?: number };
  /** Actions that may wait for a reply at once; default 10,000. One more rejects with `AMI_QUEUE_FULL`. */
  readonly maxPending?: number;
  /** Bytes that may wait to be written; default 4,194,304. More rejects with `AMI_QUEUE_FULL`. */
  readonly maxUnsentBytes?: number;
  /** A `lag` notice is due when reading is late by this much; default 50, half of Asterisk's default `writetimeout`. */
  readonly lagMs?: number;
  readonly limits?: Partial<AmiLimits>;
}

/** `idle` before `connect()`, `waiting` between two attempts, `closed` for good. */
export type AmiState = "idle" | "connecting" | "logging-in" | "ready" | "waiting" | "closed";

export interface AmiStateChange {
  readonly from: AmiState;
  readonly to: AmiState;
  /** Why, when the change was not asked for. */
  readonly cause?: AmiError;
  /** With `waiting`: milliseconds to the next attempt. */
  readonly retryInMs?: number;
}

/** After each login: what was seen before may be out of date; read the snapshot again. */
export interface AmiResync {
  /** True at the first login of this client. */
  readonly first: boolean;
  /** Milliseconds between the last byte of the old link and this login; 0 at the first. */
  readonly gapMs: number;
  /** Attempts this login took, from 1. */
  readonly attempts: number;
}

/** Reading is late; Asterisk cuts a session whose socket stays full for its `writetimeout` (100 ms by default). */
export interface AmiLag {
  /** `loop`: the event loop was blocked. `backlog`: the kernel's buffer has not been empty for so long. */
  readonly reason: "loop" | "backlog";
  /** By how many milliseconds. */
  readonly lateMs: number;
}

/** A listener threw; the others were called all the same. */
export interface AmiListenerError {
  /** The notice or event whose listener it was. */
  readonly name: string;
  readonly error: unknown;
}

/** Outbound bytes as they may be shown or kept: secrets are replaced by `***`. */
export interface AmiSent {
  readonly action: string;
  readonly actionId: string;
  readonly text: string;
}

/** What `client.on(name, listener)` offers. AMI events have a space of names of their own: `onEvent`. */
export interface AmiNotices {
  event: AmiMessage;
  state: AmiStateChange;
  resync: AmiResync;
  /** An attempt failed or the link was lost; the client goes on by itself. */
  error: AmiError;
  lag: AmiLag;
  "listener-error": AmiListenerError;
  sent: AmiSent;
}

/** What the client counted since it was made. */
export interface AmiStats {
  /** Events that came and that nobody wanted. */
  readonly skippedEvents: number;
  /** Replies to calls that had already timed out or been aborted. */
  readonly lateReplies: number;
  /** Replies without an ActionID of ours. */
  readonly strayReplies: number;
  /** Calls that wait for their reply. */
  readonly pendingCalls: number;
  readonly bytesRead: number;
  readonly logins: number;
}

/** Options of one call. */
export interface AmiCallOptions {
  readonly signal?: AbortSignal;
  /** Milliseconds; default the client's `timeoutMs`. */
  readonly timeoutMs?: number;
}

/** A collected list. */
export interface AmiList<Item extends AmiMessage = AmiMessage> {
  readonly response: AmiMessage;
  readonly items: readonly Item[];
  /** The closing event; absent when Asterisk answered an empty list with a plain reply or an Error. */
  readonly complete?: AmiMessage;
}

/** How an Originate ended, from its OriginateResponse event. */
export interface OriginateResult {
  readonly success: boolean;
  /** AST_CONTROL code: 0 failure, 1 hangup, 3 ringing/no answer, 4 answered, 5 busy, 8 congestion. */
  readonly reason: number;
  readonly channel: string;
  /** Absent when no channel came to be. */
  readonly uniqueid?: string;
  readonly event: AmiMessage;
}

export interface AmiEventsOptions {
  /** Events by name; default all. */
  readonly names?: readonly string[];
  /** How many may wait to be taken; default 10,000. */
  readonly limit?: number;
  /** What the one too many does: end the iterator with `AMI_QUEUE_FULL` (default), or push out the oldest, or be left out itself; both count in `dropped`. */
  readonly overflow?: "fail" | "drop-oldest" | "drop-newest";
  readonly signal?: AbortSignal;
}

/** Events as they come, through reconnects, until `close()`. */
export interface AmiEventStream extends AsyncIterableIterator<AmiMessage>, AsyncDisposable {
  /** Events this stream lost by its own overflow policy. */
  readonly dropped: number;
}

/** Time and chance, passed in so that tests own them. */
export interface AmiRuntime {
  /** Monotonic milliseconds. */
  now(): number;
  /** Calls back after that many milliseconds; returns what cancels it. What is `background` keeps no process alive. */
  schedule(delayMs: number, run: () => void, background?: boolean): () => void;
  /** 0 ≤ n < 1. */
  random(): number;
}
