import { ServerResponse } from "node:http";
import type { IncomingMessage } from "node:http";
import type { Duplex } from "node:stream";
import type { FastifyInstance } from "fastify";
import type { Upgrade } from "./define-route.ts";
import { endSocket } from "./end-socket.ts";

/** Milliseconds that a WebSocket has to close by itself when the server stops. */
const GOODBYE_MS = 500;

const upgrades = new WeakMap<IncomingMessage, Upgrade>();

/** The socket of a request that wants a WebSocket. */
export function upgradeOf(request: IncomingMessage): Upgrade | undefined {
  return upgrades.get(request);
}

/** True for a request that is to be handled as an upgrade; any other `Upgrade` header is ignored, as HTTP allows. */
export function wantsWebSocket(request: IncomingMessage): boolean {
  return request.method === "GET" && request.headers.upgrade?.toLowerCase() === "websocket";
}

/**
 * Sends requests for a WebSocket through the same hooks and routes as all others, so that the same token is asked for.
 * A reply that is no upgrade ends the connection.
 */
export function routeUpgrades(app: FastifyInstance): void {
  const open = new Set<Duplex>();
  app.server.on("upgrade", (request: IncomingMessage, socket: Duplex, head: Buffer) => {
    open.add(socket);
    socket.once("close", () => open.delete(socket));
    socket.on("error", () => socket.destroy());
    if (!wantsWebSocket(request)) {
      endSocket(socket, "HTTP/1.1 400 Bad Request\r\nconnection: close\r\ncontent-length: 0\r\n\r\n");
      return;
    }
    upgrades.set(request, { socket, head });
    const response = new ServerResponse(request);
    response.shouldKeepAlive = false;
    response.assignSocket(socket as Parameters<typeof response.assignSocket>[0]);
    response.once("finish", () => endSocket(socket));
    app.routing(request, response);
  });
  app.addHook("preClose", async () => {
    // Who was told that the server stops may still read that.
    const closed = [...open].map((socket) => new Promise((resolve) => socket.once("close", resolve)));
    const timer = setTimeout(() => {
      for (const socket of open) socket.destroy();
    }, GOODBYE_MS);
    await Promise.all(closed);
    clearTimeout(timer);
  });
}
