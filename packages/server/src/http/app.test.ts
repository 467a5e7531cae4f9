import { once } from "node:events";
import { request } from "node:http";
import type { IncomingMessage } from "node:http";
import { connect } from "node:net";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { newTokenSchema } from "@cordboard/sdk/schemas";
import type { FastifyInstance, InjectOptions, LightMyRequestResponse } from "fastify";
import { pino } from "pino";
import { afterEach, describe, expect, it } from "vitest";
import { WebSocketServer, WebSocket } from "ws";
import { z } from "zod";
import { bearer, testApp } from "../testing/test-app.ts";
import type { AppOptions } from "./app.ts";
import { defineRoute } from "./define-route.ts";
import { listen } from "./listen.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const signals: AbortSignal[] = [];
const sockets = new WebSocketServer({ noServer: true });

const routes = [
  defineRoute({
    method: "GET",
    path: "/things/{id}",
    operationId: "getThing",
    tag: "things",
    verb: "read",
    summary: "One thing",
    params: z.object({ id: z.string().max(100) }),
    query: z.object({ limit: z.coerce.number().int().max(10).default(5), pbx: z.string().optional() }),
    reply: { description: "The thing", schema: z.object({ id: z.string(), limit: z.number(), token: z.string() }) },
    errors: ["NOT_FOUND"],
    handle: ({ params, query, grant }) => ({ id: params.id, limit: query.limit, token: grant.tokenId }),
  }),
  defineRoute({
    method: "POST",
    path: "/things",
    operationId: "makeThing",
    tag: "things",
    verb: "presence",
    summary: "Make a thing",
    body: newTokenSchema,
    reply: { status: 201, description: "Made", schema: z.object({ name: z.string() }) },
    handle: ({ body }) => ({ name: body.name }),
  }),
  defineRoute({
    method: "DELETE",
    path: "/things/{id}",
    operationId: "forgetThing",
    tag: "things",
    verb: "read",
    summary: "Forget a thing",
    params: z.object({ id: z.string().max(100) }),
    reply: { status: 204, description: "Forgotten" },
    handle: () => undefined,
  }),
  defineRoute({
    method: "GET",
    path: "/broken",
    operationId: "breakThings",
    tag: "things",
    verb: "read",
    summary: "Fails",
    reply: { description: "Never", schema: z.object({}) },
    handle: () => {
      throw new Error("secret inner detail");
    },
  }),
  defineRoute({
    method: "GET",
    path: "/full-disk",
    operationId: "fillDisk",
    tag: "things",
    verb: "read",
    summary: "Fails as SQLite does",
    reply: { description: "Never", schema: z.object({}) },
    handle: () => {
      throw Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });
    },
  }),
  defineRoute({
    method: "GET",
    path: "/search",
    operationId: "searchThings",
    tag: "things",
    verb: "read",
    summary: "Goes on until it is ended",
    reply: { description: "Never", schema: z.object({}) },
    handle: async ({ signal }) => {
      signals.push(signal);
      await once(signal, "abort");
      throw new Error(String(signal.reason));
    },
  }),
  defineRoute({
    method: "GET",
    path: "/stream",
    operationId: "streamThings",
    tag: "things",
    verb: "read",
    summary: "Goes on",
    stream: true,
    ticket: true,
    query: z.object({ ticket: z.string().optional() }),
    reply: { description: "Text", contentTypes: ["text/plain"] },
    handle: ({ signal, upgrade, request, reply }) => {
      signals.push(signal);
      if (upgrade !== undefined) {
        reply.hijack();
        sockets.handleUpgrade(request.raw, upgrade.socket, upgrade.head, (socket) => {
          signal.addEventListener("abort", () => socket.close(4001));
          socket.send("hello");
        });
        return undefined;
      }
      const text = new Readable({ read() {} });
      signal.addEventListener("abort", () => text.push(null));
      text.push("hello");
      return text;
    },
  }),
];

async function start(options: Partial<AppOptions> = {}): Promise<Awaited<ReturnType<typeof testApp>>> {
  const made = await testApp({ routes, ...options });
  closers.push(() => made.app.close());
  return made;
}

interface Answer {
  readonly status: number;
  readonly body: unknown;
  readonly headers: LightMyRequestResponse["headers"];
  readonly text: string;
}

async function ask(app: FastifyInstance, options: InjectOptions): Promise<Answer> {
  const headers = { host: "localhost", ...bearer("all"), ...options.headers };
  const response = await app.inject({ ...options, headers });
  const type = String(response.headers["content-type"]);
  return {
    status: response.statusCode,
    body: type.includes("json") ? response.json() : response.body,
    headers: response.headers,
    text: response.body,
  };
}

async function listening(app: FastifyInstance): Promise<number> {
  await listen(app, "127.0.0.1", 0);
  return (app.server.address() as AddressInfo).port;
}

describe("a declared route", () => {
  it("gets what its schemas made of the request", async () => {
    const { app } = await start();
    expect(await ask(app, { url: "/api/v1/things/a%2Fb?limit=7" })).toMatchObject({
      status: 200,
      body: { id: "a/b", limit: 7, token: "all" },
    });
    expect(await ask(app, { url: "/api/v1/things/1" })).toMatchObject({ status: 200, body: { limit: 5 } });
  });

  it("answers a wrong request with every place that is wrong, and repeats no value", async () => {
    const { app } = await start();
    const { status, body: problem } = await ask(app, { url: "/api/v1/things/1?limit=hunter2&pbxx=hunter2" });
    expect(status).toBe(400);
    expect(problem).toMatchObject({
      code: "BAD_REQUEST",
      errors: [{ path: "query.pbxx", message: 'is no parameter; did you mean "pbx"?' }, { path: "query.limit" }],
    });
    expect(JSON.stringify(problem)).not.toContain("hunter2");
  });

  it("names the places in a body", async () => {
    const { app } = await start();
    const payload = { name: "", scope: { pbxs: [], extensions: "*", verbs: ["fly"] }, more: 1 };
    const { status, body: problem } = await ask(app, { method: "POST", url: "/api/v1/things", payload });
    expect(status).toBe(400);
    const places = (problem as { errors: { path: string }[] }).errors.map(({ path }) => path);
    expect(places).toEqual(expect.arrayContaining(["body.name", "body.scope.pbxs", "body.scope.verbs.0", "body.more"]));
  });

  it("is told to nobody when its own reply breaks its promise", async () => {
    const { app } = await start();
    expect(await ask(app, { url: "/api/v1/broken" })).toMatchObject({ status: 500, body: { code: "INTERNAL" } });
    expect((await ask(app, { url: "/api/v1/broken" })).text).not.toContain("inner detail");
  });
});

describe("who may ask", () => {
  it.each([
    [undefined, 401, "TOKEN_REQUIRED"],
    ["Basic YWxsOmFsbA==", 401, "TOKEN_REQUIRED"],
    ["Bearer wrong", 401, "TOKEN_INVALID"],
    [`Bearer ${"x".repeat(600)}`, 401, "TOKEN_REQUIRED"],
    ["Bearer reader", 403, "FORBIDDEN"],
    ["Bearer writer", 201, undefined],
    ["Bearer all", 201, undefined],
  ])("authorization %s: %i %s", async (authorization, status, code) => {
    const { app, tokens } = await start();
    tokens.scopes.set("reader", { pbxs: "*", extensions: "*", verbs: ["read"] });
    tokens.scopes.set("writer", { pbxs: "*", extensions: "*", verbs: ["presence"] });
    const response = await app.inject({
      method: "POST",
      url: "/api/v1/things",
      headers: { host: "localhost", ...(authorization === undefined ? {} : { authorization }) },
      payload: { name: "x", scope: { pbxs: "*", extensions: "*", verbs: ["read"] } },
    });
    expect([response.statusCode, response.json().code]).toEqual([status, code]);
  });

  it.each(["token=abcdef", "access_token=abcdef", "pbx=cb_1a2b_abcdefghijklmnopqrstuvwxyz0123456789", "api_key=1"])(
    "refuses a token in the address: %s",
    async (query) => {
      const { app } = await start();
      expect(await ask(app, { url: `/api/v1/things/1?${query}` })).toMatchObject({
        status: 400,
        body: { code: "TOKEN_IN_URL" },
      });
    },
  );

  it("takes a ticket once, from its own pages and allowed ones only, and only where it is meant for", async () => {
    const { app, tokens } = await start({ allowedOrigins: ["https://crm.example"] });
    const port = await listening(app);
    tokens.tickets.set("t1", "all").set("t2", "all");
    const get = (path: string, headers: Record<string, string> = {}): Promise<IncomingMessage> =>
      new Promise((resolve, reject) => {
        request({ port, host: "127.0.0.1", path, headers }, (response) => {
          closers.push(() => response.destroy());
          resolve(response);
        })
          .on("error", reject)
          .end();
      });
    const foreign = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };
    expect((await get("/api/v1/stream?ticket=t1", foreign)).statusCode).toBe(403);
    expect((await get("/api/v1/stream?ticket=t1", { origin: "null" })).statusCode).toBe(403);
    expect((await get("/api/v1/things/1?ticket=t1")).statusCode).toBe(401);
    const own = { origin: `http://127.0.0.1:${port}`, "sec-fetch-site": "same-origin" };
    expect((await get("/api/v1/stream?ticket=t1", own)).statusCode).toBe(200);
    expect((await get("/api/v1/stream?ticket=t1", own)).statusCode).toBe(401);
    const allowed = { origin: "https://crm.example", "sec-fetch-site": "cross-site" };
    expect((await get("/api/v1/stream?ticket=t2", allowed)).statusCode).toBe(200);
  });

  it("counts wrong tokens by address, and lets the right one through all the same", async () => {
    const { app } = await start({ failuresPerMinute: 3 });
    const wrong = { url: "/api/v1/things/1", headers: bearer("wrong") };
    const statuses = [];
    for (let time = 0; time < 5; time++) statuses.push((await ask(app, wrong)).status);
    expect(statuses).toEqual([401, 401, 401, 429, 429]);
    expect(Number((await ask(app, wrong)).headers["retry-after"])).toBeGreaterThan(0);
    expect((await ask(app, { url: "/api/v1/things/1" })).status).toBe(200);
  });

  it("limits the requests of one token and not of the next", async () => {
    const { app, tokens } = await start({ requestsPerMinute: 2 });
    tokens.scopes.set("other", { pbxs: "*", extensions: "*", verbs: ["read"] });
    const statuses = [];
    for (let time = 0; time < 3; time++) statuses.push((await ask(app, { url: "/api/v1/things/1" })).status);
    expect(statuses).toEqual([200, 200, 429]);
    const response = await ask(app, { url: "/api/v1/things/1" });
    expect(Number(response.headers["retry-after"])).toBeGreaterThan(0);
    expect((await ask(app, { url: "/api/v1/things/1", headers: bearer("other") })).status).toBe(200);
  });

  it("counts also what the token does not allow", async () => {
    const { app, tokens } = await start({ requestsPerMinute: 2 });
    tokens.scopes.set("writer", { pbxs: "*", extensions: "*", verbs: ["presence"] });
    const statuses = [];
    for (let time = 0; time < 3; time++)
      statuses.push((await ask(app, { url: "/api/v1/things/1", headers: bearer("writer") })).status);
    expect(statuses).toEqual([403, 403, 429]);
  });
});

describe("a request that fails", () => {
  it("by the disk says so", async () => {
    const { app } = await start();
    expect(await ask(app, { url: "/api/v1/full-disk" })).toMatchObject({
      status: 503,
      body: { code: "STORAGE_UNAVAILABLE" },
    });
  });

  it("by the end of its token says that, and is no mistake of the server", async () => {
    const lines: string[] = [];
    const log = pino({ level: "error" }, { write: (line) => void lines.push(line) });
    const { app, tokens } = await start({ log });
    tokens.scopes.set("short", { pbxs: "*", extensions: "*", verbs: ["read"] });
    const before = signals.length;
    const answer = ask(app, { url: "/api/v1/search", headers: bearer("short") });
    await expect.poll(() => signals.length).toBe(before + 1);
    tokens.revoke("short");
    expect(await answer).toMatchObject({ status: 401, body: { code: "TOKEN_INVALID" } });
    expect(lines).toEqual([]);
  });
});

describe("a stream", () => {
  it("ends when its token is revoked, over HTTP and over a WebSocket", async () => {
    const { app, tokens } = await start();
    const port = await listening(app);
    const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/stream`, { headers: bearer("all") });
    const closed = once(socket, "close");
    const [hello] = (await once(socket, "message")) as [Buffer];
    expect(hello.toString()).toBe("hello");
    const response = await fetch(`http://127.0.0.1:${port}/api/v1/stream`, { headers: bearer("all") });
    tokens.revoke("all");
    expect(await response.text()).toBe("hello");
    expect((await closed)[0]).toBe(4001);
    await expect.poll(() => tokens.listeners("all")).toBe(0);
  });

  it("gives its place back when the client hangs up, and only so many may be open", async () => {
    const { app } = await start({ streamsPerToken: 2 });
    const port = await listening(app);
    const open = async (): Promise<WebSocket | number> => {
      const socket = new WebSocket(`ws://127.0.0.1:${port}/api/v1/stream`, { headers: bearer("all") });
      return Promise.race([
        once(socket, "message").then(() => socket),
        once(socket, "unexpected-response").then(([, answer]) => (answer as IncomingMessage).statusCode ?? 0),
      ]);
    };
    const [first] = [await open(), await open()];
    expect(await open()).toBe(429);
    (first as WebSocket).terminate();
    await expect.poll(open).toBeInstanceOf(WebSocket);
  });

  it("refuses an upgrade like any other request", async () => {
    const { app } = await start();
    const port = await listening(app);
    for (const [path, status] of [
      ["/api/v1/stream", 401],
      ["/nothing", 404],
    ] as const) {
      const socket = new WebSocket(`ws://127.0.0.1:${port}${path}`);
      const [, answer] = (await once(socket, "unexpected-response")) as [unknown, IncomingMessage];
      expect(answer.statusCode).toBe(status);
    }
  });

  it("takes a request that offers another protocol for a plain one", async () => {
    const { app } = await start();
    const port = await listening(app);
    const response = await new Promise<IncomingMessage>((resolve) => {
      const headers = { ...bearer("all"), connection: "Upgrade, HTTP2-Settings", upgrade: "h2c", "http2-settings": "" };
      request({ port, host: "127.0.0.1", path: "/api/v1/things/1", headers }, resolve).end();
    });
    expect(response.statusCode).toBe(200);
    response.resume();
  });
});

describe("hostile requests", () => {
  it.each(["evil.example", "localhost.evil.example", "a b"])(
    "with the host %j are refused everywhere",
    async (host) => {
      const { app } = await start();
      for (const url of ["/api/v1/things/1", "/nothing", "/api/v1/openapi.json"]) {
        expect(await ask(app, { url, headers: { host } })).toMatchObject({
          status: 421,
          body: { code: "HOST_NOT_ALLOWED" },
        });
      }
    },
  );

  it.each([
    [
      "a body that is too long",
      JSON.stringify({ name: "x".repeat(70_000) }),
      "application/json",
      413,
      "BODY_TOO_LARGE",
    ],
    ["no JSON", "{", "application/json", 400, "BAD_REQUEST"],
    ["an empty body", "", "application/json", 400, "BAD_REQUEST"],
    ["a form", "a=1", "application/x-www-form-urlencoded", 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["plain text", "{}", "text/plain", 415, "UNSUPPORTED_MEDIA_TYPE"],
    ["a prototype", '{"__proto__":{"admin":true}}', "application/json", 400, "BAD_REQUEST"],
    ["a constructor", '{"constructor":{"prototype":{"admin":true}}}', "application/json", 400, "BAD_REQUEST"],
    ["a list", "[]", "application/json", 400, "BAD_REQUEST"],
    ["null", "null", "application/json", 400, "BAD_REQUEST"],
    ["depth", "[".repeat(30_000), "application/json", 400, "BAD_REQUEST"],
  ])("with %s end with a problem", async (_, payload, type, status, code) => {
    const { app } = await start();
    const headers = { "content-type": type };
    expect(await ask(app, { method: "POST", url: "/api/v1/things", payload, headers })).toMatchObject({
      status,
      body: { code },
    });
    expect(({} as Record<string, unknown>)["admin"]).toBeUndefined();
  });

  it.each([
    "/api/v1/../../etc/passwd",
    "/api/v1//things/1",
    "/api/v1/things/1/",
    "/api/v1/things/%2e%2e/../x",
    "/%",
    "/api/v1/things/%ff",
  ])("do not leave their path: %s", async (url) => {
    const { app } = await start();
    expect((await ask(app, { url })).status).toBe(404);
  });

  it("may name a thing by dots, which stays a name", async () => {
    const { app } = await start();
    expect((await ask(app, { url: "/api/v1/things/%2e%2e%2f%2e%2e" })).body).toMatchObject({ id: "../.." });
  });

  it("with prototype keys in the query are refused", async () => {
    const { app } = await start();
    for (const query of ["__proto__=1", "constructor=1", "__proto__[admin]=1", "toString=1"]) {
      expect((await ask(app, { url: `/api/v1/things/1?${query}` })).status).toBe(400);
    }
  });

  it.each([
    ["headers that are too long", `GET / HTTP/1.1\r\nHost: localhost\r\nX: ${"x".repeat(20_000)}\r\n\r\n`, "431"],
    ["no HTTP", "hello\r\n\r\n", "400"],
    ["two lengths", "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", "400"],
    [
      "a smuggled request",
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
      "400",
    ],
  ])("with %s are answered and cut off", async (_, text, status) => {
    const { app } = await start();
    const socket = connect(await listening(app), "127.0.0.1");
    let answer = "";
    socket.setEncoding("utf8").on("data", (part: string) => (answer += part));
    socket.on("error", () => {});
    socket.write(text);
    await once(socket, "close");
    expect(answer).toMatch(new RegExp(`^HTTP/1.1 ${status}`));
    expect(answer).toContain("application/problem+json");
    expect(answer).toContain(`"status":${status},`);
  });

  const upgrade = "Connection: Upgrade\r\nUpgrade: websocket\r\n";
  it.each([
    ["an upgrade that is refused", `GET /api/v1/things/1 HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`],
    ["an upgrade of nothing", `GET /nothing HTTP/1.1\r\nHost: localhost\r\n${upgrade}\r\n`],
    ["no HTTP", "hello\r\n\r\n"],
  ])("keep no connection for ever that they do not end themselves: %s", async (_, text) => {
    const { app } = await start();
    const socket = connect({ port: await listening(app), host: "127.0.0.1", allowHalfOpen: true });
    closers.push(() => socket.destroy());
    socket.on("error", () => {}).resume();
    socket.write(text);
    await once(socket, "end");
    const open = (): Promise<number> =>
      new Promise((resolve) => {
        app.server.getConnections((__, count) => resolve(count));
      });
    await expect.poll(open, { timeout: 10_000 }).toBe(0);
  });

  it("may name the type of a body where there is none", async () => {
    const { app } = await start();
    const headers = { "content-type": "application/json" };
    const method = "DELETE";
    expect((await ask(app, { method, url: "/api/v1/things/1", headers, payload: "" })).status).toBe(204);
  });

  it("with a name that is too long pass the same checks as any other, and are not repeated", async () => {
    const { app } = await start();
    const url = `/api/v1/things/${"x".repeat(2000)}`;
    const answer = await ask(app, { url });
    expect(answer).toMatchObject({ status: 400, body: { code: "BAD_REQUEST" } });
    expect(answer.text).not.toContain("xxx");
    expect(await ask(app, { url, headers: { host: "evil.example" } })).toMatchObject({ status: 421 });
  });

  it("get security headers and a request id on every reply", async () => {
    const { app } = await start();
    for (const url of ["/api/v1/things/1", "/nothing"]) {
      const { headers } = await ask(app, { url });
      expect(headers["content-security-policy"]).toContain("default-src 'none'");
      expect(headers["x-content-type-options"]).toBe("nosniff");
      expect(headers["x-request-id"]).toMatch(/^[0-9a-f-]{36}$/);
    }
  });
});

describe("pages of other origins", () => {
  const preflight = { "access-control-request-method": "GET", "access-control-request-headers": "authorization" };

  it("may call the API when they are allowed, and never with cookies", async () => {
    const { app } = await start({ allowedOrigins: ["https://crm.example"] });
    const { status, headers } = await ask(app, {
      method: "OPTIONS",
      url: "/api/v1/things/1",
      headers: { ...preflight, origin: "https://crm.example" },
    });
    expect(status).toBe(204);
    expect(headers["access-control-allow-origin"]).toBe("https://crm.example");
    expect(headers["access-control-allow-headers"]).toContain("authorization");
    expect(headers["access-control-allow-credentials"]).toBeUndefined();
    const answer = await ask(app, { url: "/api/v1/things/1", headers: { origin: "https://crm.example" } });
    expect(answer.headers["access-control-allow-origin"]).toBe("https://crm.example");
    expect(answer.headers["vary"]).toContain("Origin");
  });

  it.each(["https://evil.example", "https://crm.example.evil.example", "null", "http://crm.example"])(
    "may not when they are %s",
    async (origin) => {
      const { app } = await start({ allowedOrigins: ["https://crm.example"] });
      for (const method of ["OPTIONS", "GET"] as const) {
        const { headers } = await ask(app, {
          method,
          url: "/api/v1/things/1",
          headers: { ...preflight, origin },
        });
        expect(headers["access-control-allow-origin"]).toBeUndefined();
      }
    },
  );
});
