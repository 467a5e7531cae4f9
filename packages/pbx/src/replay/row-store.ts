import type { BridgeRow } from "./bridge-row.ts";
import type { ChannelRow } from "./channel-row.ts";
import type { GoneReason, TableChange } from "./table-change.ts";

/** New values for some fields; `undefined` takes an optional one away. */
export type Patch<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What is remembered of how a row went, until the change is told. */
export interface Departure {
  readonly reason: GoneReason;
  readonly cause?: number;
  readonly causeText?: string;
}

/**
 * The rows, with the bookkeeping that keeps both sides of membership equal: a channel names its bridge if and only if the
 * bridge lists the channel. Collects what changed until {@link RowStore.commit}, which tells the net difference.
 */
export class RowStore {
  readonly channels: Map<string, ChannelRow> = new Map<string, ChannelRow>();
  readonly bridges: Map<string, BridgeRow> = new Map<string, BridgeRow>();
  readonly #channelsBefore = new Map<string, ChannelRow | undefined>();
  readonly #bridgesBefore = new Map<string, BridgeRow | undefined>();
  readonly #departures = new Map<string, Departure>();

  addChannel(row: ChannelRow): void {
    this.#touchChannel(row.uniqueid);
    this.channels.set(row.uniqueid, row);
  }

  /** Changes a channel that is there; does nothing for one that is not, or when nothing differs. */
  patchChannel(uniqueid: string, patch: Patch<ChannelRow>): ChannelRow | undefined {
    const before = this.channels.get(uniqueid);
    if (before === undefined) return undefined;
    const after = patched(before, patch);
    if (after === before) return before;
    this.#touchChannel(uniqueid);
    this.channels.set(uniqueid, after);
    return after;
  }

  dropChannel(uniqueid: string, departure: Departure): ChannelRow | undefined {
    const row = this.channels.get(uniqueid);
    if (row === undefined) return undefined;
    this.leaveBridge(uniqueid, row.bridge);
    this.#touchChannel(uniqueid);
    this.#departures.set(uniqueid, departure);
    this.channels.delete(uniqueid);
    return row;
  }

  putBridge(row: BridgeRow): void {
    this.#touchBridge(row.uniqueid);
    this.bridges.set(row.uniqueid, row);
  }

  patchBridge(uniqueid: string, patch: Patch<BridgeRow>): void {
    const before = this.bridges.get(uniqueid);
    if (before === undefined) return;
    const after = patched(before, patch);
    if (after === before) return;
    this.#touchBridge(uniqueid);
    this.bridges.set(uniqueid, after);
  }

  dropBridge(uniqueid: string, departure: Departure): void {
    const row = this.bridges.get(uniqueid);
    if (row === undefined) return;
    for (const channel of row.channels) this.patchChannel(channel, { bridge: undefined });
    this.#touchBridge(uniqueid);
    this.#departures.set(uniqueid, departure);
    this.bridges.delete(uniqueid);
  }

  /** Moves a channel into a bridge, out of the one it was in; both must be there. */
  enterBridge(channel: string, bridge: string): void {
    const row = this.channels.get(channel);
    const into = this.bridges.get(bridge);
    if (row === undefined || into === undefined) return;
    if (row.bridge !== bridge) this.leaveBridge(channel, row.bridge);
    if (!into.channels.includes(channel)) this.patchBridge(bridge, { channels: [...into.channels, channel] });
    this.patchChannel(channel, { bridge });
  }

  /** Takes a channel out of that bridge; one that is meanwhile in another bridge stays there. */
  leaveBridge(channel: string, bridge: string | undefined): void {
    if (bridge === undefined) return;
    const from = this.bridges.get(bridge);
    if (from?.channels.includes(channel) === true) {
      this.patchBridge(bridge, { channels: from.channels.filter((one) => one !== channel) });
    }
    if (this.channels.get(channel)?.bridge === bridge) this.patchChannel(channel, { bridge: undefined });
  }

  /** The net differences since the last commit, in the order in which the rows were first touched; channels first. */
  commit(at: number): TableChange[] {
    const changes: TableChange[] = [];
    for (const [uniqueid, before] of this.#channelsBefore) {
      const after = this.channels.get(uniqueid);
      if (before === undefined && after !== undefined) changes.push({ type: "channel-new", at, after });
      else if (before !== undefined && after !== undefined && !same(before, after))
        changes.push({ type: "channel-changed", at, before, after });
      else if (before !== undefined && after === undefined)
        changes.push({ type: "channel-gone", at, before, ...(this.#departures.get(uniqueid) ?? { reason: "event" }) });
    }
    for (const [uniqueid, before] of this.#bridgesBefore) {
      const after = this.bridges.get(uniqueid);
      if (before === undefined && after !== undefined) changes.push({ type: "bridge-new", at, after });
      else if (before !== undefined && after !== undefined && !same(before, after))
        changes.push({ type: "bridge-changed", at, before, after });
      else if (before !== undefined && after === undefined)
        changes.push({
          type: "bridge-gone",
          at,
          before,
          reason: this.#departures.get(uniqueid)?.reason ?? "event",
        });
    }
    this.#channelsBefore.clear();
    this.#bridgesBefore.clear();
    this.#departures.clear();
    return changes;
  }

  #touchChannel(uniqueid: string): void {
    if (!this.#channelsBefore.has(uniqueid)) this.#channelsBefore.set(uniqueid, this.channels.get(uniqueid));
  }

  #touchBridge(uniqueid: string): void {
    if (!this.#bridgesBefore.has(uniqueid)) this.#bridgesBefore.set(uniqueid, this.bridges.get(uniqueid));
  }
}

/** The same row if nothing differs, else a new one; keys set to undefined are left out. */
function patched<T extends object>(before: T, patch: Patch<T>): T {
  const known = before as Readonly<Record<string, unknown>>;
  const differing = Object.entries(patch).filter(([key, value]) => !equal(known[key], value));
  if (differing.length === 0) return before;
  const after: Record<string, unknown> = { ...known };
  for (const [key, value] of differing) {
    if (value === undefined) delete after[key];
    else after[key] = value;
  }
  return after as T;
}

function same(a: object, b: object): boolean {
  const left = Object.entries(a);
  const right = b as Record<string, unknown>;
  return left.length === Object.keys(b).length && left.every(([key, value]) => equal(value, right[key]));
}

/** Row fields are scalars, lists of strings, or flat objects. */
function equal(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Array.isArray(a) && Array.isArray(b)) return a.length === b.length && a.every((value, i) => value === b[i]);
  return same(a, b);
}
