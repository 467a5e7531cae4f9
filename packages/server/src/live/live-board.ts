import type { PbxLink, PbxLinkStateChange, TimelineEntry } from "@cordboard/pbx";
import { callList } from "./call-list.ts";
import type { LiveCall, LiveChange, LiveEntry, LiveParty, LivePbx, LivePbxState, LiveSnapshot } from "./live-types.ts";

/** What the board needs of a link. */
export type LiveSource = Pick<PbxLink, "id" | "table" | "state" | "server" | "notices" | "on">;

/** Limits and clock of a board. */
export interface LiveBoardOptions {
  /** Milliseconds since 1970; default `Date.now`. */
  readonly clock?: () => number;
  /** Changes of this many milliseconds are told as one; default 50, and more where there are very many calls. */
  readonly everyMs?: number;
  /** In a demo: what to type to see one's own calls. */
  readonly connect?: string;
  /** Entries of the timeline that are kept; default 200. */
  readonly keep?: number;
}

interface Source {
  readonly link: LiveSource;
  readonly name: string;
  pbx: LivePbx;
  calls: ReadonlyMap<string, LiveCall>;
}

const STATES: Readonly<Record<LiveSource["state"], LivePbxState>> = {
  idle: "connecting",
  connecting: "connecting",
  syncing: "connecting",
  live: "up",
  waiting: "down",
  closed: "down",
};

/** With thousands of calls each look costs: reading the PBXs, which waits for nobody, gets four times as much. */
const REST_PER_WORK = 4;

/** Everything there is to see of some PBXs right now, and its changes: what the page and the terminal show. */
export class LiveBoard {
  readonly #clock: () => number;
  readonly #everyMs: number;
  readonly #keep: number;
  readonly #connect: string | undefined;
  readonly #sources: Source[] = [];
  readonly #timeline: LiveEntry[] = [];
  readonly #listeners = new Set<(change: LiveChange) => void>();
  readonly #stops: (() => void)[] = [];
  #fresh: LiveEntry[] = [];
  #seq = 0;
  #recording: string | undefined;
  #pbxsChanged = false;
  #recordingChanged = false;
  #timer: NodeJS.Timeout | undefined;
  /** Milliseconds that the last look at all calls took. */
  #costMs = 0;

  constructor(options: LiveBoardOptions = {}) {
    this.#clock = options.clock ?? Date.now;
    this.#everyMs = options.everyMs ?? 50;
    this.#keep = options.keep ?? 200;
    this.#connect = options.connect;
  }

  /** Shows a link's PBX from now on; `name` is for people. */
  add(link: LiveSource, name: string): void {
    const source: Source = { link, name, calls: new Map(), pbx: this.#describe(link, name, link.state, "") };
    this.#sources.push(source);
    this.#pbxsChanged = true;
    this.#stops.push(
      link.on("change", () => this.#schedule()),
      link.on("timeline", (entry) => this.#record(link.id, entry)),
      link.on("state", (change) => this.#stateChanged(source, change)),
      link.on("notice", () => this.#noticed(source)),
      link.on("resync", () => this.#schedule()),
    );
    this.#schedule();
  }

  /** Marks a PBX as refused for good: wrong user or secret. */
  refuse(id: string, detail: string): void {
    const source = this.#sources.find((each) => each.link.id === id);
    if (source === undefined) return;
    source.pbx = { ...source.pbx, state: "refused", detail, since: this.#clock() };
    this.#pbxsChanged = true;
    this.#schedule();
  }

  /** What people call a PBX, by its id. */
  nameOf(id: string): string {
    return this.#sources.find((each) => each.link.id === id)?.name ?? id;
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
      pbxs: this.#sources.map((source) => source.pbx),
      calls: this.#sources.flatMap((source) => [...source.calls.values()]),
      timeline: [...this.#timeline],
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
    clearTimeout(this.#timer);
    this.#timer = undefined;
    for (const stop of this.#stops.splice(0)) stop();
    this.#listeners.clear();
  }

  #describe(link: LiveSource, name: string, state: LiveSource["state"], detail: string): LivePbx {
    // Not being allowed to ask for something is the price of few rights; not being told of events is trouble.
    const notes = link.notices.filter((notice) => notice.right === "write").map((notice) => notice.message);
    const troubles = link.notices.filter((notice) => notice.right !== "write").map((notice) => notice.message);
    return {
      id: link.id,
      name,
      state: STATES[state],
      detail: detail === "" && state === "live" ? troubles.join(" ") : detail,
      notes: state === "live" ? notes : [],
      asterisk: link.server.asteriskVersion ?? "",
      since: this.#clock(),
      recording: link.server.replay,
    };
  }

  #stateChanged(source: Source, change: PbxLinkStateChange): void {
    const described = this.#describe(source.link, source.name, change.to, change.cause?.message ?? "");
    // A link closes by itself only when it is refused for good.
    const refused = change.to === "closed" && change.cause !== undefined;
    const next: LivePbx = refused ? { ...described, state: "refused" } : described;
    const stays = next.state === source.pbx.state;
    // While it is tried again and again, the page keeps saying since when it is down and why.
    const retrying = source.pbx.state === "down" && next.state === "connecting";
    if (retrying) return;
    const shown = stays ? { ...next, since: source.pbx.since, detail: next.detail || source.pbx.detail } : next;
    if (JSON.stringify(shown) === JSON.stringify(source.pbx)) return;
    source.pbx = shown;
    this.#pbxsChanged = true;
    this.#schedule();
  }

  #noticed(source: Source): void {
    if (source.pbx.state !== "up") return;
    source.pbx = { ...this.#describe(source.link, source.name, "live", ""), since: source.pbx.since };
    this.#pbxsChanged = true;
    this.#schedule();
  }

  #record(pbx: string, entry: TimelineEntry): void {
    if (entry.plumbing) return;
    const added: LiveEntry = { seq: ++this.#seq, pbx, at: entry.at, kind: entry.kind, text: entry.text };
    this.#timeline.push(added);
    if (this.#timeline.length > this.#keep) this.#timeline.splice(0, this.#timeline.length - this.#keep);
    this.#fresh.push(added);
    // One burst tells at most what is kept.
    if (this.#fresh.length > this.#keep) this.#fresh.splice(0, this.#fresh.length - this.#keep);
    this.#schedule();
  }

  /** A party's time is that of its state: known here alone, for Asterisk tells no time of a hold. */
  #withStateTimes(call: LiveCall, before: ReadonlyMap<string, LiveParty>): LiveCall {
    const parties = call.parties.map((party) => {
      const known = before.get(party.id);
      if (known === undefined) return party;
      const { since: _, ...rest } = party;
      const since = known.state === party.state ? known.since : this.#clock();
      return since === undefined ? rest : { ...rest, since };
    });
    return { ...call, parties };
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#flush(), Math.max(this.#everyMs, this.#costMs * REST_PER_WORK));
  }

  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const began = performance.now();
    const changed: LiveCall[] = [];
    const gone: string[] = [];
    for (const source of this.#sources) {
      const { table, id } = source.link;
      const parties = new Map(
        [...source.calls.values()].flatMap((call) => call.parties.map((each) => [each.id, each])),
      );
      const calls = callList(id, table.channels, table.bridges).map((call) => this.#withStateTimes(call, parties));
      const next = new Map(calls.map((call) => [call.id, call]));
      for (const [callId, call] of next) {
        const before = source.calls.get(callId);
        if (before === undefined || JSON.stringify(before) !== JSON.stringify(call)) changed.push(call);
      }
      for (const callId of source.calls.keys()) if (!next.has(callId)) gone.push(callId);
      source.calls = next;
    }
    this.#costMs = performance.now() - began;
    const change: LiveChange = {
      now: this.#clock(),
      ...(this.#recordingChanged ? { recording: this.#recording } : {}),
      ...(this.#pbxsChanged ? { pbxs: this.#sources.map((source) => source.pbx) } : {}),
      ...(changed.length > 0 ? { calls: changed } : {}),
      ...(gone.length > 0 ? { gone } : {}),
      ...(this.#fresh.length > 0 ? { timeline: this.#fresh } : {}),
    };
    const nothing = Object.keys(change).length === 1;
    this.#fresh = [];
    this.#pbxsChanged = false;
    this.#recordingChanged = false;
    if (!nothing) for (const listener of this.#listeners) listener(change);
  }
}
