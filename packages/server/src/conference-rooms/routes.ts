import { conferenceRoomSchema } from "@cordboard/sdk/schemas";
import { z } from "zod";
import { Viewer } from "../events/filter.ts";
import type { LiveState } from "../events/live-state.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { listOf, listVisible, oneVisible, pbxQuery } from "../http/live-routes.ts";

const tag = "conference-rooms";

/** `/conference-rooms`: those in use. */
export function conferenceRoomRoutes(live: LiveState): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/conference-rooms",
      operationId: "listConferenceRooms",
      tag,
      verb: "read",
      summary: "All conference rooms in use",
      query: z.object({ pbx: z.string().max(100).optional().describe("On this PBX.") }),
      reply: { description: "The rooms", schema: listOf(conferenceRoomSchema) },
      handle: ({ query: { pbx }, grant }) => {
        const viewer = new Viewer(grant.scope, pbx === undefined ? {} : { pbx: [pbx] });
        return listVisible(live, live.conferenceRooms(), (conferenceRoom) => viewer.conferenceRoom(conferenceRoom));
      },
    }),
    defineRoute({
      method: "GET",
      path: "/conference-rooms/{name}",
      operationId: "getConferenceRoom",
      tag,
      verb: "read",
      summary: "One conference room in use",
      params: z.object({ name: z.string().max(100) }),
      query: pbxQuery,
      reply: { description: "The room", schema: conferenceRoomSchema },
      errors: ["NOT_FOUND", "AMBIGUOUS"],
      handle: ({ params: { name }, query, grant }) => {
        const viewer = new Viewer(grant.scope);
        return oneVisible(live, query.pbx, (pbx) => {
          const conferenceRoom = live.conferenceRoom(pbx, name);
          return conferenceRoom === undefined ? undefined : viewer.conferenceRoom(conferenceRoom);
        });
      },
    }),
  ];
}
