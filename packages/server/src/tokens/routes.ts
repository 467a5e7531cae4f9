import { createdTokenSchema, newTokenSchema, ticketSchema, tokenSchema } from "@cordboard/sdk/schemas";
import type { CreatedToken, NewToken, Scope } from "@cordboard/sdk";
import { z } from "zod";
import type { AuditLog } from "../audit/audit-log.ts";
import { ApiError } from "../http/api-error.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { isWithin } from "./grant.ts";
import type { TicketService } from "./ticket-service.ts";
import type { TokenService } from "./token-service.ts";

/** What the routes of tokens need. */
export interface TokenRouteServices {
  readonly tokens: TokenService;
  readonly tickets: TicketService;
  readonly audit: AuditLog;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

const tag = "tokens";

/** `/tokens` and `/tickets`. Who manages tokens reaches those alone that can do no more than his own. */
export function tokenRoutes({ tokens, tickets, audit, now }: TokenRouteServices): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/tokens",
      operationId: "listTokens",
      tag,
      verb: "admin",
      summary: "All tokens, without their secrets",
      reply: { description: "Oldest first", schema: z.object({ items: z.array(tokenSchema) }) },
      handle: async ({ grant }) => ({
        items: (await tokens.list()).filter(({ scope }) => isWithin(scope, grant.scope)),
      }),
    }),
    defineRoute({
      method: "POST",
      path: "/tokens",
      operationId: "createToken",
      tag,
      verb: "admin",
      summary: "Make a token",
      description:
        "The secret is told in this reply and never again. A token can give away no more than it may itself, and for no longer.",
      body: newTokenSchema,
      reply: { status: 201, description: "The token with its secret", schema: createdTokenSchema },
      handle: async ({ body, grant }) => {
        const wanted = { actor: grant.tokenId, action: "token.create", target: "" } as const;
        const make = async (): Promise<CreatedToken> => {
          if (!isWithin(body.scope, grant.scope)) {
            throw new ApiError("FORBIDDEN", { detail: "The new token would reach more than this one does." });
          }
          if (body.expiresAt !== undefined && Date.parse(body.expiresAt) <= now()) {
            throw new ApiError("BAD_REQUEST", {
              errors: [{ path: "body.expiresAt", message: "is not in the future" }],
            });
          }
          const end = (await tokens.get(grant.tokenId))?.expiresAt;
          if (end !== undefined && !(Date.parse(body.expiresAt ?? "") <= Date.parse(end))) {
            throw new ApiError("FORBIDDEN", { detail: `The new token would outlive this one, which ends at ${end}.` });
          }
          return tokens.create(body);
        };
        return audit.around({ ...wanted, detail: auditedToken(body) }, make, ({ id }) => id);
      },
    }),
    defineRoute({
      method: "DELETE",
      path: "/tokens/{id}",
      operationId: "revokeToken",
      tag,
      verb: "admin",
      summary: "Revoke a token",
      description: "At once; its open streams end, too.",
      params: z.object({ id: z.string().max(100) }),
      reply: { status: 204, description: "It is revoked" },
      errors: ["NOT_FOUND"],
      handle: async ({ params, grant }) => {
        const token = await tokens.get(params.id);
        if (token === undefined || !isWithin(token.scope, grant.scope)) throw new ApiError("NOT_FOUND");
        const record = { actor: grant.tokenId, action: "token.revoke", target: token.id } as const;
        await audit.around({ ...record, detail: { name: token.name } }, () => tokens.revoke(token.id));
        return undefined;
      },
    }),
    defineRoute({
      method: "POST",
      path: "/tickets",
      operationId: "createTicket",
      tag,
      verb: "read",
      summary: "A one-use ticket for `/api/v1/events`",
      description:
        "For browsers, whose WebSocket and EventSource send no header: `?ticket=`. Good for 30 seconds, for what the token may see.",
      reply: { status: 201, description: "The ticket", schema: ticketSchema },
      handle: ({ grant }) => tickets.issue(grant.tokenId),
    }),
  ];
}

/** What of a token is worth keeping: long lists are counted. */
export function auditedToken({
  name,
  expiresAt,
  scope: { pbxs, extensions, verbs },
}: NewToken): Record<string, unknown> {
  const short = (names: Scope["pbxs"]): unknown =>
    names === "*" || names.length <= 20 ? names : `${names.length} of them`;
  return {
    name,
    pbxs: short(pbxs),
    extensions: short(extensions),
    verbs,
    ...(expiresAt === undefined ? {} : { expiresAt }),
  };
}
