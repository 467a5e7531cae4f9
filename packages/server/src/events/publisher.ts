import type { Call as EngineCall } from "@cordboard/pbx";
import type { CallEvent, CallStep } from "@cordboard/sdk";
import { makeBatch } from "./batch.ts";
import type { Batch } from "./batch.ts";
import type { EndedCall } from "./call-journal.ts";
import type { Draft } from "./draft.ts";
import { loadLiveRows } from "./live-rows.ts";
import type { LiveCall } from "./live-rows.ts";
import { LiveState } from "./live-state.ts";
import type { PbxSource } from "./pbx-source.ts";
import { PbxTeller } from "./pbx-teller.ts";
import type { PublishedListener, PublisherOptions } from "./publisher-options.ts";
import { JournalFailure, storeAll, storeBatch } from "./store-batch.ts";
import { tellRemoved } from "./tell-removed.ts";

/** Between attempts to store, in milliseconds: it doubles from the first to the last. */
const firstRetryMs = 100;
const lastRetryMs = 5_000;
/** Events of one transaction: as many as take some milliseconds, for nothing else is done meanwhile. */
const maxBatch = 500;
/** Pause between two batches in milliseconds: a quarter of what the last one took, within these, so that reading comes first. */
const minPauseMs = 1;
const maxPauseMs = 20;

/**
 * Makes numbered events of what happens at the PBXs. What one turn of the event loop brings is one transaction: the events, the calls as
 * they are now, and the history of those that have ended. Only when it is committed do {@link Publisher.live} and the listeners hear of it.
 *
 * While the storage fails, events wait and it is tried again. After `patienceMs`, or when `maxWaiting` wait, the log is given up: a new epoch
 * begins, events go out without being stored, and as soon as the storage works again the log goes on from there.
 */
export class Publisher {
  /** As of the last event that was published. */
  readonly live: LiveState;
  readonly #options: Required<PublisherOptions>;
  /** As of the last event that was made, published or not. */
  readonly #ahead: LiveState;
  /** The engine's calls as of `#ahead`. */
  readonly #engineCalls: Map<string, EngineCall>;
  /** The calls as of the last batch. */
  readonly #calls: Map<string, LiveCall>;
  readonly #tellers = new Map<string, PbxTeller>();
  readonly #listeners = new Set<PublishedListener>();
  readonly #waiting: Draft[] = [];
  #unsaved: Batch | undefined;
  /** Ended calls that the history does not have yet; undefined while all is stored. */
  #unlogged: EndedCall[] | undefined;
  #failingSince: number | undefined;
  #retryMs = firstRetryMs;
  #nextTryAt = 0;
  #timer: NodeJS.Timeout | NodeJS.Immediate | undefined;
  #running: Promise<void> | undefined;
  #endedAt = 0;
  #tookMs = 0;
  #closed = false;

  private constructor(options: PublisherOptions, live: LiveState, ahead: LiveState, calls: Map<string, LiveCall>) {
    this.#options = {
      clock: Date.now,
      maxWaiting: 20_000,
      patienceMs: 10_000,
      directorySettlesMs: 30_000,
      maxEnded: 10_000,
      ...options,
    };
    this.live = live;
    this.#ahead = ahead;
    this.#calls = calls;
    this.#engineCalls = new Map([...calls].map(([id, { call }]) => [id, call]));
  }

  /** Takes up what an earlier process stored. */
  static async open(options: PublisherOptions): Promise<Publisher> {
    const { database, log } = options;
    const live = new LiveState(log.epoch, log.head);
    const ahead = new LiveState(log.epoch, log.head);
    return new Publisher(options, live, ahead, await loadLiveRows(database, [live, ahead]));
  }

  /** Whether events are stored. */
  get storing(): boolean {
    return this.#failingSince === undefined && this.#unlogged === undefined;
  }

  /** Events that were made and are not published yet. */
  get waiting(): number {
    return this.#waiting.length + (this.#unsaved?.events.length ?? 0);
  }

  /** The calls of a PBX that an earlier process told: `PbxOptions.restore`. */
  restoredCalls(pbx: string): readonly EngineCall[] {
    return [...this.#engineCalls.values()].filter((call) => call.pbx === pbx);
  }

  /** Publishes what happens at a PBX from now on; add it before it is started. `name` is for people. */
  add(pbx: PbxSource, name: string): void {
    this.#tellers.get(pbx.id)?.stop();
    const teller = new PbxTeller(pbx, {
      name,
      ahead: this.#ahead,
      engineCalls: this.#engineCalls,
      clock: this.#options.clock,
      directorySettlesMs: this.#options.directorySettlesMs,
      tell: (draft) => this.#take(draft),
    });
    this.#tellers.set(pbx.id, teller);
    this.live.measureLag(pbx.id, () => pbx.health?.roundTripMs);
  }

  /** A PBX is not configured any more: its calls are lost, and nothing of it is there. */
  remove(pbx: string): void {
    this.#tellers.get(pbx)?.stop();
    this.#tellers.delete(pbx);
    const known = this.#ahead.pbx(pbx);
    if (known !== undefined)
      tellRemoved(known, this.restoredCalls(pbx), this.#ahead, this.#options.clock(), (draft) => this.#take(draft));
  }

  /** Removes the PBXs that an earlier process knew and that are not among these. */
  keepOnly(pbxs: readonly string[]): void {
    for (const { id } of this.#ahead.pbxs()) if (!pbxs.includes(id)) this.remove(id);
  }

  /** @returns what ends it */
  listen(listener: PublishedListener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** Resolves when all that was told is published. */
  async flush(): Promise<void> {
    while (this.waiting > 0) {
      clearTimer(this.#timer);
      await this.#run();
      if (this.#failingSince !== undefined) return;
    }
  }

  /** Publishes what waits, as far as that can be stored, and ends. */
  async close(): Promise<void> {
    if (this.#closed) return;
    for (const teller of this.#tellers.values()) teller.stop();
    this.#nextTryAt = 0;
    await this.flush();
    if (this.#unlogged !== undefined) await this.#run();
    this.#closed = true;
    clearTimer(this.#timer);
    await this.#running;
    const left = this.waiting + (this.#unlogged?.length ?? 0);
    if (left > 0)
      this.#options.logger.error({ left }, "The storage failed until the end: what could not be stored is lost.");
  }

  #take(draft: Draft): void {
    if (draft.call !== undefined) {
      if (draft.body.type === "call-cleared") this.#engineCalls.delete(draft.call.id);
      else this.#engineCalls.set(draft.call.id, draft.call);
    }
    this.#ahead.apply(draft.body);
    this.#waiting.push(draft);
    if (this.#isFull && this.#timer !== undefined) {
      clearTimer(this.#timer);
      this.#timer = undefined;
    }
    this.#schedule();
  }

  /** Too many wait for a storage that fails. */
  get #isFull(): boolean {
    return this.#failingSince !== undefined && this.#unlogged === undefined && this.waiting >= this.#options.maxWaiting;
  }

  #schedule(): void {
    if (this.#timer !== undefined || this.#running !== undefined || this.#closed) return;
    const now = performance.now();
    const isRetry = this.#unlogged === undefined ? this.#unsaved !== undefined : this.#waiting.length === 0;
    const pause = Math.min(Math.max(this.#tookMs / 4, minPauseMs), maxPauseMs);
    const due = isRetry && !this.#isFull ? this.#nextTryAt : this.#endedAt + pause;
    const wait = due - now;
    const run = (): void => void this.#run();
    // A timer takes a millisecond at least.
    this.#timer = wait < 1 ? setImmediate(run) : setTimeout(run, wait);
  }

  /** One batch at a time. */
  async #run(): Promise<void> {
    this.#timer = undefined;
    if (this.#running !== undefined) return this.#running;
    const began = performance.now();
    this.#running = this.#publishNext();
    try {
      await this.#running;
    } finally {
      this.#running = undefined;
      this.#endedAt = performance.now();
      this.#tookMs = this.#endedAt - began;
    }
    if (this.waiting > 0 || this.#unlogged !== undefined) this.#schedule();
  }

  async #publishNext(): Promise<void> {
    if (this.#unlogged !== undefined) return this.#publishUnlogged(this.#unlogged);
    const batch = (this.#unsaved ??= this.#nextBatch());
    if (batch.events.length === 0) {
      this.#unsaved = undefined;
      return;
    }
    try {
      await storeBatch(this.#options, batch);
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#unsaved = undefined;
    this.#worksAgain();
    this.#options.log.passed(batch.events);
    this.#announce(batch);
  }

  #nextBatch(): Batch {
    const { log } = this.#options;
    const drafts = this.#waiting.splice(0, maxBatch);
    return makeBatch(drafts, log.epoch, log.head, this.#calls, (event, before) => this.#steps(event, before));
  }

  #steps(event: CallEvent, before: readonly CallStep[]): readonly CallStep[] {
    try {
      return this.#options.journal.steps(event, before);
    } catch (error) {
      this.#options.logger.error({ err: error, call: event.call.id }, "The way of a call could not be noted.");
      return before;
    }
  }

  #announce(batch: Batch): void {
    for (const { event } of batch.events) this.live.apply(event);
    const last = batch.events.at(-1);
    if (last === undefined) return;
    this.live.moveTo(this.#options.log.epoch, last.seq);
    this.#toListeners((listener) => listener.published(batch.events));
  }

  #toListeners(tell: (listener: PublishedListener) => void): void {
    for (const listener of this.#listeners) {
      try {
        tell(listener);
      } catch (error) {
        this.#options.logger.error({ err: error }, "One who listens to the events failed.");
      }
    }
  }

  #failed(error: unknown): void {
    const { logger, patienceMs } = this.#options;
    const now = performance.now();
    if (error instanceof JournalFailure && this.#dropEnded(error)) return;
    if (this.#failingSince === undefined) {
      this.#failingSince = now;
      this.#retryMs = firstRetryMs;
      logger.error({ err: error }, "Events cannot be stored; they wait, and it is tried again. Look at the disk.");
    }
    this.#nextTryAt = now + this.#retryMs;
    this.#retryMs = Math.min(this.#retryMs * 2, lastRetryMs);
    if (this.#unlogged === undefined && (now - this.#failingSince >= patienceMs || this.#isFull)) this.#giveUpLog();
  }

  /** Rather without these calls in the history than without any event. */
  #dropEnded(error: JournalFailure): boolean {
    const ended = this.#unlogged ?? this.#unsaved?.ended ?? [];
    const calls = ended.map(({ event }) => event.call.id);
    this.#options.logger.error({ err: error.cause, calls }, "Calls that ended could not be written into the history.");
    if (this.#unlogged !== undefined) this.#unlogged = [];
    if (this.#unsaved !== undefined) this.#unsaved = { ...this.#unsaved, ended: [] };
    return calls.length > 0;
  }

  #worksAgain(): void {
    if (this.#failingSince === undefined) return;
    this.#failingSince = undefined;
    this.#options.logger.warn({}, "Events are stored again.");
  }

  /** From now on events go out without being stored. */
  #giveUpLog(): void {
    const { log, logger } = this.#options;
    const batch = this.#unsaved;
    this.#unsaved = undefined;
    this.#unlogged = [];
    const head = batch?.events.at(-1)?.seq ?? log.head;
    log.restart(head);
    logger.error(
      { epoch: log.epoch },
      "The log of events is lost: clients are told of a gap, and nothing can be resumed until events can be stored again.",
    );
    if (batch !== undefined) {
      this.#keepEnded(batch.ended);
      for (const { event } of batch.events) this.live.apply(event);
    }
    this.live.moveTo(log.epoch, head);
    this.#toListeners((listener) => listener.reset());
  }

  async #publishUnlogged(ended: readonly EndedCall[]): Promise<void> {
    const { log } = this.#options;
    const batch = this.#nextBatch();
    this.#keepEnded(batch.ended);
    const last = batch.events.at(-1);
    if (last !== undefined) log.skipTo(last.seq);
    this.#announce(batch);
    if (performance.now() < this.#nextTryAt) return;
    const kept = this.#unlogged ?? ended;
    try {
      await storeAll(this.#options, this.live, this.#calls.values(), kept);
    } catch (error) {
      this.#failed(error);
      return;
    }
    this.#unlogged = undefined;
    this.#worksAgain();
  }

  #keepEnded(ended: readonly EndedCall[]): void {
    const kept = this.#unlogged;
    if (kept === undefined) return;
    kept.push(...ended);
    const { maxEnded, logger } = this.#options;
    if (kept.length <= maxEnded) return;
    const lost = kept.splice(0, kept.length - maxEnded).map(({ event }) => event.call.id);
    logger.error({ calls: lost }, "Calls are lost for the history: too many ended while nothing could be stored.");
  }
}

function clearTimer(timer: NodeJS.Timeout | NodeJS.Immediate | undefined): void {
  clearTimeout(timer as NodeJS.Timeout);
  clearImmediate(timer as NodeJS.Immediate);
}
