import { type AddressInfo, createServer } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AriClient } from "./client.ts";
import { AriError } from "./errors.ts";
import type { AriClientOptions } from "./options.ts";
import { type FakeAriOptions, FakeAriServer } from "./testing/fake-ari-server.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function pair(
  server: FakeAriOptions = {},
  options: Partial<AriClientOptions> = {},
): Promise<[FakeAriServer, AriClient]> {
  const fake = await FakeAriServer.start(server);
  cleanUps.push(() => fake.close());
  const ari = new AriClient({ ...fake.credentials, ...options });
  cleanUps.push(() => ari.close());
  return [fake, ari];
}

const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { interval: 2, timeout: 5_000 });

const rejection = async (promise: Promise<unknown>): Promise<AriError> => {
  const error = await promise.then(
    () => new Error("it resolved"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AriError);
  return error as AriError;
};

describe("an operation", () => {
  it("goes out as Asterisk wants it: path, query, JSON body, credentials in the header only", async () => {
    const [server, ari] = await pair();
    server.route(/^POST \/channels\?/, { json: { id: "7" } });
    const channel = await ari.channels.originate({
      endpoint: "PJSIP/a b&c",
      app: "x",
      timeout: -1,
      variables: { A: "ü", B: { value: "1", report_events: true } },
    });
    expect(channel.id).toBe("7");
    const [request] = server.requests;
    expect(request?.target).toBe("/channels?endpoint=PJSIP%2Fa%20b%26c&app=x&timeout=-1");
    expect(JSON.parse(request?.body ?? "")).toEqual({ variables: { A: "ü", B: { value: "1", report_events: true } } });
    expect(request?.headers.authorization).toMatch(/^Basic /);
    expect(request?.target).not.toContain("s3cret-pass");
  });

  it("reuses its connections", async () => {
    const [server, ari] = await pair({}, { maxConnections: 3 });
    const ports = new Set<unknown>();
    server.route(/^GET \/channels$/, ({ headers }) => {
      ports.add(headers.host);
      return { json: [] };
    });
    let connections = 0;
    server.onConnection(() => connections++);
    await Promise.all(Array.from({ length: 50 }, () => ari.channels.list()));
    await ari.channels.list();
    expect(server.requests).toHaveLength(51);
    expect(connections).toBe(3);
  });

  it("says direction=both, which the server documents as its default and does not apply", async () => {
    const [server, ari] = await pair();
    server.route(/mute/, 204);
    await ari.channels.mute({ channelId: "1" });
    await ari.channels.unmute({ channelId: "1", direction: "in" });
    await ari.channels.unmute({ channelId: "1", direction: undefined as never });
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      "POST /channels/1/mute?direction=both",
      "DELETE /channels/1/mute?direction=in",
      "DELETE /channels/1/mute?direction=both",
    ]);
  });

  it("names the encapsulation that an external media transport needs", async () => {
    const [server, ari] = await pair();
    server.route(/externalMedia/, { json: { id: "1" } });
    const base = { app: "a", format: "ulaw" };
    await ari.channels.externalMedia({ ...base, transport: "websocket", connection_type: "server" });
    await ari.channels.externalMedia({ ...base, transport: "tcp", data: "x" });
    await ari.channels.externalMedia({ ...base, external_host: "h:1" });
    expect(server.requests.map(({ target }) => /encapsulation=(\w+)/.exec(target)?.[1])).toEqual([
      "none",
      "audiosocket",
      undefined,
    ]);
  });

  it("never makes a bridge without an id, whose body Asterisk would take for variables", async () => {
    const [server, ari] = await pair();
    server.route(/^POST \/bridges\//, { json: { id: "b" } });
    await ari.bridges.create({ type: "mixing", variables: { A: { value: "1" } } });
    await ari.bridges.create({ bridgeId: "mine" });
    expect(server.requests[0]?.target).toMatch(/^\/bridges\/[\da-f-]{36}\?type=mixing$/);
    expect(server.requests[1]?.target).toBe("/bridges/mine");
  });

  it("sends an event filter as the body itself", async () => {
    const [server, ari] = await pair();
    server.route(/eventFilter/, { json: {} });
    await ari.applications.filter({ applicationName: "a", filter: { allowed: [{ type: "StasisStart" }] } });
    expect(server.requests[0]?.body).toBe('{"allowed":[{"type":"StasisStart"}]}');
  });

  it("without a result resolves with nothing, also on 202", async () => {
    const [server, ari] = await pair();
    server.route(/modules/, 202);
    expect(await ari.asterisk.reloadModule({ moduleName: "res_x.so" })).toBeUndefined();
  });

  it("fetches a stored file whole or as a stream", async () => {
    const [server, ari] = await pair();
    server.route(/stored\/a%2Fb\/file/, {
      raw: "RIFF",
      headers: { "Content-type": "audio/wav", "Content-Length": "4" },
    });
    const file = await ari.recordings.getStoredFile({ recordingName: "a/b" });
    expect([file.contentType, file.length]).toEqual(["audio/wav", 4]);
    expect((await file.buffer()).toString()).toBe("RIFF");
    const { stream } = await ari.recordings.getStoredFile({ recordingName: "a/b" });
    let text = "";
    for await (const chunk of stream) text += String(chunk);
    expect(text).toBe("RIFF");
    server.route(/stored\/long\/file/, { raw: "RIFF", headers: { "Content-Length": "400" } });
    const abort = new AbortController();
    const long = await ari.recordings.getStoredFile({ recordingName: "long" }, { signal: abort.signal });
    const broken = rejection(long.buffer());
    abort.abort();
    expect(await broken).toMatchObject({ code: "ARI_ABORTED" });
    expect(await rejection(ari.recordings.getStoredFile({ recordingName: "c" }))).toMatchObject({
      code: "ARI_NOT_FOUND",
    });
  });
});

describe("a refusal", () => {
  it.each([
    [400, "ARI_BAD_REQUEST", false],
    [401, "ARI_AUTH_FAILED", false],
    [403, "ARI_FORBIDDEN", false],
    [404, "ARI_NOT_FOUND", false],
    [405, "ARI_METHOD_NOT_ALLOWED", false],
    [409, "ARI_CONFLICT", false],
    [412, "ARI_INVALID_STATE", false],
    [413, "ARI_BODY_TOO_LARGE", false],
    [418, "ARI_HTTP_ERROR", false],
    [422, "ARI_UNPROCESSABLE", false],
    [500, "ARI_SERVER_ERROR", false],
    [501, "ARI_NOT_IMPLEMENTED", false],
    [503, "ARI_NOT_BOOTED", true],
  ])("with %i is an error with status, operation and the server's words", async (status, code, retryable) => {
    const [server, ari] = await pair();
    server.route(/answer/, { status, json: { message: "said so" } });
    const error = await rejection(ari.channels.answer({ channelId: "1" }));
    expect(error).toMatchObject({ code, status, retryable, operation: "channels.answer", serverMessage: "said so" });
    expect(error.message).toContain("said so");
  });

  it("of an originate says `error`, not `message`, and is told apart", async () => {
    const [server, ari] = await pair();
    server.route(/channels/, { status: 500, json: { error: "Allocation failed" } });
    expect(await rejection(ari.channels.originate({ endpoint: "NoTech/1", app: "a" }))).toMatchObject({
      code: "ARI_ALLOCATION_FAILED",
      status: 500,
      serverMessage: "Allocation failed",
    });
  });

  it.each(["", "<html>", "[1]", '{"message":7}'])("with the body %j has no server message", async (raw) => {
    const [server, ari] = await pair();
    server.route(/answer/, { status: 404, raw });
    const error = await rejection(ari.channels.answer({ channelId: "1" }));
    expect(error.code).toBe("ARI_NOT_FOUND");
    expect(error.serverMessage).toBeUndefined();
  });

  it.each([
    ["16.28.0", 404, "ARI_UNSUPPORTED"],
    ["16.28.0~dfsg-0+deb11u4", 405, "ARI_UNSUPPORTED"],
    ["22.5.0", 404, "ARI_UNSUPPORTED"],
    ["22.10.1", 404, "ARI_NOT_FOUND"],
    ["GIT-master-1", 404, "ARI_NOT_FOUND"],
  ])("by an Asterisk %s that is too old for the operation says so (%i)", async (version, status, code) => {
    const [server, ari] = await pair({ version });
    server.route(/progress/, { status, json: { message: "Resource not found" } });
    expect(await rejection(ari.channels.progress({ channelId: "1" }))).toMatchObject({ code });
  });

  it("of a body that is too large happens before it is sent", async () => {
    const [server, ari] = await pair();
    const variables = Object.fromEntries(Array.from({ length: 1_000 }, (_, i) => [`NAME${i}`, "x".repeat(40)]));
    expect(await rejection(ari.channels.originate({ endpoint: "a", app: "b", variables }))).toMatchObject({
      code: "ARI_BODY_TOO_LARGE",
    });
    expect(
      await rejection(ari.channels.originate({ endpoint: "a", app: "b", appArgs: "x".repeat(4_000) })),
    ).toMatchObject({ code: "ARI_BODY_TOO_LARGE" });
    expect(server.requests).toEqual([]);
  });
});

describe("a bad argument is refused before it is sent:", () => {
  it.each([
    [
      "a comma in one of several values",
      (ari: AriClient) => ari.channels.play({ channelId: "1", media: ["sound:a,b"] }),
    ],
    ["a comma in a single value", (ari: AriClient) => ari.channels.play({ channelId: "1", media: "sound:a,sound:b" })],
    [
      "too many values",
      (ari: AriClient) => ari.bridges.addChannel({ bridgeId: "1", channel: Array.from({ length: 128 }, () => "x") }),
    ],
    ["a missing id", (ari: AriClient) => ari.channels.hangup({} as never)],
    ["an empty id, which would mean another resource", (ari: AriClient) => ari.channels.hangup({ channelId: "" })],
    ["an unknown parameter", (ari: AriClient) => ari.channels.hangup({ channelId: "1", resaon: "busy" } as never)],
    ["not a number", (ari: AriClient) => ari.channels.dial({ channelId: "1", timeout: NaN })],
    ["an object for a string", (ari: AriClient) => ari.channels.get({ channelId: {} as never })],
    ["half a character", (ari: AriClient) => ari.channels.get({ channelId: "\ud800" })],
    [
      "a body that is no JSON",
      (ari: AriClient) => ari.channels.setChannelVars({ channelId: "1", variables: { a: 1n as never } }),
    ],
    ["a path with a space", (ari: AriClient) => ari.request("GET", "/channels/a b")],
    ["a path with a line break", (ari: AriClient) => ari.request("GET", "/channels\r\nX: y")],
    ["a method that is none", (ari: AriClient) => ari.request("GET /x", "/channels")],
  ])("%s", async (_, call) => {
    const [server, ari] = await pair();
    expect(await rejection(call(ari))).toMatchObject({ code: "ARI_BAD_ARGUMENT" });
    expect(server.requests).toEqual([]);
  });

  it("while line breaks in a value are merely encoded", async () => {
    const [server, ari] = await pair();
    server.route(/variable/, 204);
    await ari.channels.setChannelVar({ channelId: "../x", variable: "A", value: "1\r\nX: y" });
    expect(server.requests[0]?.target).toBe("/channels/..%2Fx/variable?variable=A&value=1%0D%0AX%3A%20y");
  });
});

describe("a request", () => {
  it("gives the answer as it is, whatever its status", async () => {
    const [server, ari] = await pair();
    server.route(/^POST \/channels\/1\/play/, {
      status: 201,
      json: { id: "p" },
      headers: { Location: "/ari/playbacks/p" },
    });
    const made = await ari.request("post", "channels/1/play?media=sound:a", { query: { lang: "en", skip: undefined } });
    expect(made).toMatchObject({ status: 201, body: { id: "p" } });
    expect(made.headers["location"]).toBe("/ari/playbacks/p");
    expect(server.requests[0]?.target).toBe("/channels/1/play?media=sound:a&lang=en");
    expect(await ari.request("GET", "/ari/nothing")).toMatchObject({
      status: 404,
      body: { message: "Resource not found" },
    });
    server.route(/^GET \/raw/, { raw: "abc", headers: { "Content-type": "audio/wav" } });
    expect((await ari.request("GET", "/raw")).body).toEqual(Buffer.from("abc"));
    server.route(/^DELETE \/x/, 204);
    expect((await ari.request("DELETE", "/x", { body: { a: 1 } })).body).toBeUndefined();
    expect(server.requests.at(-1)?.body).toBe('{"a":1}');
  });

  it("that is never answered ends by its time limit, or by its signal", async () => {
    const [server, ari] = await pair({}, { timeoutMs: 20 });
    server.route(/channels/, () => undefined);
    expect(await rejection(ari.channels.list())).toMatchObject({
      code: "ARI_TIMEOUT",
      operation: "channels.list",
      retryable: true,
    });
    const abort = new AbortController();
    const pending = rejection(ari.channels.list({ signal: abort.signal, timeoutMs: 60_000 }));
    await until(() => expect(server.requests).toHaveLength(2));
    abort.abort(new Error("enough"));
    expect(await pending).toMatchObject({ code: "ARI_ABORTED", cause: new Error("enough") });
    expect(await rejection(ari.channels.list({ signal: AbortSignal.abort() }))).toMatchObject({ code: "ARI_ABORTED" });
    expect(server.requests).toHaveLength(2);
  });

  it("to where nobody listens says where, and what to check", async () => {
    const [server, ari] = await pair();
    await server.close();
    const error = await rejection(ari.channels.list());
    expect(error).toMatchObject({ code: "ARI_CONNECT_FAILED", retryable: true });
    expect(error.message).toContain(ari.url);
    expect(error.message).toContain("http.conf");
  });

  it("that is pending when the server goes away settles", async () => {
    const [server, ari] = await pair();
    server.route(/channels/, () => undefined);
    const pending = rejection(ari.channels.list());
    await until(() => expect(server.requests).toHaveLength(1));
    await server.close();
    expect(await pending).toMatchObject({ code: "ARI_LINK_LOST" });
  });

  it("that meets a kept-alive connection just closed is asked again if it is a GET", async () => {
    let requests = 0;
    // Answers once on each connection and resets it when asked again: what a race with session_keep_alive looks like.
    const tcp = createServer((socket) => {
      let served = 0;
      socket.on("data", () => {
        requests++;
        if (++served === 2) socket.resetAndDestroy();
        else socket.write("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n[]");
      });
    });
    await new Promise<void>((resolve) => tcp.listen(0, "127.0.0.1", resolve));
    cleanUps.push(() => new Promise((resolve) => tcp.close(resolve)));
    const ari = new AriClient({
      url: `http://127.0.0.1:${(tcp.address() as AddressInfo).port}/ari`,
      username: "a",
      password: "b",
    });
    cleanUps.push(() => ari.close());
    expect(await ari.channels.list()).toEqual([]);
    expect(await ari.channels.list()).toEqual([]);
    expect(requests).toBe(3);
  });

  it("whose answer is no JSON, or endless, is an error", async () => {
    const [server, ari] = await pair({}, { maxMessageBytes: 1_000 });
    server.route(/channels/, { raw: "<html>" });
    expect(await rejection(ari.channels.list())).toMatchObject({ code: "ARI_BAD_RESPONSE" });
    server.route(/channels/, { raw: "x".repeat(100_000) });
    expect(await rejection(ari.channels.list())).toMatchObject({ code: "ARI_BAD_RESPONSE" });
  });
});

describe("REST over the WebSocket", () => {
  const overWebSocket = { rest: "websocket", apps: "hello" } as const;

  it("is used once the server has shown that it answers there", async () => {
    const [server, ari] = await pair({ restOverWebSocket: true }, overWebSocket);
    server.route(/^GET \/channels$/, { json: [] });
    server.route(/^POST \/channels\/1\/answer/, 204);
    server.route(/^POST \/bridges/, { json: { id: "b" } });
    const frames: string[] = [];
    ari.onFrame(({ direction, text }) => frames.push(`${direction} ${text}`));
    await ari.connect();
    await until(() => expect(ari.restTransport).toBe("websocket"));
    expect(await ari.channels.list()).toEqual([]);
    expect(await ari.channels.answer({ channelId: "1" })).toBeUndefined();
    expect((await ari.createBridge({ name: "x" })).id).toMatch(/^[\da-f-]{36}$/);
    expect(await rejection(ari.channels.get({ channelId: "9" }))).toMatchObject({
      code: "ARI_NOT_FOUND",
      status: 404,
      serverMessage: "Resource not found",
    });
    expect(server.requests).toEqual([]);
    expect(JSON.parse(server.received.at(-1) ?? "")).toMatchObject({
      type: "RESTRequest",
      method: "GET",
      uri: "channels/9",
    });
    expect(frames.some((frame) => frame.startsWith('out {"type":"RESTRequest"'))).toBe(true);
  });

  it("falls back to HTTP where the server does not answer, and for what is too long", async () => {
    const [server, ari] = await pair({}, overWebSocket);
    server.route(/^GET \/channels$/, { json: [] });
    await ari.connect();
    expect(await ari.channels.list()).toEqual([]);
    expect(ari.restTransport).toBe("http");
    expect(server.requests).toHaveLength(1);
    const [newer, modern] = await pair({ restOverWebSocket: true }, overWebSocket);
    newer.route(/^POST \/channels\/1\/variables/, 204);
    await modern.connect();
    await until(() => expect(modern.restTransport).toBe("websocket"));
    await modern.channels.setChannelVars({ channelId: "1", variables: { A: "x".repeat(40_000) } });
    expect(newer.requests).toHaveLength(1);
  });

  it("settles what is pending when the link is lost, and goes back to HTTP", async () => {
    const [server, ari] = await pair(
      { restOverWebSocket: true },
      { ...overWebSocket, reconnect: { minMs: 60_000, maxMs: 60_000 } },
    );
    server.route(/^GET \/channels$/, () => undefined);
    await ari.connect();
    await until(() => expect(ari.restTransport).toBe("websocket"));
    const pending = [
      rejection(ari.channels.list()),
      rejection(ari.channels.list()),
      rejection(ari.channels.list({ timeoutMs: 5 })),
    ];
    expect(await pending[2]).toMatchObject({ code: "ARI_TIMEOUT" });
    server.cut();
    expect(await pending[0]).toMatchObject({ code: "ARI_LINK_LOST" });
    expect(await pending[1]).toMatchObject({ code: "ARI_LINK_LOST" });
    expect(ari.restTransport).toBe("http");
  });
});
