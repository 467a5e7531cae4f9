import type { PbxState, PbxStateChange } from "@cordboard/pbx";
import type { Pbx } from "@cordboard/sdk";
import { isoTime } from "./iso-time.ts";
import type { PbxSource } from "./pbx-source.ts";

const states: Readonly<Record<PbxState, Pbx["state"]>> = {
  idle: "connecting",
  connecting: "connecting",
  syncing: "connecting",
  live: "up",
  waiting: "down",
  closed: "down",
};

type StateChange = Pick<PbxStateChange, "from" | "to" | "cause">;

/**
 * A PBX as people are told of it. `before`: what they were told last; while it is tried again and again it stays `down`, with the reason
 * and the time since when. `at`: milliseconds since 1970.
 */
export function describePbx(
  source: PbxSource,
  name: string,
  at: number,
  before: Pbx | undefined,
  change?: StateChange,
): Pbx {
  const state = stateOf(before, change);
  // Not being allowed to ask for something is the price of few rights; not being told of events is trouble.
  const notes = source.notices.filter(({ right }) => right === "write").map(({ message }) => message);
  const troubles = source.notices.filter(({ right }) => right !== "write").map(({ message }) => message);
  const stays = before?.state === state;
  const down = change?.cause?.message ?? (stays ? before.detail : "");
  const asterisk = source.server.asteriskVersion;
  return {
    id: source.id,
    name,
    state,
    detail: state === "up" ? troubles.join(" ") : down,
    notes: state === "up" ? notes : [],
    since: stays ? before.since : isoTime(at),
    ...(asterisk === undefined ? {} : { asterisk }),
    recording: source.server.replay,
    calls: before?.calls ?? 0,
  };
}

function stateOf(before: Pbx | undefined, change: StateChange | undefined): Pbx["state"] {
  if (change === undefined) return before?.state ?? "connecting";
  // A link closes by itself only when it is refused for good.
  if (change.to === "closed" && change.cause !== undefined) return "refused";
  const state = states[change.to];
  if (state !== "connecting") return state;
  if (before?.state === "down") return "down";
  // It is read anew while the link stays.
  return change.from === "live" && change.to === "syncing" ? "up" : "connecting";
}
