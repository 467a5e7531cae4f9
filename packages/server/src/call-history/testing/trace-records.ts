import type { CallEvent, CallRecord } from "@cordboard/sdk";
import { ApiCalls } from "../../events/api-call.ts";
import { callEvent } from "../../events/api-event.ts";
import { callRecord } from "../call-record.ts";
import type { Steps } from "../step-list.ts";
import { stepsAfter } from "../steps.ts";
import { traceOfCalls, type CallChange } from "./trace-calls.ts";

/** The calls of a recorded situation, as the history keeps them, in the order in which they ended. */
export function recordsOf(
  version: string,
  name: string,
  lostAfter?: (told: readonly CallChange[]) => boolean,
): { readonly note: string; readonly records: CallRecord[] } {
  const { note, changes } = traceOfCalls(version, name, lostAfter);
  const calls = new ApiCalls((device) => /^(?:PJSIP|SIP)\/(\d+)$/u.exec(device)?.[1]);
  const steps = new Map<string, Steps>();
  const records: CallRecord[] = [];
  for (const [index, { at, change }] of changes.entries()) {
    const number = { seq: index + 1, epoch: "e", cursor: `e.${String(index + 1)}` };
    const event: CallEvent = { ...callEvent("office", at, change, calls), ...number };
    const after = stepsAfter(event, steps.get(event.call.id) ?? []);
    steps.set(event.call.id, after);
    if (event.type === "call-cleared") records.push(callRecord(event, after));
  }
  return { note, records };
}
