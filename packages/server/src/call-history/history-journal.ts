import type { CallJournal } from "../events/call-journal.ts";
import type { CallHistoryStore } from "./call-history-store.ts";
import { callRecord } from "./call-record.ts";
import { stepsAfter } from "./steps.ts";

/** What the publisher of events tells of calls goes into the history. */
export function historyJournal(store: CallHistoryStore): CallJournal {
  return {
    steps: stepsAfter,
    store: async (trx, ended) => {
      for (const { event, steps } of ended) await store.insert(trx, callRecord(event, steps));
    },
  };
}
