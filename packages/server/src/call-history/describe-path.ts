import type { CallRecord, CallStep } from "@cordboard/sdk";
import { whoOf } from "./call-record.ts";
import { millisecondsBetween } from "./step-list.ts";

/** The way of a call for people, in one line: `1000 Kai dialled 720; waited 12 s in sales; 1002 Ping rang 4 s; …`. */
export function describePath({ path }: Pick<CallRecord, "path">): string {
  return path.map(describeStep).join("; ");
}

function describeStep(step: CallStep): string {
  const { omitted } = step;
  return omitted === undefined ? describe(step) : `… ${omitted} more; ${describe(step)}`;
}

function describe(step: CallStep): string {
  const who = whoOf(step);
  const { by, cause, to, times, type } = step;
  const why = cause === undefined ? "" : ` (${cause})`;
  const by_ = by === undefined ? "" : ` by ${by}`;
  const often = times === undefined ? "" : ` ${times} times,`;
  switch (type) {
    case "dialled":
      return `${who} dialled ${to ?? "somebody"}${why}`;
    case "rang":
      return `${who} rang${often}${lasted(step)}${why}`;
    case "answered":
      return `${who} answered${why}`;
    case "failed":
      return `${who} could not be reached${times === undefined ? "" : ` ${times} times`}${why}`;
    case "application":
      return `${who} was in ${to ?? "Asterisk"}${lasted(step)}`;
    case "queued":
      return `${who} waited${lasted(step)} in queue ${to ?? ""}${why}`;
    case "held":
      return `${who} held${lasted(step)}`;
    case "diverted":
      return `${who} diverted to ${to ?? "somebody"}${why}`;
    case "transferred":
      return `${who === "" ? "transferred" : `${who} was transferred`}${to === undefined ? "" : ` to ${to}`}${by_}${why}`;
    case "parked":
      return `${who} was parked${lasted(step)}${to === undefined ? "" : ` at ${to}`}${by_}${why}`;
    case "unparked":
      return `${who} was unparked${by_}${why}`;
    case "conferenced":
      return `${who} joined ${to === undefined ? "the conference" : `room ${to}`}${by_}${why}`;
    case "left":
      return `${who} left${why}`;
    default:
      return `${who === "" ? "ended" : `ended by ${who}`}${why}`;
  }
}

function lasted({ at, endedAt }: CallStep): string {
  if (endedAt === undefined) return "";
  const seconds = millisecondsBetween(at, endedAt) / 1000;
  return ` ${seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0)} s`;
}
