import type { FastifyInstance } from "fastify";

/**
 * Lets pages of the named origins call the API with a token in a header. Never with cookies: those of the live page
 * stay with the live page.
 */
export function allowOrigins(app: FastifyInstance, origins: ReadonlySet<string>): void {
  if (origins.size === 0) return;
  app.addHook("onRequest", async (request, reply) => {
    if (!request.url.startsWith("/api/")) return undefined;
    reply.header("vary", "Origin");
    const { origin } = request.headers;
    if (origin === undefined || !origins.has(origin)) return undefined;
    reply.header("access-control-allow-origin", origin);
    reply.header("access-control-expose-headers", "x-request-id, retry-after");
    if (request.method !== "OPTIONS" || request.headers["access-control-request-method"] === undefined)
      return undefined;
    return reply
      .header("access-control-allow-methods", "GET, POST, PATCH, DELETE")
      .header("access-control-allow-headers", "authorization, content-type, last-event-id")
      .header("access-control-max-age", "600")
      .code(204)
      .send();
  });
}
