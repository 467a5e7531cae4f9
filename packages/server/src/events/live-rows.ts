import type { Call as EngineCall } from "@cordboard/pbx";
import type { CallStep } from "@cordboard/sdk";
import type { Database, DatabaseTransaction, LiveCallRow, LiveStateRow } from "../storage/database.ts";
import { ApiCalls } from "./api-call.ts";
import type { EventBody } from "./event-body.ts";
import type { LiveState } from "./live-state.ts";

/** A call that has not ended, as it is stored. */
export interface LiveCall {
  readonly call: EngineCall;
  readonly steps: readonly CallStep[];
}

/** What an event says of the stored state: a row of it, or that the row is gone. */
export interface StateRowChange extends Omit<LiveStateRow, "json"> {
  readonly json: string | undefined;
}

/** The row that an event is about; undefined for an event of a call, or of what does not stay. */
export function stateRowOf(event: EventBody): StateRowChange | undefined {
  const { pbx, type } = event;
  const row = (key: string, thing: unknown, isThere = true): StateRowChange => ({
    pbx,
    kind: type,
    key,
    json: isThere ? JSON.stringify(thing) : undefined,
  });
  switch (type) {
    case "queue-changed":
      return row(event.queue.name, event.queue);
    case "conference-room-changed":
      return row(event.room.name, event.room, event.room.participants.length > 0);
    case "parking-changed":
      return row(`${event.parked.lot}\n${event.parked.space}`, event.parked, event.occupied);
    case "extension-changed":
      return row(event.extension.number, event.extension, event.removed !== true);
    case "presence-changed":
      return row(event.presence.presentity, event.presence);
    case "mailbox-changed":
      return row(event.mailbox.mailbox, event.mailbox);
    case "pbx-changed":
      return row("", event.state);
    default:
      return undefined;
  }
}

/** An event that tells of what a row holds. */
function eventOfRow({ pbx, kind, json }: LiveStateRow): EventBody {
  const thing: unknown = JSON.parse(json);
  const time = "1970-01-01T00:00:00.000Z";
  const names: Readonly<Record<string, string>> = {
    "queue-changed": "queue",
    "conference-room-changed": "room",
    "parking-changed": "parked",
    "extension-changed": "extension",
    "presence-changed": "presence",
    "mailbox-changed": "mailbox",
    "pbx-changed": "state",
  };
  // A row was written from such an event.
  return { type: kind, pbx, time, occupied: true, [names[kind] ?? kind]: thing } as unknown as EventBody;
}

/** Fills states with what is stored. @returns the stored calls by id, the oldest first */
export async function loadLiveRows(database: Database, states: readonly LiveState[]): Promise<Map<string, LiveCall>> {
  for (const row of await database.selectFrom("live_state").selectAll().execute()) {
    const event = eventOfRow(row);
    for (const state of states) state.apply(event);
  }
  const calls = new Map<string, LiveCall>();
  const stored: LiveCall[] = [];
  const [first] = states;
  for (const row of await database.selectFrom("live_call").selectAll().execute())
    stored.push({
      call: JSON.parse(row.engine_json) as EngineCall,
      steps: JSON.parse(row.steps_json) as CallStep[],
    });
  for (const live of stored.toSorted((one, other) => one.call.startedAt - other.call.startedAt)) {
    const { call } = live;
    const api = new ApiCalls((device) => first?.extensionOf(call.pbx, device)).call(call);
    for (const state of states) state.restoreCall(api);
    calls.set(call.id, live);
  }
  return calls;
}

/** Writes calls that go on. */
export async function writeLiveCalls(trx: DatabaseTransaction, calls: Iterable<LiveCall>): Promise<void> {
  for (const { call, steps } of calls) {
    const row: LiveCallRow = {
      id: call.id,
      pbx: call.pbx,
      engine_json: JSON.stringify(call),
      steps_json: JSON.stringify(steps),
    };
    await trx
      .insertInto("live_call")
      .values(row)
      .onConflict((conflict) =>
        conflict.column("id").doUpdateSet((excluded) => ({
          engine_json: excluded.ref("excluded.engine_json"),
          steps_json: excluded.ref("excluded.steps_json"),
        })),
      )
      .execute();
  }
}

/** Writes rows of the state, or takes them away. */
export async function writeStateRows(trx: DatabaseTransaction, rows: Iterable<StateRowChange>): Promise<void> {
  for (const { pbx, kind, key, json } of rows) {
    if (json === undefined) {
      await trx
        .deleteFrom("live_state")
        .where("pbx", "=", pbx)
        .where("kind", "=", kind)
        .where("key", "=", key)
        .execute();
      continue;
    }
    await trx
      .insertInto("live_state")
      .values({ pbx, kind, key, json })
      .onConflict((conflict) =>
        conflict.columns(["pbx", "kind", "key"]).doUpdateSet((excluded) => ({ json: excluded.ref("excluded.json") })),
      )
      .execute();
  }
}
