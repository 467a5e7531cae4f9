import type { AmiClient, AmiMessage, AmiResync, AmiStateChange } from "@cordboard/ami";
import {
  amiEventsOfCalls,
  fromAmi,
  type CallEngine,
  type Change,
  type PbxEvent,
  type PbxSnapshot,
} from "@cordboard/call-engine";
import type { LinkHealth } from "./link-health.ts";
import type { NoticeBoard } from "./notice-board.ts";
import type { PbxNews, PbxServerInfo, PbxState, PbxStateChange } from "./pbx-options.ts";
import { readSnapshot, type ReadSnapshot, type SnapshotDepth } from "./read-snapshot.ts";
import { REPLAY_SYSTEM_NAME } from "./replay/replay-player.ts";

/** More events than this while a snapshot is read: they are dropped and the snapshot is read again. */
const maxHeld = 200_000;
/** How long after a failed snapshot it is tried again, in milliseconds. */
const retryMs = 1_000;
/** A list may be ahead of the events by so much, in milliseconds: who has just hung up is not lost. */
const settleMs = 500;
/** An event that is later than this, in milliseconds, is not on its way any more. */
const overdueMs = 3_000;

/** What an {@link EngineSync} works with. */
export interface EngineSyncParts {
  readonly id: string;
  readonly client: AmiClient;
  readonly engine: CallEngine;
  readonly notices: NoticeBoard;
  readonly health: LinkHealth;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly schedule: (delayMs: number, run: () => void) => () => void;
  readonly checkEveryMs: number;
  readonly tell: <N extends "state" | "resync">(name: N, news: PbxNews[N]) => void;
  readonly change: (changes: readonly Change[], at: number) => void;
  /** Of an event before it is applied. */
  readonly hear: (event: PbxEvent) => void;
  /** A snapshot after a login was taken in. */
  readonly synced: (snapshot: PbxSnapshot) => void;
}

/**
 * Keeps a call engine equal to a PBX.
 *
 * After each login events are held back, the snapshot is read and reconciled, and what was held back is applied; so a call that ended
 * while the link was down never stays as a ghost. A check each minute compares with a fresh snapshot, while events go on being applied.
 */
export class EngineSync {
  readonly #parts: EngineSyncParts;
  #state: PbxState = "idle";
  #server: PbxServerInfo = { replay: false };
  /** Present while the snapshot after a login is read. */
  #held: { readonly event: PbxEvent; readonly at: number }[] | undefined;
  #overflowed = false;
  /** Counts logins and checks, so that what belongs to an older one is recognized. */
  #turn = 0;
  #synced = false;
  #heardCalls = false;
  /** Members of queues have changed since the check asked for them. */
  #membersMoved = false;
  /** When the link was lost, in milliseconds since 1970. */
  #lostAt: number | undefined;
  /** Asterisk has begun anew since the link was lost. */
  #restarted = false;
  #cancelTimer: () => void = () => {};

  constructor(parts: EngineSyncParts) {
    this.#parts = parts;
    const { client } = parts;
    client.on("state", (change) => this.#clientState(change));
    client.on("resync", (resync) => void this.#sync(resync));
    client.onEvent(amiEventsOfCalls, (message) => this.#event(message));
    client.onEvent("FullyBooted", (message) => this.#fullyBooted(message));
  }

  get state(): PbxState {
    return this.#state;
  }

  get server(): PbxServerInfo {
    return this.#server;
  }

  #clientState(change: AmiStateChange): void {
    if (change.to === "connecting" || change.to === "waiting" || change.to === "closed") {
      this.#turn++;
      this.#held = undefined;
      if (this.#state === "live") this.#lostAt = this.#parts.clock();
      this.#cancelTimer();
    }
    if (change.to === "ready" || change.to === "logging-in") return;
    this.#setState(change.to, {
      ...(change.cause === undefined ? {} : { cause: change.cause }),
      ...(change.retryInMs === undefined ? {} : { retryInMs: change.retryInMs }),
    });
  }

  #setState(to: PbxState, more: Pick<PbxStateChange, "cause" | "retryInMs"> = {}): void {
    const from = this.#state;
    if (from === to) return;
    this.#state = to;
    this.#parts.tell("state", { from, to, ...more });
  }

  /** Called within the turn of the login's reply, so that no event is missed. */
  async #sync(resync: AmiResync): Promise<void> {
    const { engine, clock, now, schedule, notices, health, change, tell, synced } = this.#parts;
    const turn = ++this.#turn;
    const began = now();
    // The check that was due is not wanted any more: what it would find belongs to this turn.
    this.#cancelTimer();
    this.#setState("syncing");
    this.#held = [];
    this.#overflowed = false;
    this.#heardCalls = false;
    const read = await this.#read(turn, "all");
    if (turn !== this.#turn) return;
    if (read === undefined || this.#overflowed) {
      this.#cancelTimer = schedule(retryMs, () => void this.#sync(resync));
      return;
    }
    const held = this.#held;
    this.#held = undefined;
    this.#tellServer(read);
    notices.set("link", []);
    notices.set("snapshot", read.notices);
    const at = clock();
    if (this.#restarted) change(engine.apply({ type: "pbx-down" }, at), at);
    this.#restarted = false;
    // Who was known and hung up after the login has not ended unseen: the event knows why.
    for (const { event } of held) if (hasEnded(event, read.snapshot, engine)) change(engine.apply(event, at), at);
    const changes = engine.reconcile(read.snapshot, at);
    change(changes, at);
    health.tookSnapshot(now() - began);
    for (const one of held) change(engine.apply(one.event, one.at), one.at);
    const first = !this.#synced;
    this.#synced = true;
    tell("resync", { at, first, gapMs: resync.gapMs, changes });
    if (turn !== this.#turn) return;
    this.#setState("live");
    if (turn !== this.#turn) return;
    synced(read.snapshot);
    this.#scheduleCheck(turn);
  }

  /** Undefined when it failed although the link is up. */
  async #read(turn: number, depth: SnapshotDepth): Promise<ReadSnapshot | undefined> {
    const { client, id, notices, health } = this.#parts;
    try {
      return await readSnapshot(client, depth);
    } catch (cause) {
      health.failedSnapshots++;
      if (turn === this.#turn)
        notices.add("link", {
          code: "PBX_SNAPSHOT_FAILED",
          message: `The snapshot of ${id} could not be read; it is tried again. If this stays, raise the link's timeoutMs.`,
          cause,
        });
      return undefined;
    }
  }

  #scheduleCheck(turn: number): void {
    const { checkEveryMs, schedule } = this.#parts;
    if (checkEveryMs > 0) this.#cancelTimer = schedule(checkEveryMs, () => void this.#check(turn));
  }

  /** Compares with a fresh snapshot what the events led to; a difference means that events do not arrive. */
  async #check(turn: number): Promise<void> {
    const { engine, now, schedule } = this.#parts;
    const began = now();
    const mark = engine.mark();
    this.#membersMoved = false;
    const read = await this.#read(turn, "calls");
    if (turn !== this.#turn) return;
    const tookMs = now() - began;
    if (read === undefined || !read.listsChannels) this.#scheduleCheck(turn);
    else this.#cancelTimer = schedule(settleMs, () => this.#compare(turn, read.snapshot, mark, tookMs));
  }

  #compare(turn: number, snapshot: PbxSnapshot, mark: number, tookMs: number): void {
    const { engine, clock, health, change } = this.#parts;
    const { queueMembers, ...rest } = snapshot;
    const isStale = this.#membersMoved || queueMembers === undefined;
    const at = clock();
    const changes = engine.reconcile(isStale ? rest : { ...rest, queueMembers }, at, mark);
    health.tookSnapshot(tookMs);
    change(changes, at);
    const untold = changes.filter((one) => this.#isDrift(one, at)).length;
    if (untold > 0) this.#drifted(untold);
    if (turn === this.#turn) this.#scheduleCheck(turn);
  }

  /** Whether this should have been told by an event long ago. */
  #isDrift(change: Change, at: number): boolean {
    if (change.type === "connection-cleared") return change.cause === "lost" && !this.#heardCalls;
    if (!("call" in change) || change.cause !== "snapshot") return false;
    const { connection } = change as { readonly connection?: { readonly startedAt: number } };
    return connection !== undefined && change.type !== "updated" && at - connection.startedAt >= overdueMs;
  }

  #drifted(count: number): void {
    const { id, notices } = this.#parts;
    notices.add(
      "link",
      this.#heardCalls
        ? {
            code: "PBX_DRIFT",
            message: `Parties of calls of ${id} (${count}) had come or gone without an event; the picture is right again. Look for an eventfilter of the AMI user.`,
          }
        : {
            code: "PBX_CLASS_MISSING",
            message: `Calls of ${id} come and go without events. Add call to the AMI user's read= in manager.conf and reload; until then they are seen only in a check from time to time.`,
            right: "read",
            classes: ["call"],
          },
    );
  }

  #event(message: AmiMessage): void {
    const event = fromAmi(message);
    if (event === undefined) return;
    const { engine, clock, health, change, hear } = this.#parts;
    const at = clock();
    health.heard(at);
    health.events++;
    hear(event);
    this.#heardCalls ||= event.type === "channel-new" || event.type === "channel-gone";
    this.#membersMoved ||= event.type === "queue-member" || event.type === "queue-member-removed";
    if (this.#held === undefined) change(engine.apply(event, at), at);
    else if (this.#held.length < maxHeld) this.#held.push({ event, at });
    else {
      this.#held = [];
      this.#overflowed = true;
    }
  }

  /** Comes after each login, and when Asterisk was still loading then: modules that could not answer now can. */
  #fullyBooted(message: AmiMessage): void {
    const uptime = Number(message.get("Uptime"));
    if (message.get("Uptime") !== undefined && Number.isFinite(uptime)) {
      const startedAt = this.#parts.clock() - uptime * 1000;
      this.#server = { ...this.#server, startedAt };
      // Uptime is in whole seconds.
      const hasRestarted = this.#lostAt !== undefined && startedAt >= this.#lostAt - 1000;
      this.#lostAt = undefined;
      // While it was still loading the calls of its former life were found to be lost, and there may be new ones.
      if (hasRestarted && this.#state === "live") this.#parts.engine.forgetGone();
      else this.#restarted = hasRestarted;
    }
    if (this.#state === "live") void this.#sync({ first: false, gapMs: 0, attempts: 1 });
  }

  #tellServer(read: ReadSnapshot): void {
    const { version } = this.#parts.client.server;
    this.#server = {
      ...(this.#server.startedAt === undefined ? {} : { startedAt: this.#server.startedAt }),
      ...(version === "" ? {} : { amiVersion: version }),
      ...read.server,
      replay: read.server.systemName === REPLAY_SYSTEM_NAME,
    };
  }
}

/** Whether this event is the end of a party that is known and, as it should, no longer listed. */
export function hasEnded(event: PbxEvent, snapshot: PbxSnapshot, engine: CallEngine): boolean {
  if (event.type !== "channel-gone" || engine.callOfChannel(event.channel.id) === undefined) return false;
  return !snapshot.channels.some(({ id }) => id === event.channel.id);
}
