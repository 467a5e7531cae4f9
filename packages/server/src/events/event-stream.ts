import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import type { Database } from "../storage/database.ts";
import type { CallJournal } from "./call-journal.ts";
import { EventLog } from "./event-log.ts";
import type { Retention } from "./event-log.ts";
import type { LiveState } from "./live-state.ts";
import { Publisher } from "./publisher.ts";
import type { PublisherLogger } from "./publisher-options.ts";
import { Pruning } from "./pruning.ts";
import { StreamHub } from "./stream-hub.ts";
import type { StreamLimits } from "./stream-session.ts";

/** What the stream is made of. */
export interface EventStreamOptions {
  readonly database: Database;
  readonly journal: CallJournal;
  readonly logger: PublisherLogger;
  readonly retention: Retention;
  readonly limits?: Partial<StreamLimits>;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly clock?: () => number;
}

/** The way of an event: from the PBXs into the log, the live state and to all clients. */
export class EventStream implements AsyncDisposable {
  readonly log: EventLog;
  readonly publisher: Publisher;
  readonly hub: StreamHub;
  readonly #pruning: Pruning;

  private constructor(log: EventLog, publisher: Publisher, hub: StreamHub, pruning: Pruning) {
    this.log = log;
    this.publisher = publisher;
    this.hub = hub;
    this.#pruning = pruning;
  }

  /** Takes up what an earlier process stored. Then add the PBXs to the publisher, and tell it which are the only ones. */
  static async open(options: EventStreamOptions): Promise<EventStream> {
    const { database, journal, logger, retention, limits, clock = Date.now } = options;
    const { log, wasLost } = await EventLog.open(database, { newEpoch, boot: bootId() });
    if (wasLost)
      logger.warn(
        { epoch: log.epoch },
        "The machine went down while the server ran, and the newest events may be lost: clients begin anew.",
      );
    const publisher = await Publisher.open({ database, log, journal, logger, clock });
    const hub = new StreamHub({ log, live: publisher.live, clock, ...limits });
    publisher.listen(hub);
    return new EventStream(log, publisher, hub, new Pruning({ log, retention, logger, clock }));
  }

  /** As of the last event that was published. */
  get live(): LiveState {
    return this.publisher.live;
  }

  /** Publishes what waits, tells all clients that the server stops, and ends. The database stays open. */
  async close(): Promise<void> {
    await this.publisher.close();
    this.hub.close();
    await this.#pruning.close();
    await this.log.close();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }
}

function newEpoch(): string {
  return randomBytes(8).toString("hex");
}

/** Linux names each run of the machine. */
function bootId(): string | undefined {
  try {
    return readFileSync("/proc/sys/kernel/random/boot_id", "utf8").trim();
  } catch {
    return undefined;
  }
}
