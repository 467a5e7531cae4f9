import type { CordboardError } from "../errors.ts";
import type { GapMessage, SnapshotMessage, StreamEvent } from "../stream-event.ts";
import type { Backoff } from "./backoff.ts";

/** Which events, from where on, and how patiently. Each list narrows; what is left out lets everything pass. */
export interface EventsOptions {
  /** Go on behind this cursor (of an event, a snapshot, a list): nothing in between is missed. */
  readonly after?: string | undefined;
  /** Ids of PBXs. */
  readonly pbx?: readonly string[] | undefined;
  /** Extensions that take part. */
  readonly extension?: readonly string[] | undefined;
  /** Names of queues. */
  readonly queue?: readonly string[] | undefined;
  /** Ids of calls. */
  readonly call?: readonly string[] | undefined;
  readonly type?: readonly StreamEvent["type"][] | undefined;
  /** False: no snapshots, neither at the start nor after a gap; events and gaps alone. Default true. */
  readonly snapshots?: boolean | undefined;
  /** Ends the iteration, without an error. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the stream is open, and each time it is lost or cannot be opened; then it is tried again. Must not throw. */
  readonly onLink?: ((link: Link) => void) | undefined;
  /** Milliseconds without a message, heartbeats included, after which the connection is taken for dead. Default 45,000: three heartbeats. */
  readonly silenceMs?: number | undefined;
  /** Milliseconds for one attempt to open the stream. Default: the client's `timeoutMs`. */
  readonly timeoutMs?: number | undefined;
  /** The wait between attempts. Default 500 to 30,000 ms; the server may ask for longer. */
  readonly backoff?: Backoff | undefined;
}

/** How the stream is. */
export type Link =
  | { readonly state: "open" }
  | {
      readonly state: "lost";
      readonly error: CordboardError;
      /** Milliseconds until the next attempt. */
      readonly retryInMs: number;
    };

/** What comes out of a stream with snapshots. */
export type EventMessage = StreamEvent | GapMessage | SnapshotMessage;

/**
 * Numbered events in their order, each exactly once, across lost connections. Nothing is read ahead of who iterates: a slow program
 * holds no memory, the server cuts it off in the end, and it goes on where it was. May be iterated once.
 */
export interface Events<Message> extends AsyncIterableIterator<Message, undefined>, AsyncDisposable {
  /** Behind what was told so far; give it as `after` to go on in another process. Undefined before the first message. */
  readonly cursor: string | undefined;
  /** Whether snapshots come too. */
  readonly snapshots: boolean;
  [Symbol.asyncIterator](): this;
}

/** Events that begin with a `snapshot` of all there is, as does what follows a `gap` (events that are lost). */
export interface SnapshotEvents extends Events<EventMessage> {
  readonly snapshots: true;
}
