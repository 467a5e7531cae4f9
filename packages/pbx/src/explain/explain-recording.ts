import { AmiDecoder } from "@cordboard/ami";
import { CallEngine, fromAmi, snapshotFromAmi, type Change, type PbxEvent } from "@cordboard/call-engine";
import { hasEnded } from "../engine-sync.ts";
import type { Recording } from "../recording.ts";
import { findSnapshots, isOfList, type RecordedMessage } from "./recorded-lists.ts";

/** One change, and what the PBX said that led to it. */
export interface ExplainedChange {
  /** Milliseconds since 1970 if the recording says when it began, else since then. */
  readonly at: number;
  readonly change: Change;
  /** `snapshot`: no event told of it, but a list did, or no longer did. */
  readonly because: "event" | "snapshot";
  /** The raw message; of a snapshot the list items that name a party of the call. */
  readonly lines: readonly string[];
}

/** How to explain a recording. */
export interface ExplainOptions {
  /** Name of the PBX in the calls; default `recording`. */
  readonly pbx?: string;
  /** Makes ids of calls, each another; default `call-1`, `call-2`… */
  readonly newCallId?: () => string;
}

/**
 * Goes through a recording as a link goes through what it hears, and gives each change of it with the raw AMI that caused it. The same
 * recording gives the same changes and ids. It is read as far as it makes sense: what is torn or unknown is left out.
 */
export function* explainRecording(recording: Recording, options: ExplainOptions = {}): Generator<ExplainedChange> {
  let made = 0;
  const newCallId = options.newCallId ?? ((): string => `call-${++made}`);
  const engine = new CallEngine({ pbx: options.pbx ?? "recording", newCallId });
  const began = Date.parse(recording.header.recorded ?? "");
  const messages = messagesOf(recording);
  const snapshots = findSnapshots(messages);
  /** Events since the snapshot of a new link was asked for. */
  let held: { readonly event: PbxEvent; readonly at: number; readonly text: string }[] | undefined;
  let mark = 0;
  let synced: number | undefined;
  let next = 0;
  for (const [index, { at: since, session, message }] of messages.entries()) {
    const at = (Number.isNaN(began) ? 0 : began) + since;
    const snapshot = snapshots[next];
    if (snapshot?.start === index) {
      mark = engine.mark();
      if (synced !== session) held = [];
    }
    const event = isOfList(message) || message.kind !== "event" ? undefined : fromAmi(message);
    const text = message.text.trimEnd();
    if (event !== undefined && held !== undefined) held.push({ event, at, text });
    else if (event !== undefined) yield* told(engine.apply(event, at), at, [text]);
    if (snapshot?.end !== index) continue;
    const taken = snapshotFromAmi(snapshot.lists);
    for (const { event: one, text: raw } of held ?? [])
      if (hasEnded(one, taken, engine)) yield* told(engine.apply(one, at), at, [raw]);
    const changes = engine.reconcile(taken, at, held === undefined ? mark : engine.mark());
    const items = messages
      .slice(snapshot.start, index + 1)
      .filter(({ message: one }) => isOfList(one))
      .map(({ message: one }) => one.text.trimEnd());
    for (const change of changes)
      yield { at, change, because: "snapshot", lines: items.filter((item) => isAbout(item, change)) };
    for (const one of held ?? []) yield* told(engine.apply(one.event, one.at), one.at, [one.text]);
    held = undefined;
    synced = session;
    next++;
  }
}

function* told(changes: readonly Change[], at: number, lines: readonly string[]): Generator<ExplainedChange> {
  for (const change of changes) yield { at, change, because: "event", lines };
}

function messagesOf(recording: Recording): RecordedMessage[] {
  const messages: RecordedMessage[] = [];
  let decoder = new AmiDecoder();
  let session = 0;
  for (const { at, link, from, data } of recording.records) {
    if (link !== "ami" || from !== "asterisk") continue;
    // A greeting within the recording: the link was lost and made again.
    if (Buffer.from(data.subarray(0, 21)).toString("latin1") === "Asterisk Call Manager") {
      decoder = new AmiDecoder();
      session++;
    }
    try {
      decoder.push(data, (message) => messages.push({ at, session, message }));
    } catch {
      // What breaks a limit of the decoder ended the recorded link as well.
      decoder = new AmiDecoder({ greeting: false });
    }
  }
  return messages;
}

/** Whether an item of a list names what a change is about. */
function isAbout(item: string, change: Change): boolean {
  if ("call" in change) {
    const { connections, cleared } = change.call;
    return [...connections, ...cleared].some(({ id }) => item.includes(`: ${id}\r`) || item.endsWith(`: ${id}`));
  }
  const names = Object.values(change).flatMap((value: unknown) =>
    typeof value === "object" && value !== null ? Object.values(value) : [value],
  );
  return names.some((name) => typeof name === "string" && name !== "" && item.includes(`: ${name}`));
}
