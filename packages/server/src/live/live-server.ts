import { hostname } from "node:os";
import fastify from "fastify";
import type { FastifyInstance } from "fastify";
import { ApiError } from "../http/api-error.ts";
import { sendProblem } from "../http/app.ts";
import { isAllowedHost, isLoopback, urlHost } from "../http/host-check.ts";
import { listen } from "../http/listen.ts";
import { PageToken, newToken } from "../http/page-token.ts";
import { SECURITY_HEADERS } from "../http/security-headers.ts";
import { registerLivePage } from "./live-page.ts";
import type { LivePageOptions } from "./live-page.ts";

/** Where to serve the live page. */
export interface LiveServerOptions extends Omit<LivePageOptions, "guard"> {
  /** Address to listen on; everything but loopback asks for a token. */
  readonly address: string;
  /** Exactly this port (0: any free one); without it 8000 or the next free of ten. */
  readonly port?: number | undefined;
  /** Names by which browsers may call this server, beside its own host name. */
  readonly allowedHosts?: readonly string[] | undefined;
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

/**
 * Serves the live page and its stream, and nothing else.
 * @throws CordboardError `LISTEN_FAILED` with the address and what to do
 */
export async function startLiveServer(options: LiveServerOptions): Promise<LiveServer> {
  const secret = options.token ?? (isLoopback(options.address) ? undefined : newToken());
  const app: FastifyInstance = fastify({ logger: false, bodyLimit: 1024, forceCloseConnections: true });
  const names = [hostname(), ...(options.allowedHosts ?? [])];
  app.addHook("onRequest", async (request, reply) => {
    reply.headers(SECURITY_HEADERS);
    if (!isAllowedHost(request.headers.host, names)) throw new ApiError("HOST_NOT_ALLOWED");
  });
  app.setNotFoundHandler((_, reply) => sendProblem(reply, new ApiError("NOT_FOUND")));
  app.setErrorHandler((error, _, reply) =>
    sendProblem(reply, error instanceof ApiError ? error : new ApiError("BAD_REQUEST")),
  );
  registerLivePage(app, { ...options, guard: secret === undefined ? undefined : new PageToken(secret) });
  try {
    const port = await listen(app, options.address, options.port);
    const fragment = secret === undefined ? "" : `#token=${secret}`;
    const shown = options.address === "0.0.0.0" || options.address === "::" ? hostname() : urlHost(options.address);
    return { port, url: `http://${shown}:${port}/${fragment}`, close: () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}
