import { hostname } from "node:os";
import { readFileSync } from "node:fs";
import fastify from "fastify";
import type { FastifyInstance, FastifyReply } from "fastify";
import { CordboardError } from "../errors.ts";
import { isAllowedHost, isFromElsewhere, isLoopback, urlHost } from "../http/host-check.ts";
import { PageToken, newToken } from "../http/page-token.ts";
import type { LiveBoard } from "./live-board.ts";
import { SseHub } from "./sse-hub.ts";
import type { SseHubOptions } from "./sse-hub.ts";

/** Where to serve the live page. */
export interface LiveServerOptions extends SseHubOptions {
  readonly board: LiveBoard;
  /** Address to listen on; everything but loopback asks for a token. */
  readonly address: string;
  /** Exactly this port (0: any free one); without it 8000 or the next free of ten. */
  readonly port?: number | undefined;
  /** Names by which browsers may call this server, beside its own host name. */
  readonly allowedHosts?: readonly string[];
  /** Token to ask for; where one is needed and none is given, a random one. */
  readonly token?: string | undefined;
}

/** A running live page. */
export interface LiveServer {
  readonly port: number;
  /** What to open; with a token in its fragment, which no browser sends to a server. */
  readonly url: string;
  close(): Promise<void>;
}

const FIRST_PORT = 8000;
const PORTS_TO_TRY = 10;
/** Milliseconds within which a request, which is small here, has to be complete. */
const REQUEST_MS = 10_000;
/** More than all pages need; who opens more must not take the file handles that the links to the PBXs need. */
const MAX_CONNECTIONS = 1000;

/** All the page may load is what this server gives; nothing may frame it. */
const SECURITY_HEADERS = {
  "content-security-policy":
    "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'",
  "x-content-type-options": "nosniff",
  "referrer-policy": "no-referrer",
  "cross-origin-opener-policy": "same-origin",
  "cross-origin-resource-policy": "same-origin",
  "cache-control": "no-cache",
} as const;

const PAGE_FILES = [
  { path: "/", file: "live.html", type: "text/html; charset=utf-8" },
  { path: "/live.css", file: "live.css", type: "text/css; charset=utf-8" },
  { path: "/live.js", file: "live.js", type: "text/javascript; charset=utf-8" },
] as const;

/**
 * Serves the live page and its stream.
 * @throws CordboardError `LISTEN_FAILED` with the address and what to do
 */
export async function startLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const secret = options.token ?? (isLoopback(options.address) ? undefined : newToken());
  const guard = secret === undefined ? undefined : new PageToken(secret);
  const hub = new SseHub(options);
  const stop = options.board.on((change) => hub.broadcast("change", change));
  const app = buildApp(options, hub, guard);
  const close = async (): Promise<void> => {
    stop();
    hub.close();
    await app.close();
  };
  try {
    const port = await listen(app, options);
    const fragment = secret === undefined ? "" : `#token=${secret}`;
    const shown = options.address === "0.0.0.0" || options.address === "::" ? hostname() : urlHost(options.address);
    return { port, url: `http://${shown}:${port}/${fragment}`, close };
  } catch (error) {
    await close();
    throw error;
  }
}

function buildApp(options: LiveServerOptions, hub: SseHub, guard: PageToken | undefined): FastifyInstance {
  const app = fastify({
    logger: false,
    bodyLimit: 1024,
    requestTimeout: REQUEST_MS,
    forceCloseConnections: true,
    routerOptions: {
      // Comes before the hooks.
      onBadUrl: (_, __, response) => {
        response.writeHead(404, SECURITY_HEADERS).end();
      },
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  const names = [hostname(), ...(options.allowedHosts ?? [])];

  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!isAllowedHost(request.headers.host, names)) {
      return problem(
        reply,
        421,
        "HOST_NOT_ALLOWED",
        "This server does not answer to that name. Use its address, or add the name to http.allowedHosts in cordboard.yaml.",
      );
    }
    return undefined;
  });

  for (const { path, file, type } of PAGE_FILES) {
    const content = readFileSync(new URL(`../../page/${file}`, import.meta.url));
    app.get(path, (_, reply) => reply.type(type).send(content));
  }
  app.get("/favicon.ico", (_, reply) => reply.code(204).send());
  app.get("/healthz", (_, reply) => reply.send({ status: "ok" }));

  app.post("/live/session", (request, reply) => {
    if (guard === undefined || guard.admits(request.headers.cookie)) return reply.code(204).send();
    const cookie = guard.open(request.headers.authorization);
    if (cookie === undefined) return tokenRequired(reply);
    return reply.header("set-cookie", cookie).code(204).send();
  });

  app.get("/live", { exposeHeadRoute: false }, (request, reply) => {
    if (isFromElsewhere(request.headers)) {
      return problem(reply, 403, "ORIGIN_NOT_ALLOWED", "Only this server's own page may read its stream.");
    }
    if (guard !== undefined && !guard.admits(request.headers.cookie)) return tokenRequired(reply);
    if (hub.full) {
      return problem(reply, 503, "TOO_MANY_CLIENTS", "Too many pages are open at once. Close some and reload.");
    }
    reply.hijack();
    hub.add(reply.raw, SECURITY_HEADERS, "snapshot", options.board.snapshot());
    return reply;
  });

  app.setNotFoundHandler((_, reply) => problem(reply, 404, "NOT_FOUND", "There is nothing at this address."));
  app.setErrorHandler((error: { statusCode?: number }, _, reply) => {
    const status = error.statusCode ?? 500;
    return problem(reply, status, status < 500 ? "BAD_REQUEST" : "INTERNAL", "The request could not be handled.");
  });
  return app;
}

function tokenRequired(reply: FastifyReply): FastifyReply {
  reply.header("www-authenticate", "Bearer");
  return problem(
    reply,
    401,
    "TOKEN_REQUIRED",
    "Open the address that the server printed when it started; the token is in it.",
  );
}

function problem(reply: FastifyReply, status: number, code: string, title: string): FastifyReply {
  return reply.code(status).type("application/problem+json").send(JSON.stringify({ status, code, title }));
}

async function listen(app: FastifyInstance, options: LiveServerOptions): Promise<number> {
  const first = options.port ?? FIRST_PORT;
  const tries = options.port === undefined ? PORTS_TO_TRY : 1;
  for (let port = first; ; port++) {
    try {
      await app.listen({ host: options.address, port });
      const bound = app.server.address();
      return typeof bound === "object" && bound !== null ? bound.port : port;
    } catch (cause) {
      const { code } = cause as NodeJS.ErrnoException;
      if (code === "EADDRINUSE" && port - first + 1 < tries) continue;
      const reason = code === "EADDRINUSE" ? "the port is taken by another program" : (cause as Error).message;
      throw new CordboardError(
        "LISTEN_FAILED",
        `The live page cannot listen on ${urlHost(options.address)}:${port}: ${reason}. Choose another with --port, or http.port in cordboard.yaml.`,
        { cause },
      );
    }
  }
}
