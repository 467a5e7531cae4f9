import type { CallEvent, CallStep, StreamEvent } from "@cordboard/sdk";
import type { DatabaseTransaction } from "../storage/database.ts";
import type { CallJournal, EndedCall } from "./call-journal.ts";
import { formatCursor } from "./cursor.ts";
import type { Draft } from "./draft.ts";
import { keyOf } from "./key-of.ts";
import { stateRowOf, writeLiveCalls, writeStateRows } from "./live-rows.ts";
import type { LiveCall, StateRowChange } from "./live-rows.ts";
import { PublishedEvent } from "./published-event.ts";

/** What one transaction stores: some events, and what they change. Made once, so that it can be tried again. */
export interface Batch {
  readonly events: readonly PublishedEvent[];
  /** Calls that go on, as they are after the events. */
  readonly calls: ReadonlyMap<string, LiveCall>;
  readonly ended: readonly EndedCall[];
  readonly states: readonly StateRowChange[];
  /** PBXs that are not there any more. */
  readonly removed: readonly string[];
}

/** Numbers drafts from `head + 1` on. `calls` holds the calls that go on, and is brought up to date. */
export function makeBatch(
  drafts: readonly Draft[],
  epoch: string,
  head: number,
  calls: Map<string, LiveCall>,
  steps: CallJournal["steps"],
): Batch {
  const events: PublishedEvent[] = [];
  const ended: EndedCall[] = [];
  const changed = new Map<string, LiveCall>();
  const states = new Map<string, StateRowChange>();
  const removed: string[] = [];
  let seq = head;
  for (const { body, audience, call } of drafts) {
    seq++;
    const event: StreamEvent = { seq, epoch, cursor: formatCursor(epoch, seq), ...body };
    events.push(new PublishedEvent(event, audience, JSON.stringify(event), event));
    if (call !== undefined && isCallEvent(event)) {
      const before: readonly CallStep[] = calls.get(call.id)?.steps ?? [];
      const way = steps(event, before);
      if (event.type === "call-cleared") {
        calls.delete(call.id);
        changed.delete(call.id);
        ended.push({ event, steps: way });
      } else {
        const live = { call, steps: way };
        calls.set(call.id, live);
        changed.set(call.id, live);
      }
      continue;
    }
    if (body.type === "pbx-changed" && body.removed === true) {
      removed.push(body.pbx);
      for (const key of states.keys()) if (key.startsWith(keyOf(body.pbx))) states.delete(key);
      continue;
    }
    const row = stateRowOf(body);
    if (row !== undefined) states.set(keyOf(row.pbx, row.kind, row.key), row);
  }
  return { events, calls: changed, ended, states: [...states.values()], removed };
}

/** Stores all of a batch but its events and the history. */
export async function writeLive(trx: DatabaseTransaction, batch: Batch): Promise<void> {
  const ids = batch.ended.map(({ event }) => event.call.id);
  for (const id of ids) await trx.deleteFrom("live_call").where("id", "=", id).execute();
  await writeLiveCalls(trx, batch.calls.values());
  for (const pbx of batch.removed) await trx.deleteFrom("live_state").where("pbx", "=", pbx).execute();
  await writeStateRows(trx, batch.states);
}

function isCallEvent(event: StreamEvent): event is CallEvent {
  return "call" in event;
}
