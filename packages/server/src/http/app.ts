import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Socket } from "node:net";
import rateLimit from "@fastify/rate-limit";
import fastify, { LogController } from "fastify";
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { ApiError } from "./api-error.ts";
import { Authenticator, grantOf } from "./authenticate.ts";
import type { TokenGuard } from "./authenticate.ts";
import { allowOrigins } from "./cors.ts";
import type { Route } from "./define-route.ts";
import { isAllowedHost } from "./host-check.ts";
import type { Metrics } from "./metrics.ts";
import { openApiRoute } from "./open-api.ts";
import { SECURITY_HEADERS } from "./security-headers.ts";
import { serveRoute } from "./serve-route.ts";
import type { RouteServices } from "./serve-route.ts";
import { StreamSlots } from "./stream-slots.ts";
import { routeUpgrades, wantsWebSocket } from "./upgrades.ts";

/** Adds what is no part of the API to an app; its hooks, headers and errors hold there, too. */
export type AppPlugin = (app: FastifyInstance, authenticator: Authenticator) => void;

/** What the HTTP side is made of. */
export interface AppOptions {
  /** The API, feature by feature. */
  readonly routes: readonly Route[];
  readonly tokens: TokenGuard;
  readonly metrics: Metrics;
  /** Must hold back what is secret by itself; requests are logged without headers and query. */
  readonly log: FastifyBaseLogger;
  /** Shown in the description of the API. */
  readonly version: string;
  /** Names by which browsers may call this server, beside its own host name, `localhost` and any IP address. */
  readonly allowedHosts?: readonly string[] | undefined;
  /** Origins whose pages may call the API. */
  readonly allowedOrigins?: readonly string[] | undefined;
  /** Per token; default 600. */
  readonly requestsPerMinute?: number | undefined;
  /** Wrong tokens per address; default 30. */
  readonly failuresPerMinute?: number | undefined;
  /** Streams that one token may have open; default 50. */
  readonly streamsPerToken?: number | undefined;
  /** Compares each reply with its schema; for tests. */
  readonly checkReplies?: boolean | undefined;
  /** What is no part of the API: pages, health, metrics. */
  readonly plugins?: readonly AppPlugin[] | undefined;
}

/** Bytes of a body. Longest is a new token with a thousand extensions. */
const BODY_LIMIT = 64 * 1024;
/** Milliseconds within which a request, which is small here, has to be complete. */
const REQUEST_MS = 10_000;
/** Who opens more must not take the file handles that the links to the PBXs need. */
const MAX_CONNECTIONS = 4000;
const MINUTE_MS = 60_000;

/** Everything that listens on the server's port. Does not listen yet. */
export async function createApp(options: AppOptions): Promise<FastifyInstance> {
  const app: FastifyInstance = fastify({
    loggerInstance: options.log,
    // One line per request is enough: see logRequests.
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: () => randomUUID(),
    bodyLimit: BODY_LIMIT,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    http: { shouldUpgradeCallback: wantsWebSocket },
    clientErrorHandler,
    routerOptions: {
      maxParamLength: 300,
      // Comes before the hooks.
      onBadUrl: (_, __, response) => {
        response.writeHead(404, SECURITY_HEADERS).end();
      },
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.removeContentTypeParser("text/plain");
  await app.register(rateLimit, { global: false, cache: 10_000 });

  const names = [hostname(), ...(options.allowedHosts ?? [])];
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS).header("x-request-id", request.id);
    if (!isAllowedHost(request.headers.host, names)) throw new ApiError("HOST_NOT_ALLOWED");
  });
  const origins = new Set(options.allowedOrigins);
  allowOrigins(app, origins);
  const answered = logRequests(app, options.metrics);
  app.setNotFoundHandler((_, reply) => sendProblem(reply, new ApiError("NOT_FOUND")));
  app.setErrorHandler((error, request, reply) => sendProblem(reply, asApiError(error, request)));
  routeUpgrades(app);

  const failures = app.createRateLimit({ max: options.failuresPerMinute ?? 30, timeWindow: MINUTE_MS });
  const perToken = app.createRateLimit({
    max: options.requestsPerMinute ?? 600,
    timeWindow: MINUTE_MS,
    keyGenerator: (request) => grantOf(request)?.tokenId ?? "",
  });
  const slots = new StreamSlots(options.streamsPerToken ?? 50);
  const failed = async (request: FastifyRequest): Promise<boolean> => isExceeded(await failures(request));
  const authenticator = new Authenticator(options.tokens, failed, origins);
  const services = {
    answered,
    authenticator,
    tokens: options.tokens,
    slots,
    checkReplies: options.checkReplies === true,
    countRequest: async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
      const limit = await perToken(request);
      if (!isExceeded(limit)) return;
      reply.header("retry-after", "ttlInSeconds" in limit ? String(limit.ttlInSeconds) : "60");
      throw new ApiError("RATE_LIMITED");
    },
  };
  for (const route of [...options.routes, openApiRoute(options.routes, options.version)]) {
    serveRoute(app, route, services);
  }
  for (const plugin of options.plugins ?? []) plugin(app, authenticator);
  options.metrics.gauge("cordboard_http_streams", "Streams open now, of all tokens.", [], () => [[{}, slots.open]]);
  return app;
}

function isExceeded(limit: { readonly isAllowed: boolean; readonly isExceeded?: boolean }): boolean {
  return !limit.isAllowed && limit.isExceeded === true;
}

/** One line and one count per request. What a client chose (address, query, headers) is in neither. */
function logRequests(app: FastifyInstance, metrics: Metrics): RouteServices["answered"] {
  const count = metrics.counter("cordboard_http_requests_total", "Requests answered.", ["method", "route", "status"]);
  const time = metrics.histogram("cordboard_http_request_seconds", "Seconds to the end of a reply.", ["route"]);
  const answered: RouteServices["answered"] = (request, status, elapsedMs) => {
    const route = request.routeOptions.url ?? "none";
    const token = grantOf(request)?.tokenId;
    count({ method: request.method, route, status: String(status) });
    if (request.routeOptions.config.stream !== true) time({ route }, elapsedMs / 1000);
    const { method, ip: address } = request;
    const line = { method, route, status, ms: Math.round(elapsedMs), address };
    request.log.info(token === undefined ? line : { ...line, token }, "request");
  };
  app.addHook("onResponse", async (request, reply) => answered(request, reply.statusCode, reply.elapsedTime));
  return answered;
}

/** What went wrong, as the client may know it. */
function asApiError(error: unknown, request: FastifyRequest): ApiError {
  if (error instanceof ApiError) return error;
  const { statusCode, code } = error as { statusCode?: number; code?: string };
  if (statusCode === 413) return new ApiError("BODY_TOO_LARGE");
  if (statusCode === 415) return new ApiError("UNSUPPORTED_MEDIA_TYPE");
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    const detail =
      code === "FST_ERR_CTP_EMPTY_JSON_BODY" ? "The body is empty." : "The body is no JSON that is allowed.";
    return new ApiError("BAD_REQUEST", { detail });
  }
  request.log.error({ err: error }, "a request failed");
  return new ApiError("INTERNAL");
}

/** Sends an error as RFC 9457 has it. */
function sendProblem(reply: FastifyReply, error: ApiError): FastifyReply {
  return reply.code(error.status).type("application/problem+json").send(JSON.stringify(error.toProblem()));
}

/** What is no HTTP, or has headers longer than Node's 16 KiB. */
function clientErrorHandler(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === "ECONNRESET" || !socket.writable) {
    socket.destroy();
    return;
  }
  const line = error.code === "HPE_HEADER_OVERFLOW" ? "431 Request Header Fields Too Large" : "400 Bad Request";
  const body = JSON.stringify(
    new ApiError("BAD_REQUEST", { detail: "This is no HTTP request, or it is too long." }).toProblem(),
  );
  socket.end(
    `HTTP/1.1 ${line}\r\nconnection: close\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
