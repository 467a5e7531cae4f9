import type { Call } from "@cordboard/pbx";
import type { Pbx } from "@cordboard/sdk";
import { ApiCalls } from "./api-call.ts";
import { callEvent } from "./api-event.ts";
import { audienceOfCallEvent, everyone } from "./audience.ts";
import type { Draft } from "./draft.ts";
import { isoTime } from "./iso-time.ts";
import type { LiveState } from "./live-state.ts";
import { changesOfLoss } from "./lost-call.ts";

/** A PBX is not configured any more: its calls are lost, and nothing of it is there. `at`: milliseconds since 1970. */
export function tellRemoved(
  pbx: Pbx,
  engineCalls: readonly Call[],
  live: LiveState,
  at: number,
  tell: (draft: Draft) => void,
): void {
  const calls = new ApiCalls((device) => live.extensionOf(pbx.id, device));
  for (const call of engineCalls.filter((one) => one.pbx === pbx.id)) {
    const before = live.call(call.id);
    for (const change of changesOfLoss(call, at)) {
      const body = callEvent(pbx.id, at, change, calls);
      tell({ body, audience: audienceOfCallEvent(body, before, () => undefined), call: change.call });
    }
  }
  const time = isoTime(at);
  const state: Pbx = { ...pbx, state: "down", detail: "It is not configured any more.", since: time, calls: 0 };
  tell({ body: { type: "pbx-changed", pbx: pbx.id, time, state, removed: true }, audience: everyone });
}
