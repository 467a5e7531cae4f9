import type { AmiRuntime } from "./client-options.ts";

export interface PeerWatchOptions {
  readonly idleMs: number;
  readonly timeoutMs: number;
  readonly runtime: AmiRuntime;
  /** False while an action runs that makes Asterisk's session deaf until it is done (Originate without Async, WaitEvent). */
  mayPing(): boolean;
  ping(): void;
  dead(silentMs: number): void;
}

/** Longer than this no action makes a session deaf, in milliseconds: then a ping is tried all the same. */
const deafAtMostMs = 600_000;

/** Finds a peer that is gone without a FIN: any byte is a sign of life, and silence is asked about with a ping. */
export class PeerWatch {
  readonly #options: PeerWatchOptions;
  #lastHeard = 0;
  #signsOfLife = 0;
  #cancel: () => void = () => {};

  constructor(options: PeerWatchOptions) {
    this.#options = options;
  }

  start(): void {
    this.heard();
    this.#waitForIdle(this.#options.idleMs);
  }

  stop(): void {
    this.#cancel();
  }

  heard(): void {
    this.#signsOfLife++;
    this.#lastHeard = this.#options.runtime.now();
  }

  #waitForIdle(delayMs: number): void {
    const { idleMs, runtime } = this.#options;
    this.#cancel = runtime.schedule(delayMs, () => {
      const silentMs = runtime.now() - this.#lastHeard;
      if (silentMs < idleMs) this.#waitForIdle(idleMs - silentMs);
      else if (this.#options.mayPing() || silentMs >= deafAtMostMs) this.#ping();
      else this.#waitForIdle(idleMs);
    });
  }

  #ping(): void {
    const options = this.#options;
    const { idleMs, timeoutMs, runtime } = options;
    const before = this.#signsOfLife;
    // First, for a listener that is told of the ping may end the watch.
    this.#cancel = runtime.schedule(timeoutMs, () => {
      if (this.#signsOfLife === before) options.dead(runtime.now() - this.#lastHeard);
      else this.#waitForIdle(idleMs);
    });
    options.ping();
  }
}
