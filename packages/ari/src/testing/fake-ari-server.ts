import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import type { AddressInfo, Socket } from "node:net";
import { type WebSocket, WebSocketServer } from "ws";

/** One request as the server saw it. */
export interface SeenRequest {
  readonly method: string;
  /** Path and query below `/ari`, as sent. */
  readonly target: string;
  readonly headers: IncomingMessage["headers"];
  readonly body: string;
}

/** What a scripted route answers; a number is a status without a body. */
export type ScriptedReply =
  | number
  | {
      readonly status?: number;
      readonly json?: unknown;
      readonly raw?: string;
      readonly headers?: Record<string, string>;
    }
  | undefined;

/** Decides one answer; `undefined` leaves the request unanswered. */
export type ScriptedRoute = (request: SeenRequest) => ScriptedReply | Promise<ScriptedReply>;

export interface FakeAriOptions {
  readonly username?: string;
  readonly password?: string;
  /** Of the Server header; default 22.10.1. */
  readonly version?: string;
  /** Answers RESTRequest frames by the same routes. Default false, as an older Asterisk. */
  readonly restOverWebSocket?: boolean;
  readonly port?: number;
}

/** A small ARI server on loopback that does what a test tells it, and keeps what it was asked. */
export class FakeAriServer {
  readonly requests: SeenRequest[] = [];
  readonly upgrades: SeenRequest[] = [];
  readonly sockets = new Set<WebSocket>();
  /** Frames that clients sent. */
  readonly received: string[] = [];
  /** A status to refuse the next handshakes with; 0: leave them unanswered. */
  refuseUpgrade: number | undefined;
  /** Sent in the same write as the handshake's answer. */
  greeting: readonly unknown[] = [];
  password: string;
  readonly #username: string;
  readonly #version: string;
  readonly #restOverWebSocket: boolean;
  readonly #routes: [pattern: RegExp, route: ScriptedRoute][] = [];
  readonly #http: Server;
  readonly #ws = new WebSocketServer({
    noServer: true,
    handleProtocols: (protocols) => (protocols.has("ari") ? "ari" : false),
  });
  readonly #tcp = new Set<Socket>();

  private constructor(options: FakeAriOptions) {
    this.#username = options.username ?? "asterisk";
    this.password = options.password ?? "s3cret-pass";
    this.#version = options.version ?? "22.10.1";
    this.#restOverWebSocket = options.restOverWebSocket ?? false;
    this.#http = createServer((request, response) => void this.#request(request, response));
    this.#http.on("upgrade", (request, socket: Socket, head) => this.#upgrade(request, socket, head));
    this.#http.on("connection", (socket) => {
      this.#tcp.add(socket);
      socket.on("close", () => this.#tcp.delete(socket));
    });
  }

  static async start(options: FakeAriOptions = {}): Promise<FakeAriServer> {
    const server = new FakeAriServer(options);
    await new Promise<void>((resolve) => server.#http.listen(options.port ?? 0, "127.0.0.1", resolve));
    return server;
  }

  get port(): number {
    return (this.#http.address() as AddressInfo).port;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}/ari`;
  }

  /** User and password as client options. */
  get credentials(): { url: string; username: string; password: string } {
    return { url: this.url, username: this.#username, password: this.password };
  }

  /** `pattern` is matched against `METHOD /target`; the latest route wins. */
  route(pattern: RegExp, route: ScriptedRoute | ScriptedReply): void {
    this.#routes.unshift([pattern, typeof route === "function" ? route : () => route]);
  }

  /** Told of each new TCP connection. */
  onConnection(listener: () => void): void {
    this.#http.on("connection", listener);
  }

  /** Sends one event to every socket. */
  send(event: unknown): void {
    for (const socket of this.sockets) socket.send(typeof event === "string" ? event : JSON.stringify(event));
  }

  /** Cuts every event connection without a close frame. */
  cut(): void {
    for (const socket of this.sockets) socket.terminate();
  }

  async close(): Promise<void> {
    this.cut();
    for (const socket of this.#tcp) socket.destroy();
    await new Promise((resolve) => this.#http.close(resolve));
  }

  async #request(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const seen = this.#seen(request, Buffer.concat(chunks).toString());
    this.requests.push(seen);
    const reply = this.#authorized(request)
      ? await this.#reply(seen)
      : { status: 401, json: { message: "Authentication required" } };
    if (reply === undefined) return;
    const { status = 200, json, raw, headers = {} } = typeof reply === "number" ? { status: reply } : reply;
    const body = raw ?? (json === undefined ? "" : JSON.stringify(json));
    response.writeHead(status, { "Content-type": "application/json", Server: `Asterisk/${this.#version}`, ...headers });
    response.end(body);
  }

  async #reply(seen: SeenRequest): Promise<ScriptedReply> {
    const line = `${seen.method} ${seen.target}`;
    for (const [pattern, route] of this.#routes) if (pattern.test(line)) return await route(seen);
    if (line.startsWith("GET /asterisk/info"))
      return { json: { system: { version: this.#version, entity_id: "00:00:00:00:00:00" } } };
    if (line === "GET /asterisk/ping") return { json: { ping: "pong" } };
    return { status: 404, json: { message: "Resource not found" } };
  }

  #upgrade(request: IncomingMessage, socket: Socket, head: Buffer): void {
    this.upgrades.push(this.#seen(request, ""));
    const status = this.#authorized(request) ? this.refuseUpgrade : 401;
    if (status === 0) return;
    if (status !== undefined) {
      socket.end(`HTTP/1.1 ${status} Refused\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
      return;
    }
    socket.cork();
    this.#ws.handleUpgrade(request, socket, head, (ws) => {
      this.sockets.add(ws);
      ws.on("close", () => this.sockets.delete(ws));
      ws.on("message", (data: Buffer) => void this.#frame(ws, data.toString()));
      for (const event of this.greeting) ws.send(JSON.stringify(event));
      process.nextTick(() => socket.uncork());
    });
  }

  async #frame(ws: WebSocket, text: string): Promise<void> {
    this.received.push(text);
    if (!this.#restOverWebSocket) return;
    const frame = JSON.parse(text) as {
      request_id: string;
      transaction_id: string;
      method: string;
      uri: string;
      message_body?: string;
    };
    const reply = await this.#reply({
      method: frame.method,
      target: `/${frame.uri}`,
      headers: {},
      body: frame.message_body ?? "",
    });
    if (reply === undefined) return;
    const { status = 200, json } = typeof reply === "number" ? { status: reply } : reply;
    const { request_id, transaction_id, uri } = frame;
    const body = json === undefined ? {} : { content_type: "application/json", message_body: JSON.stringify(json) };
    ws.send(
      JSON.stringify({
        type: "RESTResponse",
        transaction_id,
        request_id,
        status_code: status,
        reason_phrase: "x",
        uri,
        ...body,
      }),
    );
  }

  #authorized(request: IncomingMessage): boolean {
    const expected = `Basic ${Buffer.from(`${this.#username}:${this.password}`).toString("base64")}`;
    return request.headers.authorization === expected;
  }

  #seen(request: IncomingMessage, body: string): SeenRequest {
    return {
      method: request.method ?? "",
      target: (request.url ?? "").replace(/^\/ari/, ""),
      headers: request.headers,
      body,
    };
  }
}
