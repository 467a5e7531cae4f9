import { callSchema } from "@cordboard/sdk/schemas";
import { z } from "zod";
import { Viewer } from "../events/filter.ts";
import type { LiveState } from "../events/live-state.ts";
import { ApiError } from "../http/api-error.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { listOf, listVisible } from "../http/live-routes.ts";

const tag = "calls";
const name = z.string().min(1).max(100).optional();
const one = (value: string | undefined): readonly string[] | undefined => (value === undefined ? value : [value]);

/** `/calls`: those that have not ended. */
export function callRoutes(live: LiveState): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/calls",
      operationId: "listCalls",
      tag,
      verb: "read",
      summary: "All calls there are now",
      query: z.object({
        pbx: name.describe("On this PBX."),
        extension: name.describe("In which this extension takes part."),
        queue: name.describe("That came through this queue."),
      }),
      reply: { description: "Oldest first", schema: listOf(callSchema) },
      handle: ({ query, grant }) => {
        const { pbx, extension, queue } = query;
        const viewer = new Viewer(grant.scope, { pbx: one(pbx), extension: one(extension), queue: one(queue) });
        return listVisible(live, live.calls(), (call) => viewer.call(call));
      },
    }),
    defineRoute({
      method: "GET",
      path: "/calls/{id}",
      operationId: "getCall",
      tag,
      verb: "read",
      summary: "One call",
      description: "A call that has ended is in the call history, under the same id.",
      params: z.object({ id: z.string().max(100) }),
      reply: { description: "The call", schema: callSchema },
      errors: ["NOT_FOUND"],
      handle: ({ params, grant }) => {
        const found = live.call(params.id);
        const call = found === undefined ? undefined : new Viewer(grant.scope).call(found);
        if (call === undefined) throw new ApiError("NOT_FOUND");
        return call;
      },
    }),
  ];
}
