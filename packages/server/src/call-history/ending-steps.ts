import type { CallEvent, CallStep, Cause } from "@cordboard/sdk";
import { because, isOpen, millisecondsBetween, over, partyOf, withoutLast, withStep, type Steps } from "./step-list.ts";

/** When one of two hangs up, Asterisk ends the other's channel within this time: nobody else has hung up. */
const asteriskFollows = 2000;
/** Asterisk tells that somebody leaves a queue or a lot, and then that he hung up. */
const givingUpTakes = 1000;

/** He went because of something else, which is told itself. */
const toldElsewhere: ReadonlySet<Cause> = new Set([
  "transferred",
  "parked",
  "conferenced",
  "picked-up",
  "joined",
  "unparked",
  "forwarded",
]);
/** Somebody put the receiver down. */
const hangUps: ReadonlySet<Cause> = new Set(["normal", "cancelled", "abandoned"]);

/** A party goes. One that only rang is told by how its ringing ended. */
export function withLeaving(event: Extract<CallEvent, { type: "connection-cleared" }>, before: Steps): Steps {
  const { cause, connection, time } = event;
  const steps = before.flatMap((step, index): readonly CallStep[] => {
    if (step.connectionId !== connection.id) return [step];
    if (isOpen(step)) return over(step, time, whyOver(step, cause));
    return [gaveUp(step, time, before.slice(index + 1)) ? { ...step, cause: "abandoned" } : step];
  });
  if (toldElsewhere.has(cause) || (connection.role !== "caller" && connection.answeredAt === undefined)) return steps;
  return withStep(steps, { at: time, type: "left", ...partyOf(connection), ...because(cause) });
}

function whyOver({ type }: CallStep, cause: Cause): Cause | undefined {
  if (type === "rang") return cause;
  if (type !== "queued" && type !== "parked") return undefined;
  return hangUps.has(cause) ? "abandoned" : cause;
}

/** He left the queue or the lot, and did nothing any more but hang up. */
function gaveUp({ type, endedAt, cause }: CallStep, time: string, later: Steps): boolean {
  if ((type !== "queued" && type !== "parked") || endedAt === undefined || cause === undefined) return false;
  if (millisecondsBetween(endedAt, time) > givingUpTakes) return false;
  return later.every((step) => (step.type === "rang" || step.type === "failed") && step.at <= endedAt);
}

/** The end. Whoever hung up is named, if Asterisk told. */
export function withEnd(event: Extract<CallEvent, { type: "call-cleared" }>, before: Steps): Steps {
  const { call, cause, time } = event;
  const gone = new Set(call.cleared.map(({ id }) => id));
  // What was told by mistake of a party of another call was never there.
  let steps: Steps = before
    .filter((step) => !(step.type === "rang" && isOpen(step) && !gone.has(step.connectionId ?? "")))
    .flatMap((step) => (isOpen(step) ? over(step, time, whyOver(step, cause)) : [step]));
  let first: CallStep | undefined;
  for (let following = 0; ; following++) {
    const last = steps.at(-1);
    if (last?.type !== "left" || millisecondsBetween(last.at, first?.at ?? time) > asteriskFollows) break;
    if (following >= 2 && hangUps.has(last.cause ?? "normal")) break;
    first = last;
    steps = withoutLast(steps);
  }
  const { at: _at, type: _type, cause: _cause, omitted, ...party } = first ?? ({} as Partial<CallStep>);
  const began = first?.at ?? time;
  const hungUp = call.cleared.find((one) => one.hungUp === true && one.clearedAt >= began && one.cause === cause);
  return withStep(steps, {
    at: time,
    type: "cleared",
    ...(hungUp !== undefined && hangUps.has(cause) ? partyOf(hungUp) : {}),
    // Nobody gives up a wait but the one who waits.
    ...(hungUp === undefined && cause === "abandoned" ? party : {}),
    ...because(cause),
    ...(omitted === undefined ? {} : { omitted }),
  });
}
