import { AmiClient, type AmiMessage, type AmiResync, type AmiStateChange } from "@cordboard/ami";
import type { CaptureWriter } from "./capture-writer.ts";
import { ChannelTable, tableEvents, type Applied, type BufferedMessage } from "./channel-table.ts";
import { PbxLinkError } from "./errors.ts";
import { Listeners } from "./listeners.ts";
import type { PbxLinkEvents, PbxLinkNotice, PbxLinkOptions, PbxLinkState } from "./pbx-link-options.ts";
import type { PbxServerInfo } from "./pbx-options.ts";
import { readSnapshot, type ReadSnapshot } from "./read-table-snapshot.ts";
import { REPLAY_SYSTEM_NAME } from "./replay-player.ts";
import { resyncEntry } from "./resync-entry.ts";
import { systemClock } from "./replay-clock.ts";

/** More events than this while a snapshot is read: they are dropped and the snapshot is read again. */
const maxBuffered = 200_000;
/** How long after a failed snapshot it is tried again, in milliseconds. */
const retryMs = 1_000;
/** An event that is later than this, in milliseconds, is not on its way any more. */
const overdueMs = 3_000;

/**
 * One live PBX: its {@link ChannelTable}, kept true through lost links, restarts and an AMI user of few rights.
 *
 * After each login events are buffered, the snapshot actions are asked, and the buffer is replayed onto the snapshot;
 * the net difference to what was known before is told. So a channel that ended while the link was down never stays as a ghost.
 */
export class PbxLink implements AsyncDisposable {
  readonly id: string;
  /** For own actions and events; its life is this link's. */
  readonly client: AmiClient;
  readonly table: ChannelTable = new ChannelTable();
  readonly #options: PbxLinkOptions;
  readonly #clock: () => number;
  readonly #schedule: (delayMs: number, run: () => void) => () => void;
  readonly #listeners: Listeners<PbxLinkEvents>;
  readonly #live = Promise.withResolvers<void>();
  #started = false;
  #state: PbxLinkState = "idle";
  #server: PbxServerInfo = { replay: false };
  #notices: readonly PbxLinkNotice[] = [];
  /** Present while a snapshot is being read. */
  #buffer: BufferedMessage[] | undefined;
  #overflowed = false;
  /** Counts logins and checks, so that what belongs to an older one is recognized. */
  #turn = 0;
  #synced = false;
  #heardCalls = false;
  #cancelTimer: () => void = () => {};

  constructor(options: PbxLinkOptions) {
    this.id = options.id;
    this.#options = options;
    this.#clock = options.clock ?? Date.now;
    this.#schedule = (delayMs, run) => (options.runtime ?? systemClock).schedule(delayMs, run);
    this.#listeners = new Listeners((name, error) => this.#listenerFailed(name, error));
    this.client = new AmiClient(options.ami, options.runtime);
    this.#live.promise.catch(() => {});
    this.client.on("state", (change) => this.#clientState(change));
    this.client.on("resync", (resync) => void this.#sync(resync));
    this.client.on("error", (error) => this.#listeners.tell("error", error));
    this.client.onEvent(tableEvents, (event) => this.#event(event));
    this.client.onEvent("FullyBooted", (event) => this.#fullyBooted(event));
    if (options.capture !== undefined) this.#captureInto(options.capture);
  }

  get state(): PbxLinkState {
    return this.#state;
  }

  get server(): PbxServerInfo {
    return this.#server;
  }

  /** What the AMI user may not do, and other things to know, as of now. */
  get notices(): readonly PbxLinkNotice[] {
    return this.#notices;
  }

  /** The returned function takes the listener away. One that throws or rejects disturbs nobody else and is told as a notice. */
  on<N extends keyof PbxLinkEvents>(name: N, listener: (event: PbxLinkEvents[N]) => unknown): () => void {
    return this.#listeners.on(name, listener);
  }

  /**
   * Connects, however many attempts that takes; resolves when the table is live for the first time.
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

  /** Logs off and ends for good; the table stays as it is. */
  async close(): Promise<void> {
    await this.client.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #clientState(change: AmiStateChange): void {
    const more = {
      ...(change.cause === undefined ? {} : { cause: change.cause }),
      ...(change.retryInMs === undefined ? {} : { retryInMs: change.retryInMs }),
    };
    if (change.to === "connecting" || change.to === "waiting" || change.to === "closed") {
      this.#turn++;
      this.#buffer = undefined;
      this.#cancelTimer();
    }
    if (change.to === "waiting" || change.to === "closed") this.#options.capture?.amiEnd();
    if (change.to !== "ready" && change.to !== "logging-in") this.#setState(change.to, more);
    if (change.to === "closed")
      this.#live.reject(
        change.cause ?? new PbxLinkError("PBX_LINK_CLOSED", `The link to ${this.id} was closed before it was live.`),
      );
  }

  #setState(to: PbxLinkState, more: { readonly cause?: Error; readonly retryInMs?: number } = {}): void {
    const from = this.#state;
    if (from === to) return;
    this.#state = to;
    this.#listeners.tell("state", { from, to, ...more });
  }

  /** Called within the turn of the login's reply, so that no event is missed. */
  async #sync(resync: AmiResync): Promise<void> {
    const turn = ++this.#turn;
    // The check that was due is not wanted any more: it would buffer what belongs to this turn.
    this.#cancelTimer();
    this.#setState("syncing");
    this.#buffer = [];
    this.#overflowed = false;
    this.#heardCalls = false;
    const read = await this.#read(turn);
    if (turn !== this.#turn) return;
    if (read === undefined || this.#overflowed) {
      this.#cancelTimer = this.#schedule(retryMs, () => void this.#sync(resync));
      return;
    }
    const buffered = this.#buffer;
    this.#buffer = undefined;
    const at = this.#clock();
    const applied = this.table.reconcile(read.snapshot, at, buffered);
    this.#tellServer(read);
    this.#setNotices(read.notices);
    this.#tell(applied);
    const first = !this.#synced;
    this.#synced = true;
    const entry = first ? undefined : resyncEntry(applied.changes, resync.gapMs, at);
    if (entry !== undefined) this.#listeners.tell("timeline", entry);
    this.#listeners.tell("resync", { at, first, gapMs: resync.gapMs, changes: applied.changes });
    if (turn !== this.#turn) return;
    this.#setState("live");
    this.#live.resolve();
    this.#scheduleCheck(turn);
  }

  /** Undefined when it failed although the link is up. */
  async #read(turn: number): Promise<ReadSnapshot | undefined> {
    try {
      return await readSnapshot(this.client);
    } catch (cause) {
      if (turn === this.#turn)
        this.#notice({
          code: "PBX_SNAPSHOT_FAILED",
          message: `The snapshot of ${this.id} could not be read; it is tried again. If this stays, raise the link's timeoutMs.`,
          cause,
        });
      return undefined;
    }
  }

  #scheduleCheck(turn: number): void {
    const every = this.#options.checkEveryMs ?? 60_000;
    if (every > 0) this.#cancelTimer = this.#schedule(every, () => void this.#check(turn));
  }

  /** Compares with a fresh snapshot what the events led to; a difference means that events do not arrive. */
  async #check(turn: number): Promise<void> {
    this.#buffer = [];
    const read = await this.#read(turn);
    if (turn !== this.#turn) return;
    const buffered = this.#buffer;
    this.#buffer = undefined;
    const at = this.#clock();
    if (read === undefined || this.#overflowed) {
      for (const one of buffered ?? []) this.#tell(this.table.apply(one.message, one.at));
    } else {
      const applied = this.table.reconcile(read.snapshot, at, buffered);
      this.#tell(applied);
      const untold = applied.changes.filter(
        (change) =>
          (change.type === "channel-new" && at - (change.after.createdAt ?? at) >= overdueMs) ||
          (change.type === "channel-gone" && change.reason === "resync" && !this.#heardCalls),
      );
      if (untold.length > 0) this.#drifted(untold.length);
    }
    this.#overflowed = false;
    this.#scheduleCheck(turn);
  }

  #drifted(count: number): void {
    this.#notice(
      this.#heardCalls
        ? {
            code: "PBX_DRIFT",
            message: `${count} channels of ${this.id} had come or gone without an event; the table is right again. Look for an eventfilter of the AMI user.`,
          }
        : {
            code: "PBX_CLASS_MISSING",
            message: `Channels of ${this.id} come and go without events. Add call to the AMI user's read= in manager.conf and reload; until then they are seen only in a check from time to time.`,
            right: "read",
            classes: ["call"],
          },
    );
  }

  #event(message: AmiMessage): void {
    const at = this.#clock();
    this.#heardCalls ||= message.name === "Newchannel" || message.name === "Hangup";
    if (this.#buffer === undefined) {
      this.#tell(this.table.apply(message, at));
    } else if (this.#buffer.length < maxBuffered) {
      this.#buffer.push({ message, at });
    } else {
      this.#buffer = [];
      this.#overflowed = true;
    }
  }

  /** Comes after each login, and when Asterisk was still loading then: modules that could not answer now can. */
  #fullyBooted(event: AmiMessage): void {
    const uptime = Number(event.get("Uptime"));
    if (event.get("Uptime") !== undefined && Number.isFinite(uptime))
      this.#server = { ...this.#server, startedAt: this.#clock() - uptime * 1000 };
    if (this.#state === "live") void this.#sync({ first: false, gapMs: 0, attempts: 1 });
  }

  #tell(applied: Applied): void {
    for (const change of applied.changes) this.#listeners.tell("change", change);
    for (const entry of applied.timeline) this.#listeners.tell("timeline", entry);
  }

  #tellServer(read: ReadSnapshot): void {
    const { version } = this.client.server;
    this.#server = {
      ...(this.#server.startedAt === undefined ? {} : { startedAt: this.#server.startedAt }),
      ...(version === "" ? {} : { amiVersion: version }),
      ...read.server,
      replay: read.server.systemName === REPLAY_SYSTEM_NAME,
    };
  }

  #setNotices(notices: readonly PbxLinkNotice[]): void {
    const known = new Set(this.#notices.map((notice) => notice.message));
    this.#notices = notices;
    for (const notice of notices) if (!known.has(notice.message)) this.#listeners.tell("notice", notice);
  }

  #notice(notice: PbxLinkNotice): void {
    this.#setNotices([...this.#notices.filter((one) => one.message !== notice.message), notice]);
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
  }
}
