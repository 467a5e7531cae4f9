import { readFileSync } from "node:fs";
import type { IncomingHttpHeaders } from "node:http";
import type { FastifyInstance } from "fastify";
import { ApiError } from "../http/api-error.ts";
import { isFromElsewhere } from "../http/host-check.ts";
import type { PageToken } from "../http/page-token.ts";
import type { LiveBoard } from "./live-board.ts";
import { SseHub } from "./sse-hub.ts";
import type { SseHubOptions } from "./sse-hub.ts";

/** What the live page shows, and to whom. */
export interface LivePageOptions extends SseHubOptions {
  readonly board: LiveBoard;
  /** Asks who wants to see calls; absent where only this machine can reach the page. */
  readonly guard?: Pick<PageToken, "admits" | "open"> | undefined;
}

const PAGE_FILES = [
  { path: "/", file: "live.html", type: "text/html; charset=utf-8" },
  { path: "/live.css", file: "live.css", type: "text/css; charset=utf-8" },
  { path: "/live.js", file: "live.js", type: "text/javascript; charset=utf-8" },
] as const;

/**
 * Adds the live page and its stream to an app that checks the Host header, sends the security headers and turns an {@link ApiError}
 * into a problem: `GET /`, its files, `GET /live` (server-sent events) and `POST /live/session` (the token for a cookie). Ends with the app.
 */
export function registerLivePage(app: FastifyInstance, options: LivePageOptions): void {
  const { board, guard } = options;
  const hub = new SseHub(options);
  const stop = board.on((change) => hub.broadcast("change", change));
  app.addHook("preClose", async () => {
    stop();
    hub.close();
  });
  for (const { path, file, type } of PAGE_FILES) {
    const content = readFileSync(new URL(`../../page/${file}`, import.meta.url));
    app.get(path, (_, reply) => reply.type(type).send(content));
  }
  app.get("/favicon.ico", (_, reply) => reply.code(204).send());
  app.post("/live/session", { bodyLimit: 1024 }, (request, reply) => {
    if (guard === undefined) refuseForwarded(request.headers);
    if (guard === undefined || guard.admits(request.headers.cookie)) return reply.code(204).send();
    const cookie = guard.open(request.headers.authorization);
    if (cookie === undefined) {
      reply.header("www-authenticate", "Bearer");
      throw tokenRequired();
    }
    return reply.header("set-cookie", cookie).code(204).send();
  });
  app.get("/live", { exposeHeadRoute: false }, (request, reply) => {
    if (isFromElsewhere(request.headers)) throw new ApiError("ORIGIN_NOT_ALLOWED");
    if (guard === undefined) refuseForwarded(request.headers);
    else if (!guard.admits(request.headers.cookie)) throw tokenRequired();
    if (hub.full)
      throw new ApiError("TOO_MANY_STREAMS", { detail: "Too many pages are open at once. Close some and reload." });
    reply.hijack();
    hub.add(reply.raw, reply.getHeaders(), "snapshot", board.snapshot());
    return reply;
  });
}

/** Headers by which a proxy says for whom it asks. */
const PROXY_HEADERS = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];

/** A proxy on this machine would show the page to everybody who reaches it. @throws ApiError `TOKEN_REQUIRED` */
function refuseForwarded(headers: IncomingHttpHeaders): void {
  if (PROXY_HEADERS.every((name) => headers[name] === undefined)) return;
  throw new ApiError("TOKEN_REQUIRED", {
    detail: "Behind a proxy the live page asks for a token of its own. Set http.token in cordboard.yaml.",
  });
}

function tokenRequired(): ApiError {
  return new ApiError("TOKEN_REQUIRED", {
    detail: "Open the address that the server printed when it started; the token is in it.",
  });
}
