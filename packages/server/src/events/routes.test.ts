import { once } from "node:events";
import { get } from "node:http";
import type { IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { Scope, StreamMessage } from "@cordboard/sdk";
import { streamMessageSchema } from "@cordboard/sdk/schemas";
import { describe, expect, it } from "vitest";
import { WebSocket } from "ws";
import { EnginePbx } from "../testing/events/engine-pbx.ts";
import { openPublishing } from "../testing/events/publishing.ts";
import type { Publishing } from "../testing/events/publishing.ts";
import { testApp } from "../testing/test-app.ts";
import type { FakeTokens } from "../testing/test-app.ts";
import { eventRoutes } from "./routes.ts";
import { StreamHub } from "./stream-hub.ts";
import type { StreamHubOptions } from "./stream-hub.ts";

/** A server with the stream alone. */
class Served implements AsyncDisposable {
  readonly publishing: Publishing;
  readonly hub: StreamHub;
  readonly tokens: FakeTokens;
  readonly pbx: EnginePbx = new EnginePbx("office");
  readonly port: number;
  readonly #close: () => Promise<void>;
  #made = 0;

  private constructor(
    publishing: Publishing,
    hub: StreamHub,
    tokens: FakeTokens,
    port: number,
    close: () => Promise<void>,
  ) {
    this.publishing = publishing;
    this.hub = hub;
    this.tokens = tokens;
    this.port = port;
    this.#close = close;
    publishing.publisher.add(this.pbx, "Office");
  }

  static async open(limits: Partial<StreamHubOptions> = {}): Promise<Served> {
    const publishing = await openPublishing();
    const hub = new StreamHub({ log: publishing.log, live: publishing.publisher.live, ...limits });
    publishing.publisher.listen(hub);
    const { app, tokens } = await testApp({ routes: eventRoutes(hub), streamsPerToken: 5 });
    await app.listen({ host: "127.0.0.1", port: 0 });
    const { port } = app.server.address() as AddressInfo;
    return new Served(publishing, hub, tokens, port, () => app.close());
  }

  async publish(count: number, padding = ""): Promise<void> {
    for (let left = count; left > 0; left--)
      this.pbx.happens({ type: "device-state", device: "PJSIP/x", state: `STATE-${++this.#made}${padding}` });
    await this.publishing.publisher.flush();
  }

  grant(token: string, scope: Partial<Scope>): void {
    this.tokens.scopes.set(token, { pbxs: "*", extensions: "*", verbs: ["read"], ...scope });
  }

  socket(query = "", headers: Record<string, string> = { authorization: "Bearer all" }): WebSocket {
    return new WebSocket(`ws://127.0.0.1:${this.port}/api/v1/events${query}`, { headers });
  }

  async sse(query = "", headers: Record<string, string> = {}): Promise<IncomingMessage> {
    const request = get(`http://127.0.0.1:${this.port}/api/v1/events${query}`, {
      headers: { authorization: "Bearer all", ...headers },
    });
    const [response] = (await once(request, "response")) as [IncomingMessage];
    return response;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hub.close();
    await this.#close();
    await this.publishing.publisher.close();
    await this.publishing.database.destroy();
  }
}

/** Gathers the messages of a WebSocket. */
function messagesOf(socket: WebSocket): StreamMessage[] {
  const messages: StreamMessage[] = [];
  socket.on("message", (data: Buffer) => {
    messages.push(streamMessageSchema.parse(JSON.parse(data.toString())));
  });
  return messages;
}

/** Reads server-sent events until one is what is looked for. */
async function eventsUntil(
  response: IncomingMessage,
  isLast: (event: { id?: string; event: string; data: StreamMessage }) => boolean,
): Promise<{ id?: string; event: string; data: StreamMessage }[]> {
  const events: { id?: string; event: string; data: StreamMessage }[] = [];
  let text = "";
  for await (const chunk of response.setEncoding("utf8").iterator({ destroyOnReturn: false })) {
    text += String(chunk);
    const blocks = text.split("\n\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const fields = Object.fromEntries(
        block.split("\n").map((line) => [line.split(": ")[0], line.replace(/^\w+: /, "")]),
      );
      if (fields["data"] === undefined) continue;
      const data = streamMessageSchema.parse(JSON.parse(fields["data"]));
      const event = { ...(fields["id"] === undefined ? {} : { id: fields["id"] }), event: fields["event"] ?? "", data };
      events.push(event);
      if (isLast(event)) return events;
    }
  }
  return events;
}

async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 100_000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("What was waited for did not happen.");
}

describe("GET /api/v1/events as a WebSocket", () => {
  it("tells a snapshot and then every event, each in a text frame of its own", async () => {
    await using served = await Served.open();
    const socket = served.socket();
    const messages = messagesOf(socket);
    await until(() => messages.length === 1);
    await served.publish(1);
    await served.publish(3, "x".repeat(200));
    await served.publish(1, "x".repeat(70_000));
    await until(() => messages.length === 6);
    expect(messages.map(({ type }) => type)).toEqual([
      "snapshot",
      ...Array.from({ length: 5 }, () => "device-state-changed"),
    ]);
    socket.terminate();
    await until(() => served.hub.sessions === 0);
  });

  it("goes on behind a cursor", async () => {
    await using served = await Served.open();
    await served.publish(10);
    const socket = served.socket(`?after=${served.publishing.log.epoch}.6`);
    const messages = messagesOf(socket);
    await until(() => messages.length === 5);
    expect(messages.map((message) => "seq" in message && message.seq)).toEqual([7, 8, 9, 10, 11]);
    socket.terminate();
  });

  it.each([
    ["without a token", {}, "", 401],
    ["with a wrong token", { authorization: "Bearer nobody" }, "", 401],
    ["with an unknown type of events", { authorization: "Bearer all" }, "?type=nonsense", 400],
    ["with a filter that names nothing", { authorization: "Bearer all" }, "?extension=,", 400],
    ["with a token in its address", { authorization: "Bearer all" }, "?token=all", 400],
  ])("refuses one %s before the upgrade", async (_, headers, query, status) => {
    await using served = await Served.open();
    const socket = served.socket(query, headers);
    const [, response] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(status);
    expect(response.headers["content-type"]).toContain("application/problem+json");
    socket.on("error", () => {});
    socket.terminate();
  });

  it("takes a ticket in place of a token, once", async () => {
    await using served = await Served.open();
    served.tokens.tickets.set("ticket-1", "all");
    const socket = served.socket("?ticket=ticket-1", {});
    const messages = messagesOf(socket);
    await until(() => messages.length === 1);
    const again = served.socket("?ticket=ticket-1", {});
    again.on("error", () => {});
    const [, response] = (await once(again, "unexpected-response")) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(401);
    again.terminate();
    socket.terminate();
  });

  it("ends when its token is revoked, and says so", async () => {
    await using served = await Served.open();
    served.grant("clerk", {});
    const socket = served.socket("", { authorization: "Bearer clerk" });
    const messages = messagesOf(socket);
    await until(() => messages.length === 1);
    served.tokens.revoke("clerk");
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(4001);
    expect(messages.at(-1)).toMatchObject({ type: "closing", code: "TOKEN_ENDED" });
    expect(served.hub.sessions).toBe(0);
  });

  it("ends with 1001 when the server stops, and says so", async () => {
    await using served = await Served.open();
    const socket = served.socket();
    const messages = messagesOf(socket);
    await until(() => messages.length === 1);
    served.hub.close();
    const [code] = (await once(socket, "close")) as [number];
    expect(code).toBe(1001);
    expect(messages.at(-1)).toMatchObject({ type: "closing", code: "SERVER_STOPS" });
  });

  it("cuts off who does not read, without holding more than the limit for him", async () => {
    await using served = await Served.open({ maxUnsentBytes: 256 * 1024, graceMs: 10 });
    const slow = served.socket();
    const quick = served.socket();
    const messages = messagesOf(quick);
    await Promise.all([once(slow, "open"), once(quick, "open")]);
    slow.pause();
    await until(() => served.hub.sessions === 2 && messages.length > 0);
    while (served.hub.cutOff === 0) {
      await served.publish(20, "x".repeat(10_000));
      const { head } = served.publishing.log;
      await until(() => messages.some((message) => "seq" in message && message.seq === head));
    }
    expect(served.hub.sessions).toBe(1);
    slow.resume();
    await once(slow, "close");
    quick.terminate();
  });

  it.each([
    ["a message that is too long", (socket: WebSocket) => socket.send("x".repeat(2_000)), 1009],
    [
      "too many messages",
      (socket: WebSocket) => {
        for (let count = 0; count < 40; count++) socket.send("hello");
      },
      1008,
    ],
    [
      "too many pings",
      (socket: WebSocket) => {
        for (let count = 0; count < 40; count++) socket.ping();
      },
      1008,
    ],
  ])("closes one that sends %s", async (_, send, code) => {
    await using served = await Served.open();
    const socket = served.socket();
    const messages = messagesOf(socket);
    await until(() => messages.length === 1);
    send(socket);
    const [closed] = (await once(socket, "close")) as [number];
    expect(closed).toBe(code);
    await until(() => served.hub.sessions === 0);
  });

  it("is given to a token only so many times at once", async () => {
    await using served = await Served.open();
    const sockets = Array.from({ length: 5 }, () => served.socket());
    await Promise.all(sockets.map((socket) => once(socket, "open")));
    const sixth = served.socket();
    sixth.on("error", () => {});
    const [, response] = (await once(sixth, "unexpected-response")) as [unknown, IncomingMessage];
    expect(response.statusCode).toBe(429);
    for (const socket of [...sockets, sixth]) socket.terminate();
  });
});

describe("GET /api/v1/events as server-sent events", () => {
  it("is not begun for who has hung up before it could be", async () => {
    const publishing = await openPublishing();
    const hub = new StreamHub({ log: publishing.log, live: publishing.publisher.live });
    const handled = Promise.withResolvers<void>();
    const routes = eventRoutes(hub).map((route) => ({
      ...route,
      handle: (context: Parameters<typeof route.handle>[0]) => {
        const result = route.handle(context);
        handled.resolve();
        return result;
      },
    }));
    const { app } = await testApp({ routes });
    try {
      app.addHook("onRequest", async ({ raw }) => {
        request.destroy();
        await once(raw.socket, "close");
      });
      await app.listen({ host: "127.0.0.1", port: 0 });
      const { port } = app.server.address() as AddressInfo;
      const request = get({
        host: "127.0.0.1",
        port,
        path: "/api/v1/events",
        headers: { authorization: "Bearer all" },
      });
      request.on("error", () => {});
      await handled.promise;
      expect(hub.sessions).toBe(0);
    } finally {
      hub.close();
      await app.close();
      await publishing.publisher.close();
      await publishing.database.destroy();
    }
  });

  it("has the cursor as id, the type as event, and goes on behind Last-Event-ID", async () => {
    await using served = await Served.open();
    const first = await served.sse();
    expect(first.headers["content-type"]).toContain("text/event-stream");
    expect(first.headers["cache-control"]).toBe("no-store");
    const [snapshot] = await eventsUntil(first, ({ event }) => event === "snapshot");
    expect(snapshot?.id).toBe(snapshot?.data.cursor);
    await served.publish(3);
    const seen = await eventsUntil(first, ({ data }) => "seq" in data && data.seq === 4);
    expect(seen.map(({ event }) => event)).toEqual(Array.from({ length: 3 }, () => "device-state-changed"));
    first.destroy();
    await served.publish(2);
    const again = await served.sse("?after=nonsense", { "last-event-id": seen.at(-1)?.id ?? "" });
    const rest = await eventsUntil(again, ({ data }) => "seq" in data && data.seq === 6);
    expect(rest.map(({ data }) => "seq" in data && data.seq)).toEqual([5, 6]);
    again.destroy();
    await until(() => served.hub.sessions === 0);
  });

  it("gives a gap no id, so that nobody goes on behind a snapshot he did not get", async () => {
    await using served = await Served.open();
    const response = await served.sse("?after=elsewhere.7");
    const [gap, snapshot] = await eventsUntil(response, ({ event }) => event === "snapshot");
    expect(gap).toMatchObject({ event: "gap", data: { reason: "other-epoch" } });
    expect(gap).not.toHaveProperty("id");
    expect(snapshot).toHaveProperty("id");
    response.destroy();
  });

  it("ends when its token is revoked, and says so", async () => {
    await using served = await Served.open();
    served.grant("clerk", {});
    const response = await served.sse("", { authorization: "Bearer clerk" });
    await eventsUntil(response, ({ event }) => event === "snapshot");
    served.tokens.revoke("clerk");
    const [closing] = await eventsUntil(response, ({ event }) => event === "closing");
    expect(closing?.data).toMatchObject({ code: "TOKEN_ENDED" });
    await until(() => served.hub.sessions === 0);
  });

  it("cuts off who does not read", async () => {
    await using served = await Served.open({ maxUnsentBytes: 256 * 1024, graceMs: 10 });
    const response = await served.sse();
    response.pause();
    await until(() => served.hub.sessions === 1);
    while (served.hub.cutOff === 0) {
      await served.publish(20, "x".repeat(10_000));
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(served.hub.sessions).toBe(0);
    response.destroy();
  });
});
