import { backoffMs } from "./backoff.ts";
import type { AmiClientOptions, AmiLag, AmiResync, AmiRuntime, AmiState, AmiStateChange } from "./client-options.ts";
import type { AmiParams } from "./encode-action.ts";
import { AmiClosedError, type AmiError, AmiLinkLostError } from "./errors.ts";
import { LagMonitor } from "./lag-monitor.ts";
import type { AmiMessage } from "./message.ts";
import { PeerWatch } from "./peer-watch.ts";
import { AmiSession } from "./session.ts";
import { readBufferBytes } from "./socket.ts";

/** How long a goodbye may take to be sent, in milliseconds. */
const goodbyeMs = 1000;

export interface LinkHandlers {
  state(change: AmiStateChange): void;
  resync(resync: AmiResync): void;
  lag(lag: AmiLag): void;
  sent(action: string, actionId: string, text: string): void;
  /** Valid only during the call. */
  bytes(bytes: Uint8Array): void;
  message(message: AmiMessage): void;
  /** False while Asterisk's session would not answer a ping. */
  mayPing(): boolean;
  /** An attempt failed or the session is over; the next attempt is on its way. */
  lost(error: AmiError): void;
  /** It is over for good; exactly once. */
  closed(error: AmiError): void;
}

/** One session after the other, for ever: connects, watches over the peer, and tries again. */
export class AmiLink {
  readonly #options: AmiClientOptions;
  readonly #runtime: AmiRuntime;
  readonly #handlers: LinkHandlers;
  readonly #pingId: string;
  readonly #lag: LagMonitor;
  readonly #watch: PeerWatch | undefined;
  #readBuffer: Uint8Array = new Uint8Array(0);
  #state: AmiState = "idle";
  #greeting = "";
  #session: AmiSession | undefined;
  #wanted: ReadonlySet<string> | undefined = new Set();
  #cancelRetry: () => void = () => {};
  #attempts = 0;
  /** Sessions in a row that ended sooner than the wait before them was. */
  #failures = 0;
  #waitedMs = 0;
  #readyAt = 0;
  #logins = 0;
  #lastHeardAt = 0;
  #gapBeganAt = 0;
  #bytesRead = 0;
  #skippedBefore = 0;
  #isOver = false;

  constructor(options: AmiClientOptions, runtime: AmiRuntime, pingId: string, handlers: LinkHandlers) {
    this.#options = options;
    this.#runtime = runtime;
    this.#handlers = handlers;
    this.#pingId = pingId;
    this.#lag = new LagMonitor(options.lagMs ?? 50, runtime, (lag) => handlers.lag(lag));
    this.#watch = options.ping === false ? undefined : this.#watchOver(options.ping ?? {});
  }

  get state(): AmiState {
    return this.#state;
  }

  get greeting(): string {
    return this.#greeting;
  }

  get logins(): number {
    return this.#logins;
  }

  get bytesRead(): number {
    return this.#bytesRead;
  }

  get skippedEvents(): number {
    return this.#skippedBefore + (this.#session?.decoder.skipped ?? 0);
  }

  /** Which events become messages; `undefined` for all. */
  want(names: ReadonlySet<string> | undefined): void {
    this.#wanted = names;
    this.#session?.decoder.want(names);
  }

  /** @throws AmiLinkLostError `AMI_NOT_CONNECTED`, AmiClosedError, and what encoding and the unsent limit throw. */
  send(action: string, params: AmiParams, actionId: string): void {
    if (this.#state === "closed") throw closedError();
    if (this.#session === undefined || this.#state !== "ready") {
      throw new AmiLinkLostError("AMI_NOT_CONNECTED", `${action} was not sent: the link is ${this.#state}`, {
        retryable: true,
      });
    }
    this.#session.send(action, params, actionId);
  }

  /** Begins an attempt. */
  open(): void {
    const handlers = this.#handlers;
    this.#attempts++;
    this.#setState("connecting", {});
    if (this.#isOver) return;
    if (this.#readBuffer.length === 0) this.#readBuffer = Buffer.allocUnsafeSlow(readBufferBytes);
    this.#session = new AmiSession(this.#options, this.#runtime, this.#readBuffer, {
      greeted: (line) => {
        this.#greeting = line;
        this.#setState("logging-in", {});
      },
      loggedIn: () => this.#loggedIn(),
      message: (message) => handlers.message(message),
      bytes: (bytes, full) => this.#heard(bytes, full),
      sent: (action, actionId, text) => handlers.sent(action, actionId, text),
      ended: (error) => this.#ended(error),
    });
    this.#session.decoder.want(this.#wanted);
  }

  /** Logs off, if logged in, and ends for good. */
  async close(actionId: string): Promise<void> {
    if (this.#state === "closed") return;
    const session = this.#session;
    if (session === undefined) this.end(closedError());
    else {
      this.#setState("closed", {});
      await session.logoff(closedError(), actionId, this.#runtime, goodbyeMs);
    }
  }

  /** Ends for good, at once. */
  end(error: AmiError): void {
    this.#cancelRetry();
    if (this.#state !== "closed") this.#setState("closed", error.code === "AMI_CLOSED" ? {} : { cause: error });
    const session = this.#session;
    this.#session = undefined;
    if (session !== undefined) session.end(error);
    else if (!this.#isOver) {
      this.#isOver = true;
      this.#handlers.closed(error);
    }
  }

  #loggedIn(): void {
    const first = this.#logins === 0;
    const resync = { first, gapMs: first ? 0 : this.#runtime.now() - this.#gapBeganAt, attempts: this.#attempts };
    this.#logins++;
    this.#attempts = 0;
    this.#readyAt = this.#runtime.now();
    this.#watch?.start();
    this.#lag.start();
    this.#setState("ready", {});
    if (!this.#isOver) this.#handlers.resync(resync);
  }

  #heard(bytes: Uint8Array, full: boolean): void {
    this.#bytesRead += bytes.length;
    this.#watch?.heard();
    this.#lastHeardAt = this.#runtime.now();
    this.#lag.read(full);
    this.#handlers.bytes(bytes);
  }

  #ended(error: AmiError): void {
    this.#skippedBefore = this.skippedEvents;
    this.#session = undefined;
    this.#watch?.stop();
    this.#lag.stop();
    const wasReady = this.#state === "ready";
    if (wasReady) this.#gapBeganAt = this.#lastHeardAt;
    if (this.#state === "closed" || !error.retryable) {
      this.end(error);
      return;
    }
    const { minMs = 200, maxMs = 10_000 } = this.#options.reconnect ?? {};
    const lasted = wasReady && this.#runtime.now() - this.#readyAt >= Math.max(minMs, this.#waitedMs);
    this.#failures = lasted ? 1 : this.#failures + 1;
    const retryInMs = backoffMs(this.#failures, minMs, maxMs, this.#runtime.random());
    this.#waitedMs = retryInMs;
    this.#cancelRetry = this.#runtime.schedule(retryInMs, () => this.open());
    this.#setState("waiting", { cause: error, retryInMs });
    if (!this.#isOver) this.#handlers.lost(error);
  }

  #watchOver({
    idleMs = 5000,
    timeoutMs = 5000,
  }: {
    readonly idleMs?: number;
    readonly timeoutMs?: number;
  }): PeerWatch {
    return new PeerWatch({
      idleMs,
      timeoutMs,
      runtime: this.#runtime,
      mayPing: () => this.#handlers.mayPing(),
      ping: () => this.#session?.sendOwn("Ping", {}, this.#pingId),
      dead: (silentMs) => {
        const text = `Asterisk has been silent for ${Math.round(silentMs)} ms and answers no ping`;
        this.#session?.end(new AmiLinkLostError("AMI_PEER_DEAD", text, { retryable: true }));
      },
    });
  }

  #setState(to: AmiState, more: Pick<AmiStateChange, "cause" | "retryInMs">): void {
    const from = this.#state;
    this.#state = to;
    this.#handlers.state({ from, to, ...more });
  }
}

export function closedError(): AmiClosedError {
  return new AmiClosedError("AMI_CLOSED", "The AMI client is closed");
}
