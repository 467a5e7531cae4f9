import type { AmiClient } from "@cordboard/ami";

/** How a link is doing; counts are since the `Pbx` was made. */
export interface PbxHealth {
  /** How long the last `Ping` took, in milliseconds: no event is later than that, for Asterisk answers and tells on one thread. */
  readonly roundTripMs?: number;
  /** When the PBX last said something that was of use, milliseconds since 1970. */
  readonly lastHeardAt?: number;
  /** Times that this process read late, by 50 ms or more; Asterisk cuts who is 100 ms late (`writetimeout`). */
  readonly lateReads: number;
  readonly bytesRead: number;
  /** Events that were taken in. */
  readonly events: number;
  /** Events that came and that nobody wanted. */
  readonly skippedEvents: number;
  /** Changes that were told. */
  readonly changes: number;
  readonly logins: number;
  /** Snapshots that were taken in, checks included. */
  readonly snapshots: number;
  /** How long the last snapshot took to come, in milliseconds. */
  readonly snapshotMs?: number;
  readonly failedSnapshots: number;
  /** Iterators that are open, and those that were cut off because they were too slow. */
  readonly consumers: number;
  readonly slowConsumers: number;
}

/** How often the round trip is measured, in milliseconds. */
const pingEveryMs = 10_000;

/** What a {@link LinkHealth} works with. */
export interface LinkHealthParts {
  readonly client: AmiClient;
  /** Milliseconds since 1970. */
  readonly clock: () => number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  readonly schedule: (delayMs: number, run: () => void) => () => void;
}

/** Counts, and pings while the link is up. */
export class LinkHealth {
  readonly #parts: LinkHealthParts;
  #roundTripMs: number | undefined;
  #lastHeardAt: number | undefined;
  #lateReads = 0;
  #snapshotMs: number | undefined;
  #cancelTimer: () => void = () => {};
  events = 0;
  changes = 0;
  snapshots = 0;
  failedSnapshots = 0;
  slowConsumers = 0;

  constructor(parts: LinkHealthParts) {
    this.#parts = parts;
    parts.client.on("lag", () => this.#lateReads++);
    parts.client.on("state", ({ to }) => {
      this.#cancelTimer();
      this.#roundTripMs = undefined;
      if (to === "ready") this.#pingLater();
    });
  }

  /** Something was heard at this time. */
  heard(at: number): void {
    this.#lastHeardAt = at;
  }

  /** A snapshot was taken in. */
  tookSnapshot(ms: number): void {
    this.snapshots++;
    this.#snapshotMs = ms;
  }

  view(consumers: number): PbxHealth {
    const { bytesRead, skippedEvents, logins } = this.#parts.client.stats;
    const { events, changes, snapshots, failedSnapshots, slowConsumers } = this;
    return {
      ...(this.#roundTripMs === undefined ? {} : { roundTripMs: this.#roundTripMs }),
      ...(this.#lastHeardAt === undefined ? {} : { lastHeardAt: this.#lastHeardAt }),
      ...(this.#snapshotMs === undefined ? {} : { snapshotMs: this.#snapshotMs }),
      lateReads: this.#lateReads,
      bytesRead,
      events,
      skippedEvents,
      changes,
      logins,
      snapshots,
      failedSnapshots,
      consumers,
      slowConsumers,
    };
  }

  #pingLater(): void {
    this.#cancelTimer = this.#parts.schedule(pingEveryMs, () => void this.#ping());
  }

  async #ping(): Promise<void> {
    const { client, clock, now } = this.#parts;
    const { logins } = client.stats;
    const began = now();
    // A link that does not answer is given up by the client itself.
    const isAnswered = await client.action("Ping").then(
      () => true,
      () => false,
    );
    if (client.stats.logins !== logins || client.state !== "ready") return;
    if (isAnswered) {
      this.#roundTripMs = now() - began;
      this.heard(clock());
    }
    this.#pingLater();
  }
}
