import { randomUUID } from "node:crypto";
import { AmiClient } from "@cordboard/ami";
import {
  CallEngine,
  type Call,
  type Change,
  type ConferenceRoom,
  type ExtensionState,
  type Mailbox,
  type ParkedCall,
  type PbxEvent,
  type Presence,
  type Queue,
} from "@cordboard/call-engine";
import type { CaptureWriter } from "./capture-writer.ts";
import { ChangeStream } from "./change-stream.ts";
import { Directory } from "./directory/directory.ts";
import type { Extension } from "./directory/extension.ts";
import { EngineSync } from "./engine-sync.ts";
import { PbxLinkError } from "./errors.ts";
import { LinkHealth, type PbxHealth } from "./link-health.ts";
import { Listeners } from "./listeners.ts";
import { NoticeBoard } from "./notice-board.ts";
import type {
  PbxChange,
  PbxEventsOptions,
  PbxNews,
  PbxNotice,
  PbxOptions,
  PbxServerInfo,
  PbxState,
} from "./pbx-options.ts";
import { PresenceWriter, type PresenceUpdate } from "./presence.ts";
import { systemClock } from "./clock.ts";
import { eventClassesFor, filterNoise } from "./wanted-events.ts";

/** Connects to a PBX. Resolves once its calls are known; throws what {@link Pbx.start} throws. */
export async function connect(options: PbxOptions & { readonly signal?: AbortSignal }): Promise<Pbx> {
  const pbx = new Pbx(options);
  await pbx.start(options.signal === undefined ? {} : { signal: options.signal });
  return pbx;
}

/**
 * One live PBX: all its calls, kept true through lost links, restarts and an AMI user of few rights, and each change of them as it happens.
 *
 * Changes come in the order in which they happened, to every listener and every iterator alike; who is slow or throws harms nobody else.
 */
export class Pbx implements AsyncDisposable {
  readonly id: string;
  /** For own actions and events; its life is this link's. */
  readonly client: AmiClient;
  readonly #engine: CallEngine;
  readonly #sync: EngineSync;
  readonly #directory: Directory;
  readonly #presence: PresenceWriter;
  readonly #health: LinkHealth;
  readonly #notices: NoticeBoard;
  readonly #clock: () => number;
  readonly #listeners: Listeners<PbxNews>;
  readonly #streams = new Set<ChangeStream>();
  readonly #live = Promise.withResolvers<void>();
  /** Told in turn: a listener may cause changes of its own. */
  #untold: PbxChange[] | undefined;
  #lastAt = 0;
  #started = false;
  #closed: Error | true | undefined;

  /** @throws AmiOptionError `AMI_BAD_OPTION` */
  constructor(options: PbxOptions) {
    this.id = options.id;
    let latest = 0;
    const wallClock = options.clock ?? Date.now;
    // A clock that is set back stands still instead.
    this.#clock = () => (latest = Math.max(latest, wallClock()));
    this.#listeners = new Listeners((name, error) => this.#listenerFailed(name, error));
    this.#notices = new NoticeBoard((notice) => this.#listeners.tell("notice", notice));
    const { runtime, capture, wants = [] } = options;
    // A recording holds all there is.
    const wanted = capture === undefined ? wants : ["*"];
    const events = options.ami.events ?? eventClassesFor(wanted);
    this.client = new AmiClient({ ...options.ami, events }, runtime);
    this.#live.promise.catch(() => {});
    this.#engine = new CallEngine({ pbx: options.id, newCallId: options.newCallId ?? randomUUID });
    if (options.restore !== undefined) this.#engine.restore(options.restore, this.#clock());
    if (capture !== undefined) this.#captureInto(capture);
    const schedule = (delayMs: number, run: () => void): (() => void) =>
      (runtime ?? systemClock).schedule(delayMs, run);
    const now = (): number => (runtime ?? performance).now();
    this.#health = new LinkHealth({ client: this.client, clock: this.#clock, now, schedule });
    // Before the snapshot is asked for; a link that is lost meanwhile is told elsewhere.
    this.client.on("resync", () => void filterNoise(this.client, wanted).catch(() => {}));
    const apply = (event: PbxEvent): void => {
      const at = this.#clock();
      this.#tell(this.#engine.apply(event, at), at);
    };
    this.#presence = new PresenceWriter({ client: this.client, schedule, apply });
    this.#sync = new EngineSync({
      id: options.id,
      client: this.client,
      engine: this.#engine,
      notices: this.#notices,
      health: this.#health,
      clock: this.#clock,
      now,
      schedule,
      checkEveryMs: options.checkEveryMs ?? 60_000,
      tell: (name, news) => this.#listeners.tell(name, news),
      change: (changes, at) => this.#tell(changes, at),
      hear: (event) => this.#directory.hear(event),
      synced: ({ states }) => {
        void this.#directory.read(states?.filter((state) => state.type === "extension-state"));
      },
    });
    this.#directory = new Directory({
      id: options.id,
      client: this.client,
      engine: this.#engine,
      notices: this.#notices,
      schedule,
      apply,
      tell: (change) => this.#listeners.tell("directory", change),
    });
    this.on("state", ({ to, cause }) => this.#stateChanged(to, cause));
    this.client.on("error", (error) => this.#listeners.tell("error", error));
  }

  get state(): PbxState {
    return this.#sync.state;
  }

  get server(): PbxServerInfo {
    return this.#sync.server;
  }

  /** What the AMI user may not do, and other things to know, as of now. */
  get notices(): readonly PbxNotice[] {
    return this.#notices.all;
  }

  /** How the link is doing, for metrics. */
  get health(): PbxHealth {
    return this.#health.view(this.#streams.size);
  }

  /** All calls there are. The array is a copy, the calls never change. */
  get calls(): readonly Call[] {
    return this.#engine.calls();
  }

  /** A call by its id; undefined if it is over, or never was. */
  call(id: string): Call | undefined {
    return this.#engine.call(id);
  }

  /** The call that has this channel (by Uniqueid) now. */
  callOfChannel(uniqueid: string): Call | undefined {
    return this.#engine.callOfChannel(uniqueid);
  }

  get queues(): readonly Queue[] {
    return this.#engine.queues();
  }

  get conferenceRooms(): readonly ConferenceRoom[] {
    return this.#engine.conferenceRooms();
  }

  get parkedCalls(): readonly ParkedCall[] {
    return this.#engine.parkedCalls();
  }

  /** States by device, such as `PJSIP/1000`: `NOT_INUSE`, `INUSE`, `RINGING`… */
  get deviceStates(): ReadonlyMap<string, string> {
    return this.#engine.deviceStates();
  }

  /** States of the dialplan's hints. */
  get extensionStates(): readonly ExtensionState[] {
    return this.#engine.extensionStates();
  }

  get presences(): readonly Presence[] {
    return this.#engine.presences();
  }

  get mailboxes(): readonly Mailbox[] {
    return this.#engine.mailboxes();
  }

  /**
   * Who is on this PBX, learnt from its hints, endpoints, mailboxes and queues, and from calls. Hints are known as soon as the PBX is live,
   * the rest a moment later; `on("directory")` tells.
   */
  get extensions(): readonly Extension[] {
    return this.#directory.extensions;
  }

  extension(number: string): Extension | undefined {
    return this.#directory.extension(number);
  }

  /** The number of the extension that has a device such as `PJSIP/1000`. */
  extensionOf(device: string): string | undefined {
    return this.#directory.extensionOf(device);
  }

  /** Attaches data to a call; it follows the call through transfers. An `undefined` takes a key away. @returns false if there is no such call */
  setUserData(callId: string, data: Readonly<Record<string, string | undefined>>): boolean {
    const at = this.#clock();
    this.#tell(this.#engine.setUserData(callId, data, at), at);
    return this.call(callId) !== undefined;
  }

  /**
   * Says how somebody is: an extension's number, or `CustomPresence:name`. What is left out stays as it is. Resolves with what the PBX
   * shows afterwards; the change is told like any other.
   *
   * @throws PbxPresenceError `PBX_PRESENCE_WHO`, `PBX_PRESENCE_VALUE`, `PBX_PRESENCE_DENIED`, `PBX_PRESENCE_FAILED`; AmiError if the link is lost
   */
  async setPresence(who: string, update: PresenceUpdate): Promise<Presence> {
    const extension = this.extension(who);
    return this.#presence.set(
      extension === undefined ? who : (extension.presentity ?? `CustomPresence:${who}`),
      update,
    );
  }

  /** The returned function takes the listener away. One that throws or rejects disturbs nobody else and is told as a notice. */
  on<N extends keyof PbxNews>(name: N, listener: (news: PbxNews[N]) => unknown): () => void {
    return this.#listeners.on(name, listener);
  }

  /**
   * Changes from now on, through lost links, until `close()` or the signal. Each iterator has a bounded queue of its own: one that is too
   * slow throws `PBX_CONSUMER_TOO_SLOW`, and nobody else notices. If the link ends because the login was refused, it throws that.
   *
   * @throws PbxConsumerError `PBX_CONSUMER_OPTION`
   */
  events(options: PbxEventsOptions = {}): AsyncIterableIterator<PbxChange> {
    const stream = new ChangeStream(options, (ended, isTooSlow) => {
      this.#streams.delete(ended);
      if (isTooSlow) this.#health.slowConsumers++;
    });
    if (options.signal?.aborted === true) return stream;
    if (this.#closed === undefined) this.#streams.add(stream);
    else stream.end(this.#closed === true ? undefined : this.#closed);
    return stream;
  }

  /**
   * Connects, however many attempts that takes; resolves when the calls are known for the first time.
   *
   * @throws AmiAuthError when user or secret are wrong; AmiAbortError; PbxLinkError `PBX_LINK_CLOSED`, `PBX_LINK_STARTED`.
   *   The link is closed then, but for the last.
   */
  async start(options: { readonly signal?: AbortSignal } = {}): Promise<void> {
    if (this.#started) throw new PbxLinkError("PBX_LINK_STARTED", `The link to ${this.id} was started before.`);
    this.#started = true;
    const { signal } = options;
    await this.client.connect(signal === undefined ? {} : { signal });
    const abort = (): void => void this.close();
    signal?.addEventListener("abort", abort, { once: true });
    try {
      await this.#live.promise;
    } finally {
      signal?.removeEventListener("abort", abort);
    }
  }

  /** Logs off and ends for good; what is known stays as it is. */
  async close(): Promise<void> {
    await this.client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #stateChanged(to: PbxState, cause: Error | undefined): void {
    if (to === "live") this.#live.resolve();
    if (to === "waiting" || to === "closed") this.#directory.stop();
    if (to !== "closed") return;
    this.#closed = cause ?? true;
    for (const stream of this.#streams) stream.end(cause);
    this.#live.reject(
      cause ?? new PbxLinkError("PBX_LINK_CLOSED", `The link to ${this.id} was closed before it was live.`),
    );
  }

  #tell(changes: readonly Change[], at: number): void {
    if (changes.length === 0) return;
    // All at once: who hears of one of them may ask for extensions, which must not be worked out anew for each.
    for (const change of changes) this.#directory.learn(change);
    this.#lastAt = Math.max(this.#lastAt, at);
    this.#health.changes += changes.length;
    const told = changes.map((change): PbxChange => ({ pbx: this.id, at: this.#lastAt, change }));
    if (this.#untold !== undefined) {
      this.#untold.push(...told);
      return;
    }
    this.#untold = told;
    // More may be added while it is walked through.
    for (const change of this.#untold) {
      this.#listeners.tell("change", change);
      for (const stream of this.#streams) stream.push(change);
    }
    this.#untold = undefined;
  }

  #listenerFailed(name: string, cause: unknown): void {
    // A failing listener of notices is not told of its own failure.
    if (name === "notice") return;
    this.#listeners.tell("notice", {
      code: "PBX_LISTENER_FAILED",
      message: `A listener for "${name}" of ${this.id} threw; the others were called all the same.`,
      cause,
    });
  }

  #captureInto(capture: CaptureWriter): void {
    this.client.onBytes((bytes) => capture.ami("asterisk", bytes));
    this.client.on("sent", (sent) => capture.ami("client", Buffer.from(sent.text)));
    this.client.on("state", ({ to }) => void ((to === "waiting" || to === "closed") && capture.amiEnd()));
  }
}
