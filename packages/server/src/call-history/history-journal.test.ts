import type { CallEvent, CallStep, Scope } from "@cordboard/sdk";
import { expect, it } from "vitest";
import { openDatabase } from "../storage/open-database.ts";
import { CallHistoryStore } from "./call-history-store.ts";
import { historyJournal } from "./history-journal.ts";
import { MadeCall, party } from "./testing/made-call.ts";

const all: Scope = { pbxs: "*", extensions: "*", verbs: ["call-history"] };

it("stores each ended call exactly once, with its way, also when the transaction is tried again", async () => {
  const db = await openDatabase(":memory:");
  const store = new CallHistoryStore(db);
  const journal = historyJournal(store);
  const call = new MadeCall();
  const caller = party("1000", { role: "caller", state: "initiated" });
  const events: CallEvent[] = [
    call.tell(0, { type: "originated", connection: caller }, [caller], { dialled: "1002" }),
    call.tell(1, { type: "call-cleared", cause: "cancelled" }, []),
  ];
  const steps = events.reduce<readonly CallStep[]>((before, event) => journal.steps(event, before), []);
  const event = events.find((one) => one.type === "call-cleared");
  if (event === undefined) throw new Error("no end");
  const tryToStore = async (fails: boolean): Promise<void> =>
    db.transaction().execute(async (trx) => {
      await journal.store(trx, [{ event, steps }]);
      if (fails) throw new Error("disk full");
    });
  await expect(tryToStore(true)).rejects.toThrow("disk full");
  expect(await store.find("made", all)).toBeUndefined();
  await tryToStore(false);
  await tryToStore(false);
  expect(await store.find("made", all)).toMatchObject({ result: "missed", dialled: "1002", path: steps });
  await db.destroy();
});
