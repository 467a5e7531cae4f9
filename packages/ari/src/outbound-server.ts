import type { IncomingMessage, Server } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import type { WebSocket, WebSocketServer } from "ws";
import { AriArgumentError, AriConnectionError, type AriError } from "./errors.ts";
import type { EventSocket, EventSocketHandler } from "./event-socket.ts";
import { basicAuthorization } from "./http-transport.ts";
import { crypto, http, loadHttps } from "./node-builtins.ts";
import { OutboundSession } from "./outbound-session.ts";
import { pingSettings } from "./peer-watch.ts";
import { milliseconds } from "./time-limit.ts";

/** Where Asterisk finds us and how it proves who it is: the other side of a `websocket_client.conf` section. Durations are milliseconds. */
export interface OutboundServerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** 0-65535; 0 takes a free one. */
  readonly port: number;
  /** The path of the `uri`; default any. */
  readonly path?: string;
  /** `username` of the section. */
  readonly username: string;
  /** `password` of the section. */
  readonly password: string;
  /** PEM texts; with them the `uri` begins with `wss:`. */
  readonly tls?: { readonly cert: string | Buffer; readonly key: string | Buffer };
  /** Say true where ari.conf has `subscribe_all=yes`, so that nothing is subscribed twice. */
  readonly subscribeAll?: boolean;
  /** How long a request waits for its answer; default 10,000. */
  readonly timeoutMs?: number;
  /** As for the client; default 5,000 and 5,000. */
  readonly ping?: false | { readonly idleMs?: number; readonly timeoutMs?: number };
  /** Connections at once; default 1,000. More are refused with 503. */
  readonly maxSessions?: number;
}

/** Waits for Asterisk to connect. */
export interface OutboundServer extends AsyncDisposable {
  readonly port: number;
  /** The sessions that stand now. */
  readonly sessions: ReadonlySet<OutboundSession>;
  /** Told of each connection before any of its events; returns what stops it. */
  onSession(listener: (session: OutboundSession) => unknown): () => void;
  /** Ends all sessions and stops listening. */
  close(): Promise<void>;
}

/** How long a close frame may stay unanswered. */
const CLOSE_GRACE_MS = 1_000;

/** A connection that the ws package accepted. */
class AcceptedSocket implements EventSocket {
  readonly #ws: WebSocket;
  #cause: AriError | undefined;

  constructor(ws: WebSocket) {
    this.#ws = ws;
    ws.pause();
    ws.on("error", (cause) => {
      this.#cause ??= new AriConnectionError("ARI_LINK_LOST", `Asterisk's WebSocket broke: ${cause.message}.`, {
        cause,
        retryable: true,
      });
    });
  }

  attach(handler: EventSocketHandler): void {
    this.#ws.on("message", (data: Buffer, isBinary) => {
      handler.alive();
      if (!isBinary) handler.text(data.toString());
    });
    this.#ws.on("ping", () => handler.alive());
    this.#ws.on("pong", () => handler.alive());
    this.#ws.on("close", (code) => {
      handler.ended(
        this.#cause ??
          new AriConnectionError("ARI_LINK_LOST", `Asterisk closed its WebSocket (code ${code}).`, { retryable: true }),
      );
    });
    setImmediate(() => this.#ws.resume());
  }

  send(text: string): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.send(text);
  }

  ping(): void {
    if (this.#ws.readyState === this.#ws.OPEN) this.#ws.ping();
  }

  close(): void {
    this.#ws.close(1000);
    setTimeout(() => this.#ws.terminate(), CLOSE_GRACE_MS).unref();
  }

  terminate(cause: AriError): void {
    this.#cause ??= cause;
    this.#ws.terminate();
  }
}

function refuse(socket: Socket, status: string, header = ""): void {
  socket.end(`HTTP/1.1 ${status}\r\n${header}Content-Length: 0\r\nConnection: close\r\n\r\n`);
  // An HTTP server's sockets stay half open until the peer ends as well, which this one may never do.
  socket.destroySoon();
}

/** Compares in a time that does not depend on where the texts differ. */
function isSame(a: string, b: string): boolean {
  const digest = (text: string): Buffer => crypto.createHash("sha256").update(text).digest();
  return crypto.timingSafeEqual(digest(a), digest(b));
}

/**
 * A server for Asterisk's outbound WebSockets (20.15, 21.10, 22.5): Asterisk connects to us, and each connection offers
 * what `AriClient` does, REST included, all over that WebSocket. Stored recordings cannot be fetched that way.
 * @throws {AriArgumentError} `ARI_BAD_OPTION`; and what listening throws (`EADDRINUSE`).
 */
export async function createOutboundServer(options: OutboundServerOptions): Promise<OutboundServer> {
  if (options.password === "") throw new AriArgumentError("ARI_BAD_OPTION", "The outbound server needs a password.");
  const timeoutMs = milliseconds("timeoutMs", options.timeoutMs, 10_000);
  const ping = pingSettings(options.ping);
  // Only who serves pays for loading it.
  const { WebSocketServer: Accepting } = await import("ws");
  const accepting: WebSocketServer = new Accepting({
    noServer: true,
    maxPayload: 16 * 1_024 * 1_024,
    handleProtocols: (protocols) => (protocols.has("ari") ? "ari" : false),
  });
  const expected = basicAuthorization(options.username, options.password);
  const sessions = new Set<OutboundSession>();
  const listeners = new Set<(session: OutboundSession) => unknown>();
  const server: Server = options.tls === undefined ? http.createServer() : loadHttps().createServer({ ...options.tls });
  server.on("request", (_, response) => {
    response.writeHead(426, { Upgrade: "websocket" });
    response.end();
  });
  server.on("upgrade", (request: IncomingMessage, socket: Socket, head: Buffer) => {
    socket.on("error", () => undefined);
    if (!isSame(request.headers.authorization ?? "", expected)) {
      refuse(socket, "401 Unauthorized", 'WWW-Authenticate: Basic realm="ARI"\r\n');
      return;
    }
    if (options.path !== undefined && request.url?.split("?")[0] !== options.path) {
      refuse(socket, "404 Not Found");
      return;
    }
    if (sessions.size >= (options.maxSessions ?? 1_000)) {
      refuse(socket, "503 Service Unavailable");
      return;
    }
    accepting.handleUpgrade(request, socket, head, (ws) => {
      const session = new OutboundSession(new AcceptedSocket(ws), {
        remoteAddress: request.socket.remoteAddress ?? "",
        subscribesAll: options.subscribeAll ?? false,
        timeoutMs,
        ping,
      });
      sessions.add(session);
      void session.closed.then(() => sessions.delete(session));
      session.announce(listeners);
    });
  });
  await new Promise<void>((resolve, reject) => {
    server.once("error", reject);
    server.listen(options.port, options.host ?? "127.0.0.1", resolve);
  });
  const close = async (): Promise<void> => {
    const stopped = new Promise((resolve) => server.close(resolve));
    for (const session of sessions) session.close();
    server.closeAllConnections();
    await Promise.all([...sessions].map((session) => session.closed));
    await stopped;
  };
  return {
    port: (server.address() as AddressInfo).port,
    sessions,
    onSession: (listener) => {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
