import { pbxSchema } from "@cordboard/sdk/schemas";
import { z } from "zod";
import { Viewer } from "../events/filter.ts";
import type { LiveState } from "../events/live-state.ts";
import { ApiError } from "../http/api-error.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { listOf, listVisible } from "../http/live-routes.ts";

const tag = "pbxs";

/** `/pbxs`. */
export function pbxRoutes(live: LiveState): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/pbxs",
      operationId: "listPbxs",
      tag,
      verb: "read",
      summary: "All PBXs and their state",
      reply: { description: "In the order of the configuration", schema: listOf(pbxSchema) },
      handle: ({ grant }) => {
        const viewer = new Viewer(grant.scope);
        return listVisible(live, live.pbxs(), (pbx) => viewer.pbx(pbx));
      },
    }),
    defineRoute({
      method: "GET",
      path: "/pbxs/{id}",
      operationId: "getPbx",
      tag,
      verb: "read",
      summary: "One PBX",
      params: z.object({ id: z.string().max(100) }),
      reply: { description: "The PBX", schema: pbxSchema },
      errors: ["NOT_FOUND"],
      handle: ({ params, grant }) => {
        const found = live.pbx(params.id);
        const pbx = found === undefined ? undefined : new Viewer(grant.scope).pbx(found);
        if (pbx === undefined) throw new ApiError("NOT_FOUND");
        return pbx;
      },
    }),
  ];
}
