import { globSync, readFileSync } from "node:fs";
import { join } from "node:path";
import {
  CallEngine,
  fromAmi,
  snapshotFromAmi,
  type AmiHeaders,
  type AmiLists,
  type Change,
} from "@cordboard/call-engine";

const folder = join(import.meta.dirname, "..", "..", "..", "..", "call-engine", "fixtures");

/** Names of the recorded situations of one version of Asterisk: `basic`. */
export function traceNames(version: string): string[] {
  return globSync("*.jsonl", { cwd: join(folder, version) })
    .map((file) => file.replace(".jsonl", ""))
    .toSorted((one, other) => one.localeCompare(other));
}

/** A change of a call. */
export type CallChange = Extract<Change, { readonly call: unknown }>;

/** A recorded situation: what it is, and the changes of its calls with their times. */
export interface TraceOfCalls {
  readonly note: string;
  readonly changes: readonly { readonly at: number; readonly change: CallChange }[];
}

interface Line {
  readonly at: number;
  readonly from: "asterisk" | "client";
  readonly data: string;
}

class Message implements AmiHeaders {
  readonly name: string;
  readonly #headers: ReadonlyMap<string, string>;

  constructor(text: string) {
    const headers = new Map<string, string>();
    for (const line of text.split(/\r?\n/u)) {
      const colon = line.indexOf(":");
      if (colon > 0 && !headers.has(line.slice(0, colon)))
        headers.set(line.slice(0, colon), line.slice(colon + 1).trim());
    }
    this.#headers = headers;
    this.name = headers.get("Event") ?? "";
  }

  get(header: string): string | undefined {
    return this.#headers.get(header);
  }
}

const lists: Readonly<Record<string, keyof AmiLists>> = {
  CoreShowChannels: "channels",
  BridgeList: "bridges",
  ParkedCalls: "parkedCalls",
  ConfbridgeList: "participants",
  ConfbridgeListRooms: "participants",
  QueueStatus: "queues",
};

/**
 * Replays a recorded situation: the first snapshot, then the events. With `lostAfter` the link is lost once these changes were told, and ten seconds
 * later, when it is back, nothing is left.
 */
export function traceOfCalls(
  version: string,
  name: string,
  lostAfter: (told: readonly CallChange[]) => boolean = () => false,
): TraceOfCalls {
  const [header, ...rest] = readFileSync(join(folder, version, `${name}.jsonl`), "utf8")
    .trimEnd()
    .split("\n");
  const { note, recorded } = JSON.parse(header ?? "{}") as { note: string; recorded: string };
  const began = Date.parse(recorded);
  let made = 0;
  const engine = new CallEngine({ pbx: "office", newCallId: () => `call-${String(++made)}` });
  const changes: { at: number; change: CallChange }[] = [];
  const take = (at: number, told: readonly Change[]): void => {
    for (const change of told) if ("call" in change) changes.push({ at, change });
  };
  const listOf = new Map<string, keyof AmiLists>();
  const pending = new Set<string>();
  let open: Partial<Record<keyof AmiLists, AmiHeaders[]>> | undefined;
  let isStarted = false;
  for (const text of rest) {
    const isLost = lostAfter(changes.map(({ change }) => change));
    const { at: after, data, from } = JSON.parse(text) as Line;
    const at = began + after;
    if (isLost) {
      take(at + 10_000, engine.reconcile(snapshotFromAmi({ channels: [] }), at + 10_000));
      return { note, changes };
    }
    const message = new Message(data);
    const id = message.get("ActionID") ?? "";
    if (from === "client") {
      const action = message.get("Action") ?? "";
      if (action === "CoreShowChannels") open = {};
      const list = lists[action];
      if (open === undefined || list === undefined) continue;
      open[list] ??= [];
      listOf.set(id, list);
      pending.add(id);
      continue;
    }
    const list = id.startsWith("snapshot-") ? listOf.get(id) : undefined;
    if (list === undefined || open === undefined) {
      const event = message.name === "" ? undefined : fromAmi(message);
      if (event !== undefined) take(at, engine.apply(event, at));
      continue;
    }
    const isLast = message.get("EventList") === "Complete" || message.get("Response") === "Error";
    if (!isLast && message.name !== "" && message.name !== "ConfbridgeListRooms") open[list]?.push(message);
    if (!isLast) continue;
    pending.delete(id);
    if (pending.size > 0) continue;
    if (!isStarted) take(at, engine.reconcile(snapshotFromAmi({ channels: [], ...open }), at));
    isStarted = true;
    open = undefined;
  }
  return { note, changes };
}
