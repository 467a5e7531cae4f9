import { AmiDecoder } from "@cordboard/ami";
import { IdRenewal, type IdTemplate } from "./id-renewal.ts";
import type { Recording } from "../recording.ts";
import { ReplayMessage } from "./replay-message.ts";

/** What the recorded client was told of the state of things, as a list: an own kind of step, since nobody is told it again. */
export interface ListStep {
  readonly at: number;
  /** The closing event: `CoreShowChannelsComplete`. */
  readonly list: string;
  readonly items: readonly IdTemplate[];
  readonly complete: IdTemplate;
}

interface EventStep {
  readonly at: number;
  readonly event: IdTemplate;
}

/** A recording made ready to be played many times. */
export interface ReplayScript {
  readonly label: string;
  readonly asterisk: string | undefined;
  /** The version in the recorded greeting. */
  readonly amiVersion: string | undefined;
  readonly steps: readonly (ListStep | EventStep)[];
  readonly ids: IdRenewal;
  /** Milliseconds from the first step to the last. */
  readonly durationMs: number;
}

/** Events that are about the recorded session or server itself, not about calls. */
const notReplayed = new Set(["FullyBooted", "Shutdown"]);

/** Cuts a recording into steps. What the client sent, plain responses, and ARI are not replayed. */
export function compileScript(recording: Recording, index: number): ReplayScript {
  const ids = new IdRenewal();
  const messages: { readonly at: number; readonly text: string }[] = [];
  let amiVersion: string | undefined;
  let asterisk = recording.header.asterisk;
  let decoder = new AmiDecoder();
  for (const record of recording.records) {
    if (record.link !== "ami" || record.from !== "asterisk") continue;
    // A greeting within the recording: the link was lost and made again.
    if (Buffer.from(record.data.subarray(0, 21)).toString("latin1") === "Asterisk Call Manager")
      decoder = new AmiDecoder();
    decoder.push(record.data, (message) => {
      if (message.kind === "greeting") amiVersion = /\/(\S+)/.exec(message.text)?.[1];
      // The reply to CoreSettings, for a capture that was begun before the version was known.
      if (message.kind === "response") asterisk ??= message.get("AsteriskVersion");
      if (message.kind === "event")
        messages.push({ at: record.at, text: Buffer.from(message.bytes).toString("latin1") });
    });
  }
  for (const { text } of messages) ids.learn(text);

  const steps: (ListStep | EventStep)[] = [];
  const open = new Map<string, IdTemplate[]>();
  for (const { at, text } of messages) {
    const message = new ReplayMessage(text);
    const actionId = message.get("ActionID");
    if (message.get("EventList")?.toLowerCase() === "complete") {
      steps.push({ at, list: message.name, items: open.get(actionId ?? "") ?? [], complete: ids.template(text) });
      open.delete(actionId ?? "");
    } else if (actionId !== undefined && message.get("Privilege") === undefined) {
      const items = open.get(actionId) ?? [];
      items.push(ids.template(text));
      open.set(actionId, items);
    } else if (!notReplayed.has(message.name) && message.get("Service") !== "AMI") {
      steps.push({ at, event: ids.template(dressed(text)) });
    }
  }
  const first = steps[0]?.at ?? 0;
  return {
    label: recording.header.note ?? `recording ${index + 1}`,
    asterisk,
    amiVersion,
    steps: steps.map((step) => ({ ...step, at: step.at - first })),
    ids,
    durationMs: (steps.at(-1)?.at ?? 0) - first,
  };
}

/** Takes the recorded session's own headers off, so that they are not taken for those of the replay. */
function dressed(text: string): string {
  return text
    .replaceAll(/^(?:ActionID|SystemName|Timestamp|SequenceNumber): ?[^\r\n]*\r*\n/gim, "")
    .replaceAll(/\r*\n/g, "\r\n");
}
