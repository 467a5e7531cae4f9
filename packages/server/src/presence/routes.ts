import type { Presence } from "@cordboard/sdk";
import { presenceSchema, presenceUpdateSchema } from "@cordboard/sdk/schemas";
import { z } from "zod";
import { Viewer } from "../events/filter.ts";
import type { LiveState } from "../events/live-state.ts";
import { findExtension } from "../extensions/routes.ts";
import { ApiError } from "../http/api-error.ts";
import type { ApiErrorCode } from "../http/api-error.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { listOf, listVisible, oneVisible, pbxQuery } from "../http/live-routes.ts";
import type { Grant } from "../tokens/grant.ts";
import type { PresenceService } from "./service.ts";

const tag = "presence";
const byExtension = z.object({ ext: z.string().max(100).describe("Such as `1111`.") });
const byPresentity = z.object({ presentity: z.string().max(100).describe("Such as `CustomPresence:1111`.") });
const settingErrors: readonly ApiErrorCode[] = [
  "NOT_FOUND",
  "AMBIGUOUS",
  "PBX_UNAVAILABLE",
  "PBX_REFUSED",
  "TIMED_OUT",
];
const setting = { description: "What the PBX shows now", schema: presenceSchema } as const;
const about = "What is absent stays as it is. The reply comes when the PBX shows it.";

/** `/presence` and `/extensions/{ext}/presence`. */
export function presenceRoutes(live: LiveState, service: PresenceService): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/presence",
      operationId: "listPresences",
      tag,
      verb: "read",
      summary: "What everybody says of himself",
      query: z.object({ pbx: z.string().max(100).optional().describe("On this PBX.") }),
      reply: { description: "All presences", schema: listOf(presenceSchema) },
      handle: ({ query: { pbx }, grant }) => {
        const viewer = new Viewer(grant.scope, pbx === undefined ? {} : { pbx: [pbx] });
        return listVisible(live, live.presences(), (presence) => viewer.presence(presence));
      },
    }),
    defineRoute({
      method: "GET",
      path: "/presence/{presentity}",
      operationId: "getPresence",
      tag,
      verb: "read",
      summary: "One presence",
      params: byPresentity,
      query: pbxQuery,
      reply: { description: "The presence", schema: presenceSchema },
      errors: ["NOT_FOUND", "AMBIGUOUS"],
      handle: ({ params, query, grant }) => findPresence(live, grant, params.presentity, query.pbx),
    }),
    defineRoute({
      method: "PATCH",
      path: "/presence/{presentity}",
      operationId: "setPresence",
      tag,
      verb: "presence",
      summary: "Set a presence",
      description: about,
      params: byPresentity,
      query: pbxQuery,
      body: presenceUpdateSchema,
      reply: setting,
      errors: settingErrors,
      handle: ({ params, query, body, grant }) => {
        const { pbx, presentity, extension } = findPresence(live, grant, params.presentity, query.pbx);
        return service.set(grant.tokenId, { pbx, who: presentity, extension }, body);
      },
    }),
    defineRoute({
      method: "GET",
      path: "/extensions/{ext}/presence",
      operationId: "getExtensionPresence",
      tag,
      verb: "read",
      summary: "The presence of an extension",
      params: byExtension,
      query: pbxQuery,
      reply: { description: "The presence", schema: presenceSchema },
      errors: ["NOT_FOUND", "AMBIGUOUS"],
      handle: ({ params, query, grant }) => {
        const { presence } = findExtension(live, grant, params.ext, query.pbx);
        if (presence === undefined) throw new ApiError("NOT_FOUND", { detail: "This extension has no presence yet." });
        return presence;
      },
    }),
    defineRoute({
      method: "PATCH",
      path: "/extensions/{ext}/presence",
      operationId: "setExtensionPresence",
      tag,
      verb: "presence",
      summary: "Set the presence of an extension",
      description: about,
      params: byExtension,
      query: pbxQuery,
      body: presenceUpdateSchema,
      reply: setting,
      errors: settingErrors,
      handle: ({ params, query, body, grant }) => {
        const { pbx, number } = findExtension(live, grant, params.ext, query.pbx);
        return service.set(grant.tokenId, { pbx, who: number, extension: number }, body);
      },
    }),
  ];
}

function findPresence(live: LiveState, grant: Grant, name: string, pbx: string | undefined): Presence {
  const viewer = new Viewer(grant.scope);
  return oneVisible(live, pbx, (id) => {
    const presence = live.presence(id, name);
    return presence === undefined ? undefined : viewer.presence(presence);
  });
}
