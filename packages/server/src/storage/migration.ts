import type { Kysely } from "kysely";

/** One step of the way from an empty database to the tables of now. Once released it is never changed. */
export interface Migration {
  /** For people: `events`. */
  readonly name: string;
  /** Runs in a transaction of its own. It must not use the row types: they are of now, it is of its time. */
  up(db: Kysely<unknown>): Promise<void>;
}
