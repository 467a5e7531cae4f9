import { mailboxSchema } from "@cordboard/sdk/schemas";
import { z } from "zod";
import { Viewer } from "../events/filter.ts";
import type { LiveState } from "../events/live-state.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { listOf, listVisible, oneVisible, pbxQuery } from "../http/live-routes.ts";

const tag = "mailboxes";

/** `/mailboxes`: counts of messages. */
export function mailboxRoutes(live: LiveState): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/mailboxes",
      operationId: "listMailboxes",
      tag,
      verb: "read",
      summary: "All mailboxes and how many messages they hold",
      query: z.object({ pbx: z.string().max(100).optional().describe("On this PBX.") }),
      reply: { description: "The mailboxes", schema: listOf(mailboxSchema) },
      handle: ({ query: { pbx }, grant }) => {
        const viewer = new Viewer(grant.scope, pbx === undefined ? {} : { pbx: [pbx] });
        return listVisible(live, live.mailboxes(), (mailbox) => viewer.mailbox(mailbox));
      },
    }),
    defineRoute({
      method: "GET",
      path: "/mailboxes/{box}",
      operationId: "getMailbox",
      tag,
      verb: "read",
      summary: "One mailbox",
      params: z.object({ box: z.string().max(100).describe("Such as `1000@default`.") }),
      query: pbxQuery,
      reply: { description: "The counts", schema: mailboxSchema },
      errors: ["NOT_FOUND", "AMBIGUOUS"],
      handle: ({ params: { box }, query, grant }) => {
        const viewer = new Viewer(grant.scope);
        return oneVisible(live, query.pbx, (pbx) => {
          const mailbox = live.mailbox(pbx, box);
          return mailbox === undefined ? undefined : viewer.mailbox(mailbox);
        });
      },
    }),
  ];
}
