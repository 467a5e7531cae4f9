import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { CordboardAbortError, CordboardApiError, CordboardConnectionError, CordboardOptionError } from "../errors.ts";
import { sendJson, sendProblem, startHttp } from "../testing/http-server.ts";
import type { HttpServer, ReceivedRequest } from "../testing/http-server.ts";
import { createClient } from "./client.ts";
import type { Cordboard } from "./client.ts";
import type { ClientOptions } from "./client-options.ts";

const token = "the-secret-of-a-token";
const failure = (promise: Promise<unknown>): Promise<Error & { code?: string }> =>
  promise.then(
    () => new Error("It did not fail."),
    (error: Error) => error,
  );

async function all<T>(values: AsyncIterable<T>): Promise<T[]> {
  const taken: T[] = [];
  for await (const value of values) taken.push(value);
  return taken;
}

/** A server that always gives this answer, and a client of it. */
async function answering(
  answer: Parameters<typeof startHttp>[0],
  options: Partial<ClientOptions> = {},
): Promise<{ server: HttpServer; cordboard: Cordboard } & AsyncDisposable> {
  const server = await startHttp(answer);
  const cordboard = createClient({ url: server.url, token, ...options });
  return { server, cordboard, [Symbol.asyncDispose]: () => server[Symbol.asyncDispose]() };
}

const page = { items: [], cursor: "e1.1" };
const one = { id: "1" };
const items = { items: [] };

describe("each method asks the API for what its name says", () => {
  const methods: readonly [string, (cordboard: Cordboard) => Promise<unknown>, string, unknown, string?][] = [
    ["pbxs.list", (c) => c.pbxs.list(), "GET /pbxs", page],
    ["pbxs.get", (c) => c.pbxs.get("hq"), "GET /pbxs/hq", one],
    ["calls.list", (c) => c.calls.list(), "GET /calls", page],
    [
      "calls.list",
      (c) => c.calls.list({ pbx: "hq", extension: "10 00", queue: "a&b" }),
      "GET /calls?pbx=hq&extension=10+00&queue=a%26b",
      page,
    ],
    ["calls.get", (c) => c.calls.get("a/b?c#d e"), "GET /calls/a%2Fb%3Fc%23d%20e", one],
    ["extensions.list", (c) => c.extensions.list({ search: "ana" }), "GET /extensions?search=ana", page],
    ["extensions.get", (c) => c.extensions.get("1000", { pbx: "hq" }), "GET /extensions/1000?pbx=hq", one],
    ["extensions.devices", (c) => c.extensions.devices("1000"), "GET /extensions/1000/devices", items],
    ["presence.list", (c) => c.presence.list(), "GET /presence", page],
    ["presence.get", (c) => c.presence.get("1111"), "GET /extensions/1111/presence", one],
    ["presence.get", (c) => c.presence.get("CustomPresence:1111"), "GET /presence/CustomPresence%3A1111", one],
    [
      "presence.set",
      (c) => c.presence.set("1111", { state: "away", message: "In the batcave" }, { pbx: "hq" }),
      "PATCH /extensions/1111/presence?pbx=hq",
      one,
      '{"state":"away","message":"In the batcave"}',
    ],
    ["queues.list", (c) => c.queues.list({ pbx: "hq" }), "GET /queues?pbx=hq", page],
    ["queues.get", (c) => c.queues.get("sales"), "GET /queues/sales", one],
    ["conferenceRooms.list", (c) => c.conferenceRooms.list(), "GET /conference-rooms", page],
    ["conferenceRooms.get", (c) => c.conferenceRooms.get("7000"), "GET /conference-rooms/7000", one],
    ["parking.list", (c) => c.parking.list(), "GET /parking", page],
    ["mailboxes.list", (c) => c.mailboxes.list(), "GET /mailboxes", page],
    ["mailboxes.get", (c) => c.mailboxes.get("1000@default"), "GET /mailboxes/1000%40default", one],
    [
      "callHistory.page",
      (c) => c.callHistory.page({ name: "ruiz", limit: 5, after: "x" }),
      "GET /call-history?name=ruiz&limit=5&after=x",
      page,
    ],
    ["callHistory.get", (c) => c.callHistory.get("c1"), "GET /call-history/c1", one],
    ["tokens.list", (c) => c.tokens.list(), "GET /tokens", items],
    [
      "tokens.create",
      (c) => c.tokens.create({ name: "crm", scope: { pbxs: "*", extensions: ["1000"], verbs: ["read"] } }),
      "POST /tokens",
      one,
      '{"name":"crm","scope":{"pbxs":"*","extensions":["1000"],"verbs":["read"]}}',
    ],
    ["tokens.revoke", (c) => c.tokens.revoke("t1"), "DELETE /tokens/t1", undefined],
    ["tickets.create", (c) => c.tickets.create(), "POST /tickets", one],
  ];

  it.each(methods)("%s: %#", async (_name, call, request, reply, body = "") => {
    await using scene = await answering((_request, response) =>
      reply === undefined ? response.writeHead(204).end() : sendJson(response, reply),
    );
    // What is a list without a cursor is told as the list alone.
    expect(await call(scene.cordboard)).toEqual(reply === items ? [] : reply);
    const { method, url, headers, body: sent } = scene.server.requests[0] as ReceivedRequest;
    expect(`${method} ${url}`).toBe(request.replace(" ", " /api/v1"));
    expect(headers.authorization).toBe(`Bearer ${token}`);
    expect(sent).toBe(body);
  });
});

describe("the call history", () => {
  it("is searched page after page, and no page is asked for before it is needed", async () => {
    const pages: Record<string, object> = {
      "": { items: [{ id: "3" }, { id: "2" }], next: "p2" },
      p2: { items: [{ id: "1" }] },
    };
    await using scene = await answering(({ url }, response) =>
      sendJson(response, pages[new URL(url, "http://x").searchParams.get("after") ?? ""]),
    );
    const found = scene.cordboard.callHistory.search({ extension: "1000" });
    const ids = [(await found.next()).value?.id, (await found.next()).value?.id];
    expect(scene.server.requests).toHaveLength(1);
    for await (const { id } of found) ids.push(id);
    expect(ids).toEqual(["3", "2", "1"]);
  });

  it("does not go round in a circle", async () => {
    await using scene = await answering((_request, response) => sendJson(response, { items: [], next: "again" }));
    expect(await failure(all(scene.cordboard.callHistory.search()))).toMatchObject({
      code: "SDK_BAD_REPLY",
    });
  });

  it("is exported as it comes, and no faster than it is read", async () => {
    let written = 0;
    let closed = false;
    await using scene = await answering((_request, response) => {
      response.writeHead(200, { "content-type": "text/csv; charset=utf-8" });
      const write = (): void => {
        while (!response.destroyed && response.write(`${"x".repeat(9999)}\n`)) written += 10_000;
        response.once("drain", write);
      };
      response.on("close", () => (closed = true));
      write();
    });
    const body = await scene.cordboard.callHistory.export({ format: "csv", queue: "sales" });
    expect(scene.server.requests[0]?.url).toBe("/api/v1/call-history/export?format=csv&queue=sales");
    let read = 0;
    for await (const piece of body) if ((read += piece.length) > 50_000_000) break;
    expect(written - read).toBeLessThan(20_000_000);
    await expect.poll(() => closed).toBe(true);
  });

  it("tells when an export breaks off", async () => {
    await using scene = await answering((_request, response) => {
      response.writeHead(200, { "content-type": "application/json" });
      response.write("[", () => response.destroy());
    });
    const broken = (async () => {
      for await (const _piece of await scene.cordboard.callHistory.export({ format: "json" })) {
        // Nothing to do with it.
      }
    })();
    expect(await failure(broken)).toMatchObject({ code: "SDK_LINK_LOST" });
  });
});

describe("a client's errors", () => {
  it("carry the server's status, code and problem", async () => {
    await using scene = await answering((_request, response) => {
      response.setHeader("retry-after", "7");
      sendProblem(response, 429, "RATE_LIMITED", "Too many requests; wait.");
    });
    const error = await failure(scene.cordboard.calls.list());
    expect(error).toBeInstanceOf(CordboardApiError);
    expect(error).toMatchObject({
      status: 429,
      code: "RATE_LIMITED",
      problem: { title: "Too many requests; wait." },
      retryAfterMs: 7000,
      message: "GET /api/v1/calls: 429 RATE_LIMITED: Too many requests; wait.",
    });
  });

  it("say what the server adds: what the PBX said, and each place that is wrong", async () => {
    const problem = { type: "", status: 502, code: "PBX_REFUSED", title: "Refused." };
    const errors = [{ path: "query.from", message: "is no time" }, null];
    await using scene = await answering((_request, response) =>
      response.writeHead(502).end(JSON.stringify({ ...problem, detail: "Add call to write=.", errors })),
    );
    expect((await failure(scene.cordboard.calls.list())).message).toBe(
      "GET /api/v1/calls: 502 PBX_REFUSED: Refused. (Add call to write=.; query.from: is no time)",
    );
  });

  it("tell of an answer that is not Cordboard's, whatever it is", async () => {
    const answers: readonly [number, string, string][] = [
      [502, "<html>Bad gateway", "SDK_HTTP_ERROR"],
      [500, "", "SDK_HTTP_ERROR"],
      [404, JSON.stringify({ code: 7 }), "SDK_HTTP_ERROR"],
      [400, "x".repeat(1_000_000), "SDK_HTTP_ERROR"],
      [200, "<html>Sign in", "SDK_BAD_REPLY"],
      [200, "[]", "SDK_BAD_REPLY"],
      [200, "null", "SDK_BAD_REPLY"],
      [200, "{}", "SDK_BAD_REPLY"],
      [200, JSON.stringify({ items: {}, cursor: "e1.1" }), "SDK_BAD_REPLY"],
      [200, JSON.stringify({ items: [null], cursor: "e1.1" }), "SDK_BAD_REPLY"],
      [200, JSON.stringify({ items: [], cursor: 7 }), "SDK_BAD_REPLY"],
      [200, JSON.stringify({ items: [{ name: "x".repeat(2000) }], cursor: "e1.1" }), "SDK_BAD_REPLY"],
      [204, "", "SDK_BAD_REPLY"],
    ];
    for (const [status, body, code] of answers) {
      await using scene = await answering((_request, response) => response.writeHead(status).end(body), {
        maxLength: 1000,
      });
      const { code: got, message } = await failure(scene.cordboard.calls.list());
      expect([got, status, body.slice(0, 50)]).toEqual([code, status, body.slice(0, 50)]);
      expect(message).toContain("GET /api/v1/calls");
    }
  });

  it("say in one short line what others wrote", async () => {
    const title = `\u001b[2J${"a\r\n".repeat(1000)}\u202e`;
    await using scene = await answering((_request, response) => sendProblem(response, 400, "BAD_REQUEST", title));
    const { message } = await failure(scene.cordboard.calls.list());
    expect(message).toMatch(/^GET \/api\/v1\/calls: 400 BAD_REQUEST: [\x20-\x7e]{10,500}$/);
  });

  it("tell who is not there, and who does not answer in time", async () => {
    const server = await startHttp(() => {});
    const cordboard = createClient({ url: server.url, token });
    const late = await failure(cordboard.calls.list({}, { timeoutMs: 20 }));
    expect(late).toMatchObject({ code: "SDK_TIMED_OUT", message: "GET /api/v1/calls: nothing came within 20 ms." });
    await server[Symbol.asyncDispose]();
    const gone = await failure(cordboard.calls.list());
    expect(gone).toBeInstanceOf(CordboardConnectionError);
    expect(gone).toMatchObject({ code: "SDK_CONNECT_FAILED" });
    expect(gone.message).toContain("ECONNREFUSED");
  });

  it("end an answer that never ends in time", async () => {
    await using scene = await answering((_request, response) => response.write("{"), { timeoutMs: 30 });
    expect(await failure(scene.cordboard.calls.list())).toMatchObject({ code: "SDK_TIMED_OUT" });
    await expect.poll(() => scene.server.connections()).toBe(0);
  });

  it("tell that the caller stopped it, before, during, and by the client's own signal", async () => {
    await using scene = await answering(() => {});
    const reason = new Error("enough");
    const before = await failure(scene.cordboard.calls.list({}, { signal: AbortSignal.abort(reason) }));
    expect(before).toBeInstanceOf(CordboardAbortError);
    expect(before.cause).toBe(reason);
    expect(scene.server.requests).toHaveLength(0);
    for (const own of [true, false]) {
      const controller = new AbortController();
      const cordboard = createClient({ url: scene.server.url, ...(own ? { signal: controller.signal } : {}) });
      const stopped = failure(cordboard.calls.list({}, { signal: controller.signal }));
      await expect.poll(() => scene.server.connections()).toBe(1);
      controller.abort(reason);
      expect(await stopped).toMatchObject({ code: "SDK_ABORTED", cause: reason });
      await expect.poll(() => scene.server.connections()).toBe(0);
    }
  });

  it("never hold the token or a ticket, and no address does", async () => {
    const ticket = "the-ticket-of-a-page";
    const failures: Error[] = [];
    const answers: Parameters<typeof startHttp>[0][] = [
      (_request, response) => sendProblem(response, 401, "TOKEN_INVALID", "No such token."),
      (_request, response) => response.writeHead(200).end("no JSON"),
      (_request, response) => response.destroy(),
      (_request, response) => response.writeHead(302, { location: "http://127.0.0.1:1/" }).end(),
      () => {},
    ];
    for (const answer of answers) {
      await using scene = await answering(answer, { timeoutMs: 50 });
      failures.push(await failure(scene.cordboard.calls.list()));
      for (const { url } of scene.server.requests) expect(url).not.toContain(token);
      const page = createClient({
        url: scene.server.url,
        token: async () => token,
        ticket: () => ticket,
        timeoutMs: 50,
      });
      const controller = new AbortController();
      const events = page.events({
        signal: controller.signal,
        onLink: (link) => {
          if (link.state === "lost") failures.push(link.error);
          controller.abort();
        },
      });
      await all(events).catch((error: Error) => failures.push(error));
    }
    for (const value of [`${token}\r\nx: y`, `${token} `, `${token}ä`])
      failures.push(
        await failure((async () => createClient({ url: "http://h", token: value }).calls.list())()),
        await failure(createClient({ url: "http://h", token: () => value }).calls.list()),
      );
    failures.push(await failure((async () => createClient({ url: `http://${token}@host` }))()));
    failures.push(await failure((async () => createClient({ url: `http://host?token=${token}` }))()));
    expect(failures).toHaveLength(18);
    for (const error of failures) {
      expect(error.message).not.toBe("It did not fail.");
      expect(inspect(error, { depth: 20, showHidden: true })).not.toMatch(new RegExp(`${token}|${ticket}`));
    }
  });
});

describe("a client's options", () => {
  it.each([
    ["an address that is none", { url: "cordboard" }],
    ["another protocol", { url: "ftp://host" }],
    ["a password in the address", { url: "http://user:password@host" }],
    ["a query in the address", { url: "http://host?token=x" }],
    ["no time", { url: "http://host", timeoutMs: 0 }],
    ["more time than a timer has", { url: "http://host", timeoutMs: 2 ** 31 }],
    ["no length", { url: "http://host", maxLength: 0 }],
    ["an empty token", { url: "http://host", token: "" }],
  ])("are refused: %s", (_name, options) => {
    expect(() => createClient(options)).toThrow(CordboardOptionError);
  });

  it("may name an address with a path, with the API's path, with slashes", async () => {
    for (const path of ["", "/", "/pbx", "/pbx/", "/pbx/api/v1/"]) {
      await using server = await startHttp((_request, response) => sendJson(response, page));
      await createClient({ url: new URL(path, server.url) }).calls.list();
      expect(server.requests[0]?.url).toBe(`${path.startsWith("/pbx") ? "/pbx" : ""}/api/v1/calls`);
    }
  });

  it("may give the token anew for each request", async () => {
    let asked = 0;
    await using scene = await answering((_request, response) => sendJson(response, page), {
      token: () => `t${++asked}`,
    });
    await scene.cordboard.calls.list();
    await scene.cordboard.calls.list();
    expect(scene.server.requests.map(({ headers }) => headers.authorization)).toEqual(["Bearer t1", "Bearer t2"]);
  });

  it("names that an address would change, and lists that say something else than they mean, are refused", async () => {
    const cordboard = createClient({ url: "http://host" });
    for (const name of ["", ".", ".."])
      expect(await failure((async () => cordboard.calls.get(name))())).toBeInstanceOf(CordboardOptionError);
    for (const extension of [[], ["1000,1001"], [""]])
      expect(await failure(cordboard.events({ extension }).next())).toBeInstanceOf(CordboardOptionError);
  });
});
