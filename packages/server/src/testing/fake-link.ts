import { ChannelTable } from "@cordboard/pbx";
import type {
  BridgeRow,
  ChannelRow,
  PbxLinkEvents,
  PbxLinkNotice,
  PbxLinkState,
  PbxServerInfo,
  TimelineKind,
} from "@cordboard/pbx";
import type { LiveSource } from "../live/live-board.ts";

type Listeners = { [N in keyof PbxLinkEvents]?: Set<(event: PbxLinkEvents[N]) => void> };

/** A link for tests that says what it is told to. */
export class FakeLink implements LiveSource {
  readonly id: string;
  table: ChannelTable = new ChannelTable();
  state: PbxLinkState = "idle";
  server: PbxServerInfo = { replay: false };
  notices: readonly PbxLinkNotice[] = [];
  readonly #listeners: Listeners = {};

  constructor(id: string) {
    this.id = id;
  }

  on<N extends keyof PbxLinkEvents>(name: N, listener: (event: PbxLinkEvents[N]) => void): () => void {
    const set = (this.#listeners[name] ??= new Set() as never) as Set<(event: PbxLinkEvents[N]) => void>;
    set.add(listener);
    return () => {
      set.delete(listener);
    };
  }

  emit<N extends keyof PbxLinkEvents>(name: N, event: PbxLinkEvents[N]): void {
    const set = this.#listeners[name];
    for (const listener of set ?? []) listener(event);
  }

  /** Exchanges all rows, as one change. */
  setRows(channels: readonly ChannelRow[], bridges: readonly BridgeRow[] = []): void {
    this.table = { channels, bridges } as unknown as ChannelTable;
    const [after] = channels;
    if (after !== undefined) this.emit("change", { type: "channel-changed", at: 0, before: after, after });
    else this.emit("resync", { at: 0, first: false, gapMs: 0, changes: [] });
  }

  say(kind: TimelineKind, text: string, plumbing = false): void {
    this.emit("timeline", { at: 0, kind, text, plumbing });
  }

  become(to: PbxLinkState, cause?: Error): void {
    const from = this.state;
    this.state = to;
    this.emit("state", { from, to, ...(cause === undefined ? {} : { cause }) });
  }
}
