import type { CallChange } from "@cordboard/pbx";
import type { ConnectionMove } from "@cordboard/sdk";
import type { ApiCalls } from "./api-call.ts";
import type { CallEventBody } from "./event-body.ts";
import { isoTime } from "./iso-time.ts";

/** A change of a call as the API tells it. `at`: milliseconds since 1970. */
export function callEvent(pbx: string, at: number, change: CallChange, calls: ApiCalls): CallEventBody {
  const { cause } = change;
  const call = calls.call(change.call);
  const common = { pbx, time: isoTime(at), cause, call };
  switch (change.type) {
    case "queued":
      return {
        ...common,
        type: "queued",
        connection: calls.connection(change.connection),
        queue: change.queue,
      };
    case "diverted":
      return {
        ...common,
        type: "diverted",
        from: calls.connection(change.from),
        ...(change.to === undefined ? {} : { to: change.to }),
        connections: movesOf(change.connections),
      };
    case "transferred":
      return {
        ...common,
        type: "transferred",
        ...(change.transferring === undefined ? {} : { transferring: calls.connection(change.transferring) }),
        ...(change.to === undefined ? {} : { to: change.to }),
        connections: movesOf(change.connections),
      };
    case "conferenced":
      return {
        ...common,
        type: "conferenced",
        ...(change.conferencing === undefined ? {} : { conferencing: calls.connection(change.conferencing) }),
        connections: movesOf(change.connections),
      };
    case "connection-cleared":
      return { ...common, type: "connection-cleared", connection: calls.cleared(change.connection) };
    case "call-cleared":
      return {
        ...common,
        type: "call-cleared",
        ...(change.mergedInto === undefined ? {} : { mergedInto: change.mergedInto }),
      };
    case "updated":
      return {
        ...common,
        type: "updated",
        ...(change.connection === undefined ? {} : { connection: calls.connection(change.connection) }),
      };
    default:
      return { ...common, type: change.type, connection: calls.connection(change.connection) };
  }
}

function movesOf(moves: Extract<CallChange, { connections: unknown }>["connections"]): ConnectionMove[] {
  return moves.map(({ from, to }) => ({ from: { ...from }, to: { ...to } }));
}
