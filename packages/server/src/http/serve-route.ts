import { Readable } from "node:stream";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";
import type { Authenticator, TokenGuard } from "./authenticate.ts";
import { grantOf, hasTokenInUrl } from "./authenticate.ts";
import type { Route, RouteContext } from "./define-route.ts";
import { readRequest } from "./read-request.ts";
import type { StreamSlots } from "./stream-slots.ts";
import { upgradeOf } from "./upgrades.ts";

/** What all routes share. */
export interface RouteServices {
  readonly authenticator: Authenticator;
  readonly tokens: TokenGuard;
  readonly slots: StreamSlots;
  /** Told of each reply, and of each WebSocket that was opened (status 101). */
  readonly answered: (request: FastifyRequest, status: number, elapsedMs: number) => void;
  /** Compares each reply with its schema and fails with `INTERNAL` when it does not fit; for tests. */
  readonly checkReplies: boolean;
}

declare module "fastify" {
  interface FastifyContextConfig {
    /** The reply goes on for long. */
    stream?: boolean;
  }
}

/** Serves one declared operation below `/api/v1`. */
export function serveRoute(app: FastifyInstance, route: Route, services: RouteServices): void {
  app.route({
    method: route.method,
    url: `/api/v1${route.path.replaceAll(/\{(\w+)\}/g, ":$1")}`,
    // HEAD of a stream would hold a place for ever.
    exposeHeadRoute: false,
    config: { stream: route.stream === true },
    onRequest: async (request, reply) => {
      reply.header("cache-control", "no-store");
      if (hasTokenInUrl(request.url)) throw new ApiError("TOKEN_IN_URL");
      if (route.verb === undefined) return;
      const demand = { verb: route.verb, ticket: route.ticket === true };
      await services.authenticator.admit(request, reply, demand);
    },
    handler: (request, reply) => handle(route, services, request, reply),
  });
}

async function handle(
  route: Route,
  services: RouteServices,
  request: FastifyRequest,
  reply: FastifyReply,
): Promise<unknown> {
  const checked = readRequest(route, request);
  if (route.stream === true) holdPlace(services, request, reply);
  let signal: AbortSignal | undefined;
  const context: RouteContext<Record<string, unknown>, Record<string, unknown>, unknown> = {
    ...checked,
    request,
    reply,
    upgrade: upgradeOf(request.raw),
    get grant() {
      const grant = grantOf(request);
      if (grant === undefined) throw new Error(`${route.operationId} asks for no token and so has no grant`);
      return grant;
    },
    get signal() {
      return (signal ??= endOf(services.tokens, request, reply));
    },
  };
  const result = await untilEnded(
    () => route.handle(context),
    () => signal,
  );
  if (reply.sent) {
    // The reply itself never ends: it has become a socket.
    if (context.upgrade !== undefined) services.answered(request, 101, reply.elapsedTime);
    return reply;
  }
  const { status = 200, schema } = route.reply;
  reply.code(status);
  if (result === undefined || result instanceof Readable) return reply.send(result);
  if (services.checkReplies) schema?.parse(result);
  return reply.type("application/json; charset=utf-8").send(JSON.stringify(result));
}

/** What breaks off because its token has ended, or its client is gone, is no mistake of the server. */
async function untilEnded<T>(act: () => T | Promise<T>, signal: () => AbortSignal | undefined): Promise<T> {
  try {
    return await act();
  } catch (error) {
    const ended = signal();
    if (ended?.aborted !== true) throw error;
    if (ended.reason === "TOKEN_ENDED") throw new ApiError("TOKEN_INVALID");
    throw new ApiError("BAD_REQUEST", { detail: "The client hung up." });
  }
}

/** Counts a stream for as long as its connection is open. */
function holdPlace(services: RouteServices, request: FastifyRequest, reply: FastifyReply): void {
  const grant = grantOf(request);
  if (grant === undefined) return;
  const giveBack = services.slots.take(grant.tokenId);
  if (giveBack === undefined) throw new ApiError("TOO_MANY_STREAMS");
  onceClosed(request, reply, () => {
    giveBack();
    // A stream that its client leaves has no end of its own.
    if (upgradeOf(request.raw) === undefined && !reply.raw.writableFinished) {
      services.answered(request, reply.raw.statusCode, reply.elapsedTime);
    }
  });
}

/** Fires when the client is gone or its token has ended. */
function endOf(tokens: TokenGuard, request: FastifyRequest, reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  const grant = grantOf(request);
  const stop = grant === undefined ? undefined : tokens.onEnded(grant.tokenId, () => controller.abort("TOKEN_ENDED"));
  onceClosed(request, reply, () => {
    stop?.();
    controller.abort("CLIENT_GONE");
  });
  return controller.signal;
}

/** Calls when the reply has ended or its connection is gone, also if that was before. */
function onceClosed(request: FastifyRequest, reply: FastifyReply, listener: () => void): void {
  const upgrade = upgradeOf(request.raw);
  if (request.raw.socket.destroyed) listener();
  else (upgrade?.socket ?? reply.raw).once("close", listener);
}
