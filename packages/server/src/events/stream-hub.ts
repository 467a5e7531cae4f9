import type { SnapshotMessage } from "@cordboard/sdk";
import type { EventLog } from "./event-log.ts";
import type { Viewer } from "./filter.ts";
import type { Framing } from "./framing.ts";
import { isoTime } from "./iso-time.ts";
import type { LiveState } from "./live-state.ts";
import type { PublishedEvent } from "./published-event.ts";
import type { PublishedListener } from "./publisher-options.ts";
import { StreamSession } from "./stream-session.ts";
import type { SessionHome, StreamLimits } from "./stream-session.ts";
import type { StreamTransport } from "./stream-transport.ts";
import { framesFor } from "./viewer-group.ts";

/** What a hub works with. */
export interface StreamHubOptions extends Partial<StreamLimits> {
  readonly log: EventLog;
  readonly live: LiveState;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly clock?: () => number;
}

/** Where a client begins. */
export interface StreamBeginning {
  /** Behind this cursor; without it, now. */
  readonly after?: string | undefined;
  /** Whether it wants a snapshot where it begins now. */
  readonly snapshot: boolean;
}

/** Snapshots that are kept for the next client that sees the same, until the next event. */
const maxSnapshots = 8;

interface Group {
  readonly viewer: Viewer;
  readonly sessions: Set<StreamSession>;
}

/**
 * All streams. An event is written once for all who get it: clients with the same filter and scope share what passes it, and all that one
 * batch brings goes to a client in one piece.
 */
export class StreamHub implements PublishedListener {
  readonly #log: EventLog;
  readonly #live: LiveState;
  readonly #clock: () => number;
  readonly #limits: StreamLimits;
  readonly #sessions = new Set<StreamSession>();
  /** Those that are live, by the key of their viewer. */
  readonly #groups = new Map<string, Group>();
  readonly #home: SessionHome;
  readonly #ticker: NodeJS.Timeout;
  /** As of the last event, by framing and the key of the viewer. */
  readonly #snapshots = new Map<string, Buffer>();
  #deliveredSeq: number;
  #cutOff = 0;
  #sent = 0;

  constructor(options: StreamHubOptions) {
    const { log, live, clock = Date.now, ...limits } = options;
    this.#log = log;
    this.#live = live;
    this.#deliveredSeq = live.seq;
    this.#clock = clock;
    this.#limits = {
      maxUnsentBytes: 4 * 1024 * 1024,
      stallMs: 30_000,
      graceMs: 5_000,
      heartbeatMs: 15_000,
      pageEvents: 200,
      ...limits,
    };
    this.#home = this.#asHome();
    this.#ticker = setInterval(() => this.tick(), 1_000);
    this.#ticker.unref();
  }

  /** Streams open now. */
  get sessions(): number {
    return this.#sessions.size;
  }

  /** Streams that were cut off since the start because their clients were too slow. */
  get cutOff(): number {
    return this.#cutOff;
  }

  /** Events that were written to clients since the start, each counted once for each client. */
  get sent(): number {
    return this.#sent;
  }

  /** Bytes that wait in this process for clients to take them. */
  get unsentBytes(): number {
    let sum = 0;
    for (const { transport } of this.#sessions) sum += transport.unsent;
    return sum;
  }

  /** Begins the stream of a client. */
  open(viewer: Viewer, transport: StreamTransport, beginning: StreamBeginning): StreamSession {
    const session = new StreamSession(viewer, transport, this.#home);
    this.#sessions.add(session);
    session.begin(beginning.after, beginning.snapshot);
    return session;
  }

  published(events: readonly PublishedEvent[]): void {
    this.#snapshots.clear();
    const at = this.#clock();
    for (const { viewer, sessions } of this.#groups.values()) {
      const written = new Map<Framing, ReturnType<typeof framesFor>>();
      for (const session of sessions) {
        const { framing } = session.transport;
        if (!written.has(framing)) written.set(framing, framesFor(viewer, events, framing));
        const seen = written.get(framing);
        if (seen === undefined) continue;
        this.#sent += seen.count;
        session.deliver(seen.bytes, at);
        if (session.isClosed) this.#cutOff++;
      }
    }
    this.#deliveredSeq = this.#live.seq;
  }

  reset(): void {
    this.#snapshots.clear();
    this.#deliveredSeq = this.#live.seq;
    for (const session of this.#sessions) session.reset();
  }

  /** Called once a second: heartbeats, and clients that take nothing. */
  tick(): void {
    const at = this.#clock();
    for (const session of this.#sessions) {
      session.tick(at);
      if (session.isClosed) this.#cutOff++;
    }
  }

  /** Ends all streams. */
  close(): void {
    clearInterval(this.#ticker);
    for (const session of this.#sessions) session.end("SERVER_STOPS");
  }

  #asHome(): SessionHome {
    const deliveredSeq = (): number => this.#deliveredSeq;
    return {
      log: this.#log,
      live: this.#live,
      limits: this.#limits,
      clock: this.#clock,
      get deliveredSeq() {
        return deliveredSeq();
      },
      snapshot: (viewer, framing) => this.#snapshot(viewer, framing),
      join: (session) => this.#join(session),
      leave: (session) => this.#leave(session),
    };
  }

  #snapshot(viewer: Viewer, framing: Framing): Buffer {
    const key = `${framing.name} ${viewer.key}`;
    const known = this.#snapshots.get(key);
    if (known !== undefined) return known;
    const { cursor } = this.#live;
    const message: SnapshotMessage = {
      type: "snapshot",
      cursor,
      time: isoTime(this.#clock()),
      ...this.#live.content(viewer),
    };
    const frame = framing.frame("snapshot", cursor, JSON.stringify(message));
    if (this.#snapshots.size >= maxSnapshots) this.#snapshots.clear();
    this.#snapshots.set(key, frame);
    return frame;
  }

  #join(session: StreamSession): void {
    const { viewer } = session;
    const group = this.#groups.get(viewer.key);
    if (group === undefined) this.#groups.set(viewer.key, { viewer, sessions: new Set([session]) });
    else group.sessions.add(session);
  }

  #leave(session: StreamSession): void {
    if (session.isClosed) this.#sessions.delete(session);
    const group = this.#groups.get(session.viewer.key);
    group?.sessions.delete(session);
    if (group?.sessions.size === 0) this.#groups.delete(session.viewer.key);
  }
}
