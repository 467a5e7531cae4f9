import type { Call, Change, ExplainedChange, Recording } from "@cordboard/pbx";
import { CordboardError } from "../errors.ts";
import { printLine } from "./cli-io.ts";
import type { CliIo } from "./cli-io.ts";

/** One change of a call, and what it is the change of. */
interface ExplainedCallChange extends ExplainedChange {
  readonly change: Extract<Change, { call: Call }>;
}

/** Prints the calls that a recording shows, by the ids that `--explain` takes. */
export async function printCalls(io: CliIo, recording: Recording, json: boolean): Promise<void> {
  const { safeJson, safeText } = await import("../terminal/safe-text.ts");
  const calls = new Map<string, Call>();
  for (const { change } of await callChanges(recording)) calls.set(change.call.id, change.call);
  for (const call of calls.values()) {
    if (json) printLine(io.stdout, safeJson(call));
    else printLine(io.stdout, safeText(`${call.id}  ${clock(call.startedAt)}  ${summary(call)}`));
  }
  if (calls.size === 0 && !json) printLine(io.stdout, "There is no call in this recording.");
}

/**
 * Prints each change of one call with the raw lines that caused it. `wanted`: the call's id, or the Uniqueid of a channel in it.
 * @throws CordboardError `CALL_UNKNOWN`
 */
export async function printExplanation(io: CliIo, recording: Recording, wanted: string, json: boolean): Promise<void> {
  const { safeJson, safeText } = await import("../terminal/safe-text.ts");
  const changes = await callChanges(recording);
  const ids = new Set(
    changes.filter(({ change: { call } }) => isNamed(call, wanted)).map(({ change }) => change.call.id),
  );
  if (ids.size === 0) {
    throw new CordboardError(
      "CALL_UNKNOWN",
      `No call of this recording is named so. "cordboard replay FILE --calls" lists them; a channel's Uniqueid will do, too.`,
    );
  }
  for (const { at, change, because, lines } of changes) {
    if (!ids.has(change.call.id)) continue;
    if (json) {
      printLine(io.stdout, safeJson({ at: new Date(at).toISOString(), because, change, lines }));
      continue;
    }
    const from = because === "snapshot" ? "  (from the lists that the PBX was asked for)" : "";
    printLine(io.stdout, safeText(`${clock(at)}  ${change.type}  ${change.cause}${from}`));
    printLine(io.stdout, safeText(`    ${change.call.id}: ${summary(change.call)}`));
    for (const line of lines.flatMap((message) => [...message.split(/\r?\n/), ""])) {
      printLine(io.stdout, safeText(line === "" ? "" : `      ${line}`));
    }
  }
}

async function callChanges(recording: Recording): Promise<ExplainedCallChange[]> {
  const { explainRecording } = await import("@cordboard/pbx");
  return [...explainRecording(recording)].filter((each): each is ExplainedCallChange => "call" in each.change);
}

function isNamed(call: Call, wanted: string): boolean {
  return call.id === wanted || [...call.connections, ...call.cleared].some(({ id }) => id === wanted);
}

function summary({ connections, cleared }: Call): string {
  const present = connections.map(({ device, state }) => `${device} ${state}`);
  const gone = cleared.map(({ device, cause }) => `${device} gone (${cause})`);
  return [...present, ...gone].join(", ");
}

/** Time of day in UTC, so that a recording reads the same everywhere. */
function clock(at: number): string {
  return new Date(at).toISOString().slice(11, 23);
}
