import type { CallEvent, CallStep } from "@cordboard/sdk";
import type { DatabaseTransaction } from "../storage/database.ts";

/** The last event of a call, with the way it went. */
export interface EndedCall {
  readonly event: Extract<CallEvent, { type: "call-cleared" }>;
  /** All that {@link CallJournal.steps} gave for its events, this one included. */
  readonly steps: readonly CallStep[];
}

/** What the call history does with the events of calls as they are published. */
export interface CallJournal {
  /**
   * The way of a call after one more event. Pure, and called once for each event of a call, in order; what it returns is kept with the
   * call while that lives, also through a restart.
   */
  steps(event: CallEvent, before: readonly CallStep[]): readonly CallStep[];
  /**
   * Stores calls that have ended, in the transaction that stores their last events: it is tried again as a whole if it fails, so that each
   * is stored exactly once.
   */
  store(trx: DatabaseTransaction, ended: readonly EndedCall[]): Promise<void>;
}
