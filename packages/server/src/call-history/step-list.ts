import type { CallStep, Cause, Connection } from "@cordboard/sdk";

/** The way of a call so far. Lists are never changed: the next moment has another one. */
export type Steps = readonly CallStep[];

/** More steps than this nobody reads; of a call that lasts for weeks the first and the last ones are kept. */
const mostSteps = 500;
const keptFromStart = 250;

/** The parts of a step that say about whom it is. */
export function partyOf(
  connection: Connection,
): Pick<CallStep, "connectionId" | "extension" | "device" | "number" | "name"> {
  const { id, extension, device, number, name } = connection;
  return {
    connectionId: id,
    ...(extension === undefined ? {} : { extension }),
    device,
    ...(number === undefined ? {} : { number }),
    ...(name === undefined ? {} : { name }),
  };
}

/** How a party is named in one word: its extension; outside, its number; else its device. */
export function personOf({ extension, number, device }: Pick<Connection, "extension" | "number" | "device">): string {
  return extension ?? number ?? device;
}

/** A cause is told where it says something. */
export function because(cause: Cause | undefined): Pick<CallStep, "cause"> {
  return cause === undefined || cause === "normal" ? {} : { cause };
}

/** Told by a snapshot: it was so before anybody watched. */
export function alreadySo({ cause }: { readonly cause: Cause }): Pick<CallStep, "cause"> {
  return cause === "snapshot" ? { cause } : {};
}

/** The number of whoever was tried first, but for the one for whom a program calls. */
export function firstCalled(steps: Steps, callerId?: string): string | undefined {
  const tried = steps.find(
    ({ type, connectionId }) =>
      (type === "rang" || type === "answered" || type === "failed") && connectionId !== callerId,
  );
  return tried?.number ?? tried?.extension;
}

/** A step that is over now. Nobody hears an application of which there is less than a tenth of a second: it is none. */
export function over(step: CallStep, at: string, cause?: Cause): readonly CallStep[] {
  if (step.type === "application" && millisecondsBetween(step.at, at) < 100) return [];
  return [{ ...step, endedAt: at, ...because(cause) }];
}

/** The steps with one more. Beyond 500 one of the middle is left out, and the one behind it counts those. */
export function withStep(steps: Steps, step: CallStep): Steps {
  if (steps.length < mostSteps) return [...steps, step];
  const next = steps[keptFromStart + 1];
  if (next === undefined) return steps;
  const omitted = (steps[keptFromStart]?.omitted ?? 0) + 1;
  return [...steps.slice(0, keptFromStart), { ...next, omitted }, ...steps.slice(keptFromStart + 2), step];
}

/** The steps with one of them changed. */
export function withChange(steps: Steps, index: number, change: Partial<CallStep>): Steps {
  const step = steps[index];
  return step === undefined ? steps : steps.with(index, { ...step, ...change });
}

/** The steps without their last one. */
export function withoutLast(steps: Steps): Steps {
  return steps.slice(0, -1);
}

/** True while it rings, waits, holds or listens. */
export function isOpen({ type, endedAt }: CallStep): boolean {
  return endedAt === undefined && lasting.has(type);
}

const lasting: ReadonlySet<CallStep["type"]> = new Set(["rang", "queued", "held", "parked", "application"]);

/** Milliseconds from one time to another. */
export function millisecondsBetween(from: string, to: string): number {
  return Date.parse(to) - Date.parse(from);
}
