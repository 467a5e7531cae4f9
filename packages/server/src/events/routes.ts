import { eventTypes, streamMessageSchema, subscriptionSchema } from "@cordboard/sdk/schemas";
import { suggest } from "../config/suggest.ts";
import { ApiError } from "../http/api-error.ts";
import { defineRoute } from "../http/define-route.ts";
import type { Route } from "../http/define-route.ts";
import { Viewer } from "./filter.ts";
import { SseTransport } from "./sse-transport.ts";
import type { StreamHub } from "./stream-hub.ts";
import type { StreamSession } from "./stream-session.ts";
import type { StreamTransport } from "./stream-transport.ts";
import { acceptWebSocket } from "./websocket-transport.ts";

/** More names in one list of a filter are refused. */
const maxNames = 1_000;

/** `/events`. */
export function eventRoutes(hub: StreamHub): Route[] {
  return [
    defineRoute({
      method: "GET",
      path: "/events",
      operationId: "streamEvents",
      tag: "events",
      verb: "read",
      ticket: true,
      stream: true,
      summary: "The stream of events",
      description:
        "A WebSocket on upgrade, with one text frame for each message; else server-sent events, whose `id` is the cursor and whose `event` is " +
        "the type, and `Last-Event-ID` is understood as `after`. See docs/events.md.",
      query: subscriptionSchema,
      reply: { description: "Messages without end", schema: streamMessageSchema, contentTypes: ["text/event-stream"] },
      handle: ({ query, grant, signal, request, reply, upgrade }) => {
        refuseUnknown(query);
        const { after: asked, snapshot, ticket: _ticket, ...filter } = query;
        const viewer = new Viewer(grant.scope, filter);
        const last = request.headers["last-event-id"];
        // A browser that comes back by itself asks the old address again, and knows better where it was.
        const after = typeof last === "string" && last !== "" ? last : asked;
        const begin = (transport: StreamTransport): void => {
          const session = hub.open(viewer, transport, { after, snapshot: snapshot !== "false" });
          endWith(session, signal);
        };
        const headers = reply.getHeaders();
        reply.hijack();
        if (upgrade === undefined) {
          // Who has hung up already is told of no close any more.
          if (!reply.raw.destroyed) begin(new SseTransport(reply.raw, headers));
        } else acceptWebSocket(request.raw, upgrade.socket, upgrade.head, begin);
        return undefined;
      },
    }),
  ];
}

/** Ends a stream with its token. */
function endWith(session: StreamSession, signal: AbortSignal): void {
  const end = (): void => {
    if (signal.reason === "TOKEN_ENDED") session.end("TOKEN_ENDED");
  };
  if (signal.aborted) end();
  else signal.addEventListener("abort", end, { once: true });
}

function refuseUnknown(filter: Readonly<Record<string, unknown>>): void {
  for (const [path, names] of Object.entries(filter)) {
    if (!Array.isArray(names)) continue;
    const wrong = names.length > maxNames ? `has more than ${maxNames} names` : unknownType(path, names);
    if (wrong !== undefined) throw new ApiError("BAD_REQUEST", { errors: [{ path: `query.${path}`, message: wrong }] });
  }
}

function unknownType(path: string, names: readonly string[]): string | undefined {
  const unknown = path === "type" ? names.find((name) => !eventTypes.includes(name)) : undefined;
  if (unknown === undefined) return undefined;
  const meant = suggest(unknown, eventTypes);
  const help = meant === undefined ? `there are ${eventTypes.join(", ")}` : `did you mean "${meant}"?`;
  return `names a type of events that does not exist; ${help}`;
}
