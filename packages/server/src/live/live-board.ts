import type { Call, Pbx, PbxChange, PbxStateChange } from "@cordboard/pbx";
import { Consultations } from "./consultations.ts";
import { liveCall } from "./live-call.ts";
import type { LiveCall, LiveChange, LiveEntry, LivePbx, LivePbxState, LiveSnapshot } from "./live-types.ts";
import { TimelineWriter } from "./timeline-writer.ts";
import type { NewEntry } from "./timeline-writer.ts";
import type { Names } from "./who.ts";

/** What the board needs of a PBX. */
export type LiveSource = Names &
  Pick<
    Pbx,
    "id" | "state" | "server" | "notices" | "on" | "calls" | "queues" | "conferenceRooms" | "presences" | "mailboxes"
  >;

/** Limits and clock of a board. */
export interface LiveBoardOptions {
  /** Milliseconds since 1970; default `Date.now`. */
  readonly clock?: () => number;
  /** Changes of this many milliseconds are told as one; default 50. */
  readonly everyMs?: number;
  /** In a demo: what to type to see one's own calls. */
  readonly connect?: string;
  /** Entries of the timeline that are kept; default 200. */
  readonly keep?: number;
}

/** One PBX on the board. */
interface Source {
  readonly pbx: LiveSource;
  readonly name: string;
  readonly writer: TimelineWriter;
  readonly consultations: Consultations;
  readonly calls: Map<string, LiveCall>;
  /** Calls that changed since the last look, each as it is now and when it became so; without a call, it has ended. */
  readonly changed: Map<string, { readonly at: number; readonly call: Call | undefined }>;
  readonly stops: (() => void)[];
  shown: LivePbx;
}

const STATES: Readonly<Record<LiveSource["state"], LivePbxState>> = {
  idle: "connecting",
  connecting: "connecting",
  syncing: "connecting",
  live: "up",
  waiting: "down",
  closed: "down",
};

/**
 * Everything there is to see of some PBXs right now, and its changes: what the page and the terminal show. PBXs come and go while it
 * runs. What a change costs does not depend on how many other calls there are.
 */
export class LiveBoard {
  readonly #clock: () => number;
  readonly #everyMs: number;
  readonly #keep: number;
  readonly #connect: string | undefined;
  readonly #sources = new Map<string, Source>();
  readonly #timeline: LiveEntry[] = [];
  readonly #listeners = new Set<(change: LiveChange) => void>();
  #fresh: LiveEntry[] = [];
  /** Calls of PBXs that were taken off the board. */
  #gone: string[] = [];
  #seq = 0;
  #recording: string | undefined;
  #pbxsChanged = false;
  #recordingChanged = false;
  #timer: { readonly due: number; readonly handle: NodeJS.Timeout } | undefined;

  constructor(options: LiveBoardOptions = {}) {
    this.#clock = options.clock ?? Date.now;
    this.#everyMs = options.everyMs ?? 50;
    this.#keep = options.keep ?? 200;
    this.#connect = options.connect;
  }

  /** Shows a PBX from now on; `name` is for people. One of the same id is taken off first. */
  add(pbx: LiveSource, name: string): void {
    this.remove(pbx.id);
    const source: Source = {
      pbx,
      name,
      writer: new TimelineWriter(pbx),
      consultations: new Consultations(),
      calls: new Map(),
      changed: new Map(),
      stops: [],
      shown: this.#describe(pbx, name, pbx.state, ""),
    };
    this.#sources.set(pbx.id, source);
    this.#pbxsChanged = true;
    source.writer.know(pbx);
    this.#lookAtAll(source);
    source.stops.push(
      pbx.on("change", (change) => this.#changed(source, change)),
      pbx.on("state", (change) => this.#stateChanged(source, change)),
      pbx.on("notice", () => this.#noticed(source)),
      pbx.on("resync", (resync) => this.#record(source, source.writer.resynced(resync))),
      pbx.on("directory", () => this.#lookAtAll(source)),
    );
    this.#schedule();
  }

  /** Shows a PBX no more, nor its calls. What happened there stays in the timeline. */
  remove(id: string): void {
    const source = this.#sources.get(id);
    if (source === undefined) return;
    for (const stop of source.stops) stop();
    this.#sources.delete(id);
    this.#gone.push(...source.calls.keys());
    this.#pbxsChanged = true;
    this.#schedule();
  }

  /** Marks a PBX as refused for good: wrong user or secret. */
  refuse(id: string, detail: string): void {
    const source = this.#sources.get(id);
    if (source !== undefined) this.#show(source, { ...source.shown, state: "refused", detail, since: this.#clock() });
  }

  /** How many PBXs are on it. */
  get size(): number {
    return this.#sources.size;
  }

  /** What people call a PBX, by its id. */
  nameOf(id: string): string {
    return this.#sources.get(id)?.name ?? id;
  }

  /** Names the recording that is being replayed. */
  showRecording(label: string): void {
    this.#recording = label;
    this.#recordingChanged = true;
    this.#schedule();
  }

  snapshot(): LiveSnapshot {
    this.#flush();
    return {
      now: this.#clock(),
      ...(this.#recording === undefined ? {} : { recording: this.#recording }),
      ...(this.#connect === undefined ? {} : { connect: this.#connect }),
      pbxs: this.#pbxs(),
      calls: [...this.#sources.values()].flatMap(({ calls }) => [...calls.values()]),
      timeline: this.#timeline.slice(-this.#keep),
    };
  }

  /** Calls back with each change after this moment; returns what ends it. */
  on(listener: (change: LiveChange) => void): () => void {
    this.#listeners.add(listener);
    return () => {
      this.#listeners.delete(listener);
    };
  }

  close(): void {
    clearTimeout(this.#timer?.handle);
    this.#timer = undefined;
    for (const { stops } of this.#sources.values()) for (const stop of stops.splice(0)) stop();
    this.#listeners.clear();
  }

  #pbxs(): LivePbx[] {
    return [...this.#sources.values()].map(({ shown }) => shown);
  }

  #describe(pbx: LiveSource, name: string, state: LiveSource["state"], detail: string): LivePbx {
    // Not being allowed to ask for something is the price of few rights; not being told of events is trouble.
    const notes = pbx.notices.filter((notice) => notice.right === "write").map((notice) => notice.message);
    const troubles = pbx.notices.filter((notice) => notice.right !== "write").map((notice) => notice.message);
    return {
      id: pbx.id,
      name,
      state: STATES[state],
      detail: detail === "" && state === "live" ? troubles.join(" ") : detail,
      notes: state === "live" ? notes : [],
      asterisk: pbx.server.asteriskVersion ?? "",
      since: this.#clock(),
      recording: pbx.server.replay,
    };
  }

  #show(source: Source, shown: LivePbx): void {
    if (JSON.stringify(shown) === JSON.stringify(source.shown)) return;
    source.shown = shown;
    this.#pbxsChanged = true;
    this.#schedule();
  }

  #stateChanged(source: Source, change: PbxStateChange): void {
    const described = this.#describe(source.pbx, source.name, change.to, change.cause?.message ?? "");
    // A link closes by itself only when it is refused for good.
    const refused = change.to === "closed" && change.cause !== undefined;
    const next: LivePbx = refused ? { ...described, state: "refused" } : described;
    const { state, since, detail } = source.shown;
    // While it is tried again and again, the page keeps saying since when it is down and why.
    if (state === "down" && next.state === "connecting") return;
    this.#show(source, next.state === state ? { ...next, since, detail: next.detail || detail } : next);
  }

  #noticed(source: Source): void {
    if (source.shown.state !== "up") return;
    this.#show(source, { ...this.#describe(source.pbx, source.name, "live", ""), since: source.shown.since });
  }

  #changed(source: Source, { change, at }: PbxChange): void {
    this.#record(source, source.writer.write(change, at, source.pbx.state === "syncing"));
    if ("call" in change) {
      const { call } = change;
      source.changed.set(call.id, { at, call: change.type === "call-cleared" ? undefined : call });
    }
    this.#schedule();
  }

  /** All calls there are may look different now, as when the directory has other names. */
  #lookAtAll(source: Source): void {
    const at = this.#clock();
    const calls = [...source.pbx.calls].sort((one, other) => one.startedAt - other.startedAt);
    for (const call of calls) if (!source.changed.has(call.id)) source.changed.set(call.id, { at, call });
    this.#schedule();
  }

  #record(source: Source, entries: readonly NewEntry[]): void {
    if (entries.length === 0) return;
    const added = entries.map((entry): LiveEntry => ({ seq: ++this.#seq, pbx: source.pbx.id, ...entry }));
    // One burst tells at most what is kept; that is cut off when it is read, and here before it is too much.
    for (const list of [this.#timeline, this.#fresh]) {
      list.push(...added);
      if (list.length > this.#keep * 2) list.splice(0, list.length - this.#keep);
    }
    this.#schedule();
  }

  #schedule(due: number = this.#clock() + this.#everyMs): void {
    if (this.#timer !== undefined && this.#timer.due <= due) return;
    clearTimeout(this.#timer?.handle);
    this.#timer = { due, handle: setTimeout(() => this.#flush(), Math.max(0, due - this.#clock())) };
  }

  #flush(): void {
    clearTimeout(this.#timer?.handle);
    this.#timer = undefined;
    const now = this.#clock();
    const changed: LiveCall[] = [];
    const gone = this.#gone.splice(0);
    for (const source of this.#sources.values()) {
      this.#record(source, source.writer.flush(now));
      this.#look(source, changed, gone);
    }
    const change: LiveChange = {
      now,
      ...(this.#recordingChanged ? { recording: this.#recording } : {}),
      ...(this.#pbxsChanged ? { pbxs: this.#pbxs() } : {}),
      ...(changed.length > 0 ? { calls: changed } : {}),
      ...(gone.length > 0 ? { gone } : {}),
      ...(this.#fresh.length > 0 ? { timeline: this.#fresh.slice(-this.#keep) } : {}),
    };
    const nothing = Object.keys(change).length === 1;
    this.#fresh = [];
    this.#pbxsChanged = false;
    this.#recordingChanged = false;
    if (!nothing) for (const listener of this.#listeners) listener(change);
    for (const { writer } of this.#sources.values()) if (writer.due !== undefined) this.#schedule(writer.due);
  }

  /** Looks at the calls that changed, and at those that are the other half of a consultation with one. */
  #look(source: Source, changed: LiveCall[], gone: string[]): void {
    const { consultations, calls, pbx } = source;
    if (source.changed.size === 0) return;
    const look = new Map(source.changed);
    source.changed.clear();
    for (const [id, { at, call }] of Array.from(look))
      for (const other of consultations.set(id, call))
        if (!look.has(other)) look.set(other, { at, call: consultations.call(other) });
    for (const [id, { at, call }] of look) {
      const before = calls.get(id);
      if (call === undefined) {
        if (calls.delete(id)) gone.push(id);
        continue;
      }
      const held = consultations.heldFor(call);
      const shown = liveCall(call, { names: pbx, at, before, held, meanwhile: consultations.whileHeld(call) });
      if (before !== undefined && JSON.stringify(before) === JSON.stringify(shown)) continue;
      calls.set(id, shown);
      changed.push(shown);
    }
  }
}
