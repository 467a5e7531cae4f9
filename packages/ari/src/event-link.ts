import { backoffMs, type BackoffBounds } from "./backoff.ts";
import { AriConnectionError, AriError } from "./errors.ts";
import type { EventSocket } from "./event-socket.ts";
import { type PingSettings, watchPeer } from "./peer-watch.ts";
import type { AriResync, AriRuntime, AriState, AriStateChange } from "./options.ts";

/** What a link needs from outside. */
export interface EventLinkOptions {
  /** Opens one connection; what it throws decides what comes next (`ARI_AUTH_FAILED`, `ARI_FORBIDDEN`: no more attempts). */
  readonly open: (signal: AbortSignal) => Promise<EventSocket>;
  /** Runs after a connection stands and before it is announced; it reports its own failures. */
  readonly prepare: () => Promise<void>;
  readonly reconnect: BackoffBounds;
  readonly ping: PingSettings;
  readonly runtime: AriRuntime;
}

/** What a link tells its owner. */
export interface EventLinkHandler {
  text(text: string): void;
  state(change: AriStateChange): void;
  resync(resync: AriResync): void;
  error(error: AriError): void;
  /** The connection is gone, for now or for good. */
  lost(cause: AriError): void;
}

/** Refusals that no waiting cures: a person must change something. */
const isFinal = (error: AriError): boolean =>
  error.code === "ARI_AUTH_FAILED" ||
  error.code === "ARI_FORBIDDEN" ||
  (error.code === "ARI_WEBSOCKET_REFUSED" && error.status === 400);

/** Keeps one event connection up for ever: back-off with jitter from the first attempt on, ping with a deadline. */
export class EventLink {
  readonly #options: EventLinkOptions;
  readonly #handler: EventLinkHandler;
  #state: AriState = "idle";
  #socket: EventSocket | undefined;
  #abort = new AbortController();
  #cancelTimer: (() => void) | undefined;
  #attempts = 0;
  #first = true;
  /** Of the last sign of life, monotonic. */
  #aliveAt = 0;

  constructor(options: EventLinkOptions, handler: EventLinkHandler) {
    this.#options = options;
    this.#handler = handler;
  }

  get state(): AriState {
    return this.#state;
  }

  /** The connection, while it stands. */
  get socket(): EventSocket | undefined {
    return this.#state === "connected" ? this.#socket : undefined;
  }

  start(): void {
    if (this.#state !== "idle") return;
    void this.#attempt();
  }

  /** Ends the connection and all attempts. */
  stop(): void {
    if (this.#state === "closed") return;
    this.#abort.abort();
    this.#cancelTimer?.();
    const socket = this.#socket;
    this.#socket = undefined;
    this.#to("closed");
    socket?.close();
  }

  async #attempt(): Promise<void> {
    this.#attempts++;
    this.#to("connecting");
    const abort = new AbortController();
    this.#abort = abort;
    try {
      const socket = await this.#options.open(abort.signal);
      if (this.#isStopped()) {
        socket.close();
        return;
      }
      this.#socket = socket;
      await this.#options.prepare();
      if (this.#isStopped()) return;
      this.#connected(socket);
    } catch (thrown) {
      if (this.#isStopped()) return;
      const error =
        thrown instanceof AriError
          ? thrown
          : new AriConnectionError("ARI_CONNECT_FAILED", String(thrown), { cause: thrown });
      this.#socket?.terminate(error);
      this.#again(error);
    }
  }

  #isStopped(): boolean {
    return this.#state === "closed";
  }

  #connected(socket: EventSocket): void {
    const { now } = this.#options.runtime;
    const at = now();
    const resync = {
      first: this.#first,
      gapMs: this.#first ? 0 : Math.round(at - this.#aliveAt),
      attempts: this.#attempts,
    };
    this.#aliveAt = at;
    this.#first = false;
    this.#attempts = 0;
    socket.attach({
      text: (text) => {
        // What was on its way when we closed is nobody's any more.
        if (this.#socket === socket) this.#handler.text(text);
      },
      alive: () => {
        this.#aliveAt = now();
      },
      ended: (cause) => {
        if (this.#socket !== socket) return;
        this.#handler.lost(cause);
        this.#again(cause);
      },
    });
    this.#to("connected");
    if (this.#isStopped()) return;
    this.#handler.resync(resync);
    if (this.#isStopped()) return;
    this.#cancelTimer = watchPeer(socket, () => this.#aliveAt, this.#options.ping, this.#options.runtime);
  }

  #again(cause: AriError): void {
    this.#cancelTimer?.();
    this.#socket = undefined;
    if (isFinal(cause)) {
      this.#to("failed", { cause });
      this.#handler.error(cause);
      return;
    }
    const { reconnect, runtime } = this.#options;
    const retryInMs = backoffMs(Math.max(1, this.#attempts), reconnect, runtime.random);
    this.#cancelTimer = runtime.schedule(retryInMs, () => void this.#attempt());
    this.#to("waiting", { cause, retryInMs });
    this.#handler.error(cause);
  }

  #to(state: AriState, more: Pick<AriStateChange, "cause" | "retryInMs"> = {}): void {
    const from = this.#state;
    if (from === state) return;
    this.#state = state;
    this.#handler.state({ from, to: state, ...more });
  }
}
