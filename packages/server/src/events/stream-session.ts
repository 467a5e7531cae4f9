import type { ClosingMessage, GapMessage, HeartbeatMessage } from "@cordboard/sdk";
import { formatCursor } from "./cursor.ts";
import type { EventLog } from "./event-log.ts";
import type { Viewer } from "./filter.ts";
import type { Framing } from "./framing.ts";
import { isoTime } from "./iso-time.ts";
import type { LiveState } from "./live-state.ts";
import type { StreamTransport } from "./stream-transport.ts";
import { framesFor } from "./viewer-group.ts";

/** How much a client may leave unread, and for how long. */
export interface StreamLimits {
  /** Bytes that may wait for one client; default 4 MiB. A snapshot may be longer: it alone does not count. */
  readonly maxUnsentBytes: number;
  /** A client for whom something waits and who takes none of it for so long, in milliseconds, is cut off; default 30,000. */
  readonly stallMs: number;
  /** What is cut off may still be read for so long, in milliseconds; default 5,000. */
  readonly graceMs: number;
  /** A heartbeat is sent when nothing else was for so long, in milliseconds; default 15,000. */
  readonly heartbeatMs: number;
  /** Events of one page of a replay; default 200. */
  readonly pageEvents: number;
}

/** What a session needs of the hub. */
export interface SessionHome {
  readonly log: EventLog;
  readonly live: LiveState;
  readonly limits: StreamLimits;
  /** Milliseconds since 1970. */
  clock(): number;
  /** Number of the last event that was delivered to all that are live. */
  readonly deliveredSeq: number;
  /** The snapshot for a viewer as of now, as it is written. */
  snapshot(viewer: Viewer, framing: Framing): Buffer;
  /** From now on the session gets what is published. */
  join(session: StreamSession): void;
  leave(session: StreamSession): void;
}

const reasons: Readonly<Record<ClosingMessage["code"], string>> = {
  TOO_SLOW: "Too much waited for you. Read faster, or ask for less with a filter; then go on behind the cursor.",
  TOKEN_ENDED: "The token was revoked or has expired.",
  SERVER_STOPS: "The server stops. Come back in a moment and go on behind the cursor.",
};

/**
 * The stream to one client: a gap and a snapshot where they are due, then what it missed out of the log, page by page and no faster than it
 * reads, then what is published as it happens.
 *
 * Invariants: each event that its viewer sees is written once and in order; what waits for it is bounded.
 */
export class StreamSession {
  readonly viewer: Viewer;
  readonly transport: StreamTransport;
  readonly #home: SessionHome;
  #state: "new" | "catching-up" | "live" | "closed" = "new";
  /** Number of the last event that was written or passed over; while live, the home knows it. */
  #seq: number;
  /** Counts beginnings: what belongs to an earlier one is dropped. */
  #turn = 0;
  #lastWriteAt = 0;
  #written = 0;
  #taken = 0;
  #takenAt = 0;

  constructor(viewer: Viewer, transport: StreamTransport, home: SessionHome) {
    this.viewer = viewer;
    this.transport = transport;
    this.#home = home;
    this.#seq = home.live.seq;
    this.#lastWriteAt = this.#takenAt = home.clock();
    transport.onClosed(() => this.#close());
  }

  get isClosed(): boolean {
    return this.#state === "closed";
  }

  /** Where a client goes on that got all that was written. */
  get cursor(): string {
    const { live, deliveredSeq } = this.#home;
    return formatCursor(live.epoch, this.#state === "live" ? deliveredSeq : this.#seq);
  }

  /** Begins behind `after`, which may be anything a client sends; without it with a snapshot, if that is wanted. */
  begin(after: string | undefined, wantsSnapshot: boolean): void {
    const { log, live } = this.#home;
    const place = after === undefined ? undefined : log.placeOf(after);
    if (place === undefined) {
      this.#seq = live.seq;
      if (wantsSnapshot) this.#writeSnapshot();
      // The client must know from where to go on before the first event comes.
      else this.heartbeat();
    } else if ("gap" in place) this.#writeGap(place.gap);
    else this.#seq = place.seq;
    void this.#catchUp();
  }

  /** The log was lost. */
  reset(): void {
    if (this.#state === "closed") return;
    if (this.#state === "live") this.#home.leave(this);
    this.#writeGap("other-epoch");
    void this.#catchUp();
  }

  /** Events that were just published, as its viewer sees them. `at`: milliseconds since 1970. */
  deliver(bytes: Buffer, at: number): void {
    const { unsent } = this.transport;
    if (unsent + bytes.length <= this.#home.limits.maxUnsentBytes) this.#write(bytes, at);
    else if (unsent > 0) this.end("TOO_SLOW");
    else this.#replayInstead();
  }

  /** Tells where the stream is, if nothing else was told for a while, and looks whether the client takes what waits for it. */
  tick(at: number): void {
    if (this.#state === "closed") return;
    const { heartbeatMs, stallMs } = this.#home.limits;
    const { unsent } = this.transport;
    const taken = this.#written - unsent;
    if (unsent === 0 || taken !== this.#taken) this.#takenAt = at;
    this.#taken = taken;
    if (at - this.#takenAt >= stallMs) this.end("TOO_SLOW");
    else if (unsent === 0 && at - this.#lastWriteAt >= heartbeatMs) this.heartbeat();
    this.transport.check();
  }

  heartbeat(): void {
    const time = isoTime(this.#home.clock());
    const message: HeartbeatMessage = { type: "heartbeat", cursor: this.cursor, time };
    this.#writeMessage("heartbeat", this.cursor, JSON.stringify(message));
  }

  /** Says why, and ends the stream. */
  end(code: ClosingMessage["code"]): void {
    if (this.#state === "closed") return;
    const message: ClosingMessage = { type: "closing", cursor: this.cursor, code, message: reasons[code] };
    this.#writeMessage("closing", this.cursor, JSON.stringify(message));
    this.#close();
    this.transport.end(code, this.#home.limits.graceMs);
  }

  /** So much happened at once that who reads all gets it page by page. */
  #replayInstead(): void {
    this.#seq = this.#home.deliveredSeq;
    this.#home.leave(this);
    void this.#catchUp();
  }

  /** Replays until nothing is left to replay. */
  async #catchUp(): Promise<void> {
    this.#state = "catching-up";
    const turn = ++this.#turn;
    const { log, live, limits } = this.#home;
    for (;;) {
      await this.transport.drained(Math.max(minPending, limits.maxUnsentBytes / 4));
      if (this.#isOver(turn)) return;
      if (this.#seq === live.seq) {
        this.#state = "live";
        this.#home.join(this);
        return;
      }
      const page = await log.read(this.#seq, live.seq, limits.pageEvents);
      if (this.#isOver(turn)) return;
      if (page === undefined) {
        this.#writeGap("too-old");
        continue;
      }
      this.#seq = page.at(-1)?.seq ?? this.#seq;
      const seen = framesFor(this.viewer, page, this.transport.framing);
      if (seen !== undefined) this.#write(seen.bytes, this.#home.clock());
    }
  }

  #isOver(turn: number): boolean {
    return this.#state === "closed" || turn !== this.#turn;
  }

  #writeGap(reason: GapMessage["reason"]): void {
    this.#seq = this.#home.live.seq;
    const cursor = formatCursor(this.#home.live.epoch, this.#seq);
    const message: GapMessage = { type: "gap", cursor, reason };
    // Who is cut off before the snapshot has come must not go on behind it.
    this.#writeMessage("gap", undefined, JSON.stringify(message));
    this.#writeSnapshot();
  }

  #writeSnapshot(): void {
    this.#seq = this.#home.live.seq;
    this.#write(this.#home.snapshot(this.viewer, this.transport.framing), this.#home.clock());
  }

  #writeMessage(type: string, cursor: string | undefined, json: string): void {
    this.#write(this.transport.framing.frame(type, cursor, json), this.#home.clock());
  }

  #write(bytes: Buffer, at: number): void {
    this.#lastWriteAt = at;
    this.#written += bytes.length;
    this.transport.write(bytes);
  }

  #close(): void {
    if (this.#state === "closed") return;
    this.#state = "closed";
    this.#home.leave(this);
  }
}

/** Below this many bytes a socket does not tell that it has drained. */
const minPending = 64 * 1024;
