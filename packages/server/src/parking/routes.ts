import { parkedCallSchema } from "@cordboard/sdk/schemas";
import { z } from "zod";
import { Viewer } from "../events/filter.ts";
import type { LiveState } from "../events/live-state.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { listOf, listVisible } from "../http/live-routes.ts";

/** `/parking`. */
export function parkingRoutes(live: LiveState): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/parking",
      operationId: "listParkedCalls",
      tag: "parking",
      verb: "read",
      summary: "All parked calls and their spaces",
      query: z.object({ pbx: z.string().max(100).optional().describe("On this PBX.") }),
      reply: { description: "The spaces in use", schema: listOf(parkedCallSchema) },
      handle: ({ query: { pbx }, grant }) => {
        const viewer = new Viewer(grant.scope, pbx === undefined ? {} : { pbx: [pbx] });
        return listVisible(live, live.parkedCalls(), (parked) => viewer.parkedCall(parked, live.parkerOf(parked)));
      },
    }),
  ];
}
