import type { Extension } from "@cordboard/sdk";
import { extensionSchema } from "@cordboard/sdk/schemas";
import { z } from "zod";
import { Viewer } from "../events/filter.ts";
import type { LiveState } from "../events/live-state.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { listOf, listVisible, oneVisible, pbxQuery } from "../http/live-routes.ts";
import type { Grant } from "../tokens/grant.ts";

const tag = "extensions";
const params = z.object({ ext: z.string().max(100).describe("Such as `1000`.") });

/** `/extensions`: learnt from the PBXs. */
export function extensionRoutes(live: LiveState): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/extensions",
      operationId: "listExtensions",
      tag,
      verb: "read",
      summary: "All extensions, their devices and what they do now",
      query: z.object({
        pbx: z.string().max(100).optional().describe("On this PBX."),
        search: z.string().max(100).optional().describe("A part of number or name, without regard to case."),
      }),
      reply: { description: "The extensions", schema: listOf(extensionSchema) },
      handle: ({ query: { pbx, search }, grant }) => {
        const viewer = new Viewer(grant.scope, pbx === undefined ? {} : { pbx: [pbx] });
        const wanted = search?.toLowerCase();
        return listVisible(live, live.extensions(), (extension) =>
          wanted === undefined || matches(extension, wanted) ? viewer.extension(extension) : undefined,
        );
      },
    }),
    defineRoute({
      method: "GET",
      path: "/extensions/{ext}",
      operationId: "getExtension",
      tag,
      verb: "read",
      summary: "One extension",
      params,
      query: pbxQuery,
      reply: { description: "The extension", schema: extensionSchema },
      errors: ["NOT_FOUND", "AMBIGUOUS"],
      handle: ({ params: { ext }, query, grant }) => findExtension(live, grant, ext, query.pbx),
    }),
    defineRoute({
      method: "GET",
      path: "/extensions/{ext}/devices",
      operationId: "listDevices",
      tag,
      verb: "read",
      summary: "The devices of an extension and their states",
      params,
      query: pbxQuery,
      reply: { description: "The devices", schema: z.object({ items: extensionSchema.shape.devices }) },
      errors: ["NOT_FOUND", "AMBIGUOUS"],
      handle: ({ params: { ext }, query, grant }) => ({ items: findExtension(live, grant, ext, query.pbx).devices }),
    }),
  ];
}

/**
 * An extension that a token sees.
 * @throws ApiError `NOT_FOUND`, `AMBIGUOUS`
 */
export function findExtension(live: LiveState, grant: Grant, number: string, pbx: string | undefined): Extension {
  const viewer = new Viewer(grant.scope);
  return oneVisible(live, pbx, (id) => {
    const extension = live.extension(id, number);
    return extension === undefined ? undefined : viewer.extension(extension);
  });
}

function matches({ number, name }: Extension, wanted: string): boolean {
  return number.toLowerCase().includes(wanted) || name?.toLowerCase().includes(wanted) === true;
}
