import type { Cause } from "./model.ts";

/** Q.850 causes that say why nobody was reached (include/asterisk/causes.h). */
const ofQ850: ReadonlyMap<number, Cause> = new Map([
  [1, "unknown-number"],
  [2, "unknown-number"],
  [3, "unknown-number"],
  [17, "busy"],
  [18, "no-answer"],
  [19, "no-answer"],
  [20, "unreachable"],
  [21, "rejected"],
  [22, "unknown-number"],
  [23, "forwarded"],
  [26, "answered-elsewhere"],
  [27, "unreachable"],
  [28, "unknown-number"],
  [34, "congestion"],
  [38, "congestion"],
  [41, "congestion"],
  [42, "congestion"],
  [44, "congestion"],
]);

/** Causes that mean that a device could not be reached, or did not want. */
const failing: ReadonlySet<Cause> = new Set([
  "busy",
  "no-answer",
  "rejected",
  "unreachable",
  "unknown-number",
  "congestion",
  "failed",
]);

/** True if the cause is somebody's failure to answer, and not what became of the call otherwise. */
export function isFailure(cause: Cause): boolean {
  return failing.has(cause);
}

/** Why a leg that was rung and never answered has ended: what Dial said, made finer by the hang-up's own cause. */
export function causeOfUnansweredLeg(q850: number, dialSaid: Cause | undefined): Cause {
  const own = ofQ850.get(q850);
  if (own === "answered-elsewhere" || own === "forwarded" || own === "rejected" || own === "busy") return own;
  return dialSaid ?? own ?? "cancelled";
}

/**
 * Why one who called has ended without being answered: what became of those who were rung, else the hang-up's own cause; else the caller
 * has given up, or the dialplan was through with him.
 */
export function causeOfUnansweredCaller(q850: number, ofCall: Cause | undefined, hasHungUp: boolean): Cause {
  if (ofCall !== undefined) return ofCall;
  const own = ofQ850.get(q850);
  if (own !== undefined && isFailure(own)) return own;
  return hasHungUp ? "cancelled" : "normal";
}
