import { queueSchema } from "@cordboard/sdk/schemas";
import { z } from "zod";
import { Viewer } from "../events/filter.ts";
import type { LiveState } from "../events/live-state.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { listOf, listVisible, oneVisible, pbxQuery } from "../http/live-routes.ts";

const tag = "queues";

/** `/queues`: who waits and who serves. */
export function queueRoutes(live: LiveState): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/queues",
      operationId: "listQueues",
      tag,
      verb: "read",
      summary: "All queues, their callers and members",
      query: z.object({ pbx: z.string().max(100).optional().describe("On this PBX.") }),
      reply: { description: "The queues", schema: listOf(queueSchema) },
      handle: ({ query: { pbx }, grant }) => {
        const viewer = new Viewer(grant.scope, pbx === undefined ? {} : { pbx: [pbx] });
        return listVisible(live, live.queues(), (queue) => viewer.queue(queue));
      },
    }),
    defineRoute({
      method: "GET",
      path: "/queues/{name}",
      operationId: "getQueue",
      tag,
      verb: "read",
      summary: "One queue",
      params: z.object({ name: z.string().max(100) }),
      query: pbxQuery,
      reply: { description: "The queue", schema: queueSchema },
      errors: ["NOT_FOUND", "AMBIGUOUS"],
      handle: ({ params: { name }, query, grant }) => {
        const viewer = new Viewer(grant.scope);
        return oneVisible(live, query.pbx, (pbx) => {
          const queue = live.queue(pbx, name);
          return queue === undefined ? undefined : viewer.queue(queue);
        });
      },
    }),
  ];
}
