import type { CallJournal, EndedCall } from "../../events/call-journal.ts";
import { EventLog } from "../../events/event-log.ts";
import { Publisher } from "../../events/publisher.ts";
import type { PublisherLogger, PublisherOptions } from "../../events/publisher-options.ts";
import type { PublishedEvent } from "../../events/published-event.ts";
import type { Database } from "../../storage/database.ts";
import { openDatabase } from "../../storage/open-database.ts";

/** A publisher with all that it needs, as a test has it. */
export interface Publishing {
  readonly database: Database;
  readonly log: EventLog;
  readonly publisher: Publisher;
  /** All that was published, in order. */
  readonly published: readonly PublishedEvent[];
  readonly ended: readonly EndedCall[];
  /** What people were told. */
  readonly told: readonly string[];
}

/** Opens a publisher on a database of its own, or on a given one. */
export async function openPublishing(
  given: Partial<PublisherOptions> & { readonly newEpoch?: () => string } = {},
): Promise<Publishing> {
  const database = given.database ?? (await openDatabase(":memory:"));
  let made = 0;
  const newEpoch = given.newEpoch ?? (() => `epoch${++made}`);
  const { log } = await EventLog.open(database, { newEpoch, boot: "this" });
  const told: string[] = [];
  const logger: PublisherLogger = {
    warn: (_, message) => void told.push(message),
    error: (_, message) => void told.push(message),
  };
  const ended: EndedCall[] = [];
  const journal: CallJournal = {
    steps: (event, before) => [...before, { at: event.time, type: "dialled", to: event.type }],
    store: (_, calls) => {
      ended.push(...calls);
      return Promise.resolve();
    },
  };
  const publisher = await Publisher.open({ database, log, logger, journal, clock: () => 1_764_000_000_000, ...given });
  const published: PublishedEvent[] = [];
  publisher.listen({ published: (events) => void published.push(...events), reset: () => void published.splice(0) });
  return { database, log, publisher, published, ended, told };
}
