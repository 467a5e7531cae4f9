import { randomUUID } from "node:crypto";
import { hostname } from "node:os";
import type { Socket } from "node:net";
import rateLimit from "@fastify/rate-limit";
import fastify, { LogController } from "fastify";
import type { FastifyBaseLogger, FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import { isStorageFailure } from "../storage/storage-error.ts";
import { ApiError } from "./api-error.ts";
import { Authenticator, grantOf } from "./authenticate.ts";
import type { TokenGuard } from "./authenticate.ts";
import { allowOrigins } from "./cors.ts";
import type { Route } from "./define-route.ts";
import { endSocket } from "./end-socket.ts";
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
/** Milliseconds without a byte in either direction; streams have a heartbeat. */
const IDLE_MS = 120_000;
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
    connectionTimeout: IDLE_MS,
    forceCloseConnections: true,
    http: { shouldUpgradeCallback: wantsWebSocket },
    clientErrorHandler,
    routerOptions: {
      // The router would answer a longer one itself, before the hooks; all headers together are shorter.
      maxParamLength: 16_384,
      // Comes before the hooks.
      onBadUrl: (_, __, response) => {
        response.writeHead(404, SECURITY_HEADERS).end();
      },
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  app.removeContentTypeParser("text/plain");
  const parseJson = app.getDefaultJsonParser("error", "error");
  // Many clients name the type also where they send nothing.
  app.addContentTypeParser("application/json", { parseAs: "string" }, (request, body, done) => {
    if (body === "") done(null);
    else void parseJson(request, String(body), done);
  });
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
  const authenticator = new Authenticator({
    tokens: options.tokens,
    allowedOrigins: origins,
    failed: async (request, reply) => refuseBeyond(await failures(request), reply),
    asked: async (request, reply) => refuseBeyond(await perToken(request), reply),
  });
  const services = {
    answered,
    authenticator,
    tokens: options.tokens,
    slots,
    checkReplies: options.checkReplies === true,
  };
  for (const route of [...options.routes, openApiRoute(options.routes, options.version)]) {
    serveRoute(app, route, services);
  }
  for (const plugin of options.plugins ?? []) plugin(app, authenticator);
  options.metrics.gauge("cordboard_http_streams", "Streams open now, of all tokens.", [], () => [[{}, slots.open]]);
  return app;
}

type LimitResult = Awaited<ReturnType<ReturnType<FastifyInstance["createRateLimit"]>>>;

/** @throws ApiError `RATE_LIMITED` */
function refuseBeyond(limit: LimitResult, reply: FastifyReply): void {
  if (limit.isAllowed || !limit.isExceeded) return;
  reply.header("retry-after", String(limit.ttlInSeconds));
  throw new ApiError("RATE_LIMITED");
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
  const { statusCode } = error as { statusCode?: number };
  if (statusCode === 413) return new ApiError("BODY_TOO_LARGE");
  if (statusCode === 415) return new ApiError("UNSUPPORTED_MEDIA_TYPE");
  if (statusCode !== undefined && statusCode >= 400 && statusCode < 500) {
    return new ApiError("BAD_REQUEST", { detail: "The body is no JSON that is allowed." });
  }
  request.log.error({ err: error }, "a request failed");
  return new ApiError(isStorageFailure(error) ? "STORAGE_UNAVAILABLE" : "INTERNAL");
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
  const [status, reason] =
    error.code === "HPE_HEADER_OVERFLOW" ? [431, "Request Header Fields Too Large"] : [400, "Bad Request"];
  const problem = new ApiError("BAD_REQUEST", { detail: "This is no HTTP request, or it is too long." }).toProblem();
  const body = JSON.stringify({ ...problem, status });
  endSocket(
    socket,
    `HTTP/1.1 ${status} ${reason}\r\nconnection: close\r\ncontent-type: application/problem+json\r\ncontent-length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
  );
}
