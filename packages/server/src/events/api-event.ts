import type { CallChange } from "@cordboard/pbx";
import type { ConnectionMove } from "@cordboard/sdk";
import type { ApiCalls } from "./api-call.ts";
import type { CallEventBody } from "./event-body.ts";
import { isoTime } from "./iso-time.ts";

/** A change of a call as the API tells it. `at`: milliseconds since 1970. */
export function callEvent(pbx: string, at: number, change: CallChange, calls: ApiCalls): CallEventBody {
  const { cause } = change;
  const common = { pbx, time: isoTime(at), cause };
  const call = calls.call(change.call);
  switch (change.type) {
    case "queued":
      return { type: "queued", ...common, connection: calls.connection(change.connection), queue: change.queue, call };
    case "diverted":
      return {
        type: "diverted",
        ...common,
        from: calls.connection(change.from),
        ...(change.to === undefined ? {} : { to: change.to }),
        connections: movesOf(change.connections),
        call,
      };
    case "transferred":
      return {
        type: "transferred",
        ...common,
        ...(change.transferring === undefined ? {} : { transferring: calls.connection(change.transferring) }),
        ...(change.to === undefined ? {} : { to: change.to }),
        connections: movesOf(change.connections),
        call,
      };
    case "conferenced":
      return {
        type: "conferenced",
        ...common,
        ...(change.conferencing === undefined ? {} : { conferencing: calls.connection(change.conferencing) }),
        connections: movesOf(change.connections),
        call,
      };
    case "connection-cleared":
      return { type: "connection-cleared", ...common, connection: calls.cleared(change.connection), call };
    case "call-cleared":
      return {
        type: "call-cleared",
        ...common,
        ...(change.mergedInto === undefined ? {} : { mergedInto: change.mergedInto }),
        call,
      };
    case "updated":
      return {
        type: "updated",
        ...common,
        ...(change.connection === undefined ? {} : { connection: calls.connection(change.connection) }),
        call,
      };
    default:
      return { type: change.type, ...common, connection: calls.connection(change.connection), call };
  }
}

function movesOf(moves: Extract<CallChange, { connections: unknown }>["connections"]): ConnectionMove[] {
  return moves.map(({ from, to }) => ({ from: { ...from }, to: { ...to } }));
}
