import { readFileSync } from "node:fs";
import type { AmiHeaders } from "../ami-fields.ts";
import { snapshotFromAmi, type AmiLists } from "../snapshot-from-ami.ts";
import type { PbxSnapshot } from "../snapshot.ts";

/** One AMI message of a trace. */
class TraceMessage implements AmiHeaders {
  readonly name: string;
  readonly #headers = new Map<string, string>();

  constructor(text: string) {
    for (const line of text.split(/\r?\n/u)) {
      const colon = line.indexOf(":");
      const name = line.slice(0, colon);
      if (colon > 0 && !this.#headers.has(name)) this.#headers.set(name, line.slice(colon + 1).trim());
    }
    this.name = this.#headers.get("Event") ?? "";
  }

  get(header: string): string | undefined {
    return this.#headers.get(header);
  }
}

/** What a trace holds, in its order. `quiet`: no event came between the first and the last message of the snapshot. */
export type TraceStep =
  | { readonly at: number; readonly kind: "event"; readonly message: TraceMessage }
  | { readonly at: number; readonly kind: "snapshot"; readonly snapshot: PbxSnapshot; readonly quiet: boolean };

/** One message of a link. */
interface CapturedLine {
  readonly at: number;
  readonly from: "asterisk" | "client";
  readonly data: string;
}

/** A recorded session. */
export interface Trace {
  readonly name: string;
  readonly note: string;
  readonly steps: readonly TraceStep[];
}

const lists: Readonly<Record<string, keyof AmiLists>> = {
  CoreShowChannels: "channels",
  BridgeList: "bridges",
  ParkedCalls: "parkedCalls",
  ConfbridgeListRooms: "participants",
  QueueStatus: "queues",
};

/** Reads a trace that `tools/record-traces.ts` has made, or plain AMI text. Times are as recorded; text has none and gets 100 ms a message. */
export function readTrace(path: string): Trace {
  const text = readFileSync(path, "utf8");
  const name = path.replace(/^.*\/fixtures\//u, "").replace(/\.(?:jsonl|ami\.txt)$/u, "");
  if (!text.startsWith("{")) return { name, note: "", steps: plainSteps(text) };
  const [header, ...lines] = text
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line) as Record<string, unknown>);
  return {
    name,
    note: typeof header?.["note"] === "string" ? header["note"] : "",
    steps: stepsOf(lines as unknown as CapturedLine[]),
  };
}

function plainSteps(text: string): TraceStep[] {
  return text
    .split(/\r?\n\r?\n/u)
    .map((one) => new TraceMessage(one))
    .filter((message) => message.name !== "" && message.get("ActionID") === undefined)
    .map((message, index) => ({ at: index * 100, kind: "event", message }));
}

/** The steps of what crossed a link, of which a capture has a line each. */
export function stepsOf(lines: readonly CapturedLine[]): TraceStep[] {
  const steps: TraceStep[] = [];
  const listOf = new Map<string, keyof AmiLists>();
  let open: Partial<Record<keyof AmiLists, TraceMessage[]>> | undefined;
  const pending = new Set<string>();
  let quiet = true;
  for (const line of lines) {
    const { at } = line;
    const message = new TraceMessage(line.data);
    const id = message.get("ActionID") ?? "";
    if (line.from === "client") {
      const action = message.get("Action") ?? "";
      if (action === "CoreShowChannels") [open, quiet] = [{}, true];
      const list = action === "ConfbridgeList" ? "participants" : lists[action];
      if (open === undefined || list === undefined) continue;
      open[list] ??= [];
      listOf.set(id, list);
      pending.add(id);
      continue;
    }
    if (!id.startsWith("snapshot-")) {
      quiet = false;
      steps.push({ at, kind: "event", message });
      continue;
    }
    const list = listOf.get(id);
    if (list === undefined || open === undefined) {
      if (message.name !== "" && !message.name.endsWith("Complete")) steps.push({ at, kind: "event", message });
      continue;
    }
    const isLast = message.get("EventList") === "Complete" || message.get("Response") === "Error";
    if (!isLast && message.name !== "" && message.name !== "ConfbridgeListRooms") open[list]?.push(message);
    if (!isLast) continue;
    pending.delete(id);
    if (pending.size > 0) continue;
    steps.push({ at, kind: "snapshot", snapshot: snapshotFromAmi({ channels: [], ...open }), quiet });
    open = undefined;
  }
  return steps;
}
