import { once } from "node:events";
import { createServer, type AddressInfo } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AriClient, connectAri } from "./client.ts";
import { AriError } from "./errors.ts";
import type { AriClientOptions, AriResync, AriStateChange } from "./options.ts";
import { channelEvent, stasisStart, stamp } from "./testing/events.ts";
import { type FakeAriOptions, FakeAriServer } from "./testing/fake-ari-server.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function fakeServer(options: FakeAriOptions = {}): Promise<FakeAriServer> {
  const server = await FakeAriServer.start(options);
  cleanUps.push(() => server.close());
  return server;
}

function client(server: FakeAriServer, options: Partial<AriClientOptions> = {}): AriClient {
  const made = new AriClient({ ...server.credentials, apps: "hello", reconnect: { minMs: 1, maxMs: 5 }, ...options });
  cleanUps.push(() => made.close());
  return made;
}

/** Waits for a condition; generous, since it ends as soon as it holds. */
const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { interval: 2, timeout: 5_000 });

const rejection = async (promise: Promise<unknown>): Promise<AriError> => {
  const error = await promise.then(
    () => new Error("it resolved"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AriError);
  return error as AriError;
};

describe("connecting", () => {
  it("takes one request, and neither the address nor any frame holds the password", async () => {
    const server = await fakeServer({ password: "p:w/ö? ü" });
    const ari = client(server);
    await ari.connect();
    expect(server.requests).toEqual([]);
    expect(server.upgrades.map((each) => each.target)).toEqual(["/events?app=hello"]);
    expect(server.upgrades[0]?.headers["sec-websocket-protocol"]).toBe("ari");
    expect(JSON.stringify(server.upgrades[0]?.target) + ari.url).not.toContain("p:w");
  });

  it("takes the credentials out of the URL", async () => {
    const server = await fakeServer({ password: "a/b@c" });
    const url = server.url.replace("//", `//asterisk:${encodeURIComponent("a/b@c")}@`);
    const ari = await connectAri({ url, apps: "hello" });
    cleanUps.push(() => ari.close());
    expect(ari.url).toBe(server.url);
    expect(server.upgrades[0]?.target).toBe("/events?app=hello");
  });

  it("registers several applications with commas, once each, and may subscribe to all", async () => {
    const server = await fakeServer();
    await client(server, { apps: ["hello", "b c", "hello"], subscribeAll: true }).connect();
    expect(server.upgrades[0]?.target).toBe("/events?app=hello,b%20c&subscribeAll=true");
  });

  it("rejects a wrong password at once, does not crash, and does not try again", async () => {
    const server = await fakeServer();
    const ari = client(server, { password: "wrong-password" });
    const error = await rejection(ari.connect());
    expect(error).toMatchObject({ code: "ARI_AUTH_FAILED", status: 401 });
    expect(`${error.message}${error.stack ?? ""}`).not.toContain("wrong-password");
    expect(ari.state).toBe("failed");
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(server.upgrades).toHaveLength(1);
    await expect(rejection(ari.connect())).resolves.toMatchObject({ code: "ARI_AUTH_FAILED" });
  });

  it("tries again for ever from the first attempt on, each time saying why", async () => {
    const server = await fakeServer();
    const { port } = server;
    await server.close();
    const ari = new AriClient({
      url: `http://127.0.0.1:${port}/ari`,
      username: "asterisk",
      password: "s3cret-pass",
      apps: "hello",
      reconnect: { minMs: 1, maxMs: 3 },
    });
    cleanUps.push(() => ari.close());
    const reasons: string[] = [];
    ari.onNotice("error", (error) => reasons.push(error.code));
    const connected = ari.connect();
    await until(() => expect(reasons.length).toBeGreaterThan(12));
    const again = await FakeAriServer.start({ port });
    cleanUps.push(() => again.close());
    await connected;
    expect(new Set(reasons)).toEqual(new Set(["ARI_CONNECT_FAILED"]));
  });

  it("waits while Asterisk is not booted", async () => {
    const server = await fakeServer();
    server.refuseUpgrade = 503;
    const ari = client(server);
    const errors: AriError[] = [];
    ari.onNotice("error", (error) => errors.push(error));
    const connected = ari.connect();
    await until(() => expect(errors.length).toBeGreaterThan(1));
    expect(errors[0]).toMatchObject({ code: "ARI_NOT_BOOTED", retryable: true });
    server.refuseUpgrade = undefined;
    await connected;
  });

  it("gives a server up that accepts and then says nothing", async () => {
    const server = await fakeServer();
    server.refuseUpgrade = 0;
    const ari = client(server, { connectTimeoutMs: 20 });
    const errors: AriError[] = [];
    ari.onNotice("error", (error) => errors.push(error));
    const connected = ari.connect();
    await until(() => expect(errors[0]).toMatchObject({ code: "ARI_CONNECT_TIMEOUT" }));
    server.refuseUpgrade = undefined;
    await connected;
  });

  it("can be stopped by a signal, and by a time-out", async () => {
    const server = await fakeServer();
    server.refuseUpgrade = 500;
    const abort = new AbortController();
    const connecting = client(server).connect({ signal: abort.signal });
    abort.abort();
    expect(await rejection(connecting)).toMatchObject({ code: "ARI_ABORTED" });
    expect(await rejection(client(server).connect({ timeoutMs: 10 }))).toMatchObject({ code: "ARI_TIMEOUT" });
  });

  it("says why the last attempt failed when it is stopped or runs out of time", async () => {
    const server = await FakeAriServer.start();
    const { url } = server;
    const abort = new AbortController();
    const ari = client(server);
    await server.close();
    const connecting = ari.connect({ signal: abort.signal });
    await until(() => expect(ari.state).toBe("waiting"));
    const reason = new Error("too late");
    abort.abort(reason);
    const stopped = await rejection(connecting);
    expect(stopped.message).toMatch(/was stopped\. The last attempt failed: .*ECONNREFUSED/);
    expect(stopped.message).toContain(url);
    expect(stopped).toMatchObject({ code: "ARI_ABORTED", cause: reason });
    expect(await rejection(ari.connect({ timeoutMs: 10 }))).toMatchObject({
      code: "ARI_TIMEOUT",
      message: expect.stringMatching(/did not come within 10 ms\. The last attempt failed: .*ECONNREFUSED/),
    });
  });

  it("refuses a server that is no WebSocket server", async () => {
    const tcp = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.resume();
      socket.end(
        "HTTP/1.1 101 Switching\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: nonsense\r\n\r\n",
      );
    }).listen(0, "127.0.0.1");
    await once(tcp, "listening");
    cleanUps.push(() => new Promise((resolve) => tcp.close(resolve)));
    const ari = new AriClient({
      url: `http://127.0.0.1:${(tcp.address() as AddressInfo).port}/ari`,
      username: "a",
      password: "b",
      apps: "x",
    });
    cleanUps.push(() => ari.close());
    const error = new Promise((resolve) => ari.onNotice("error", resolve));
    ari.connect().catch(() => undefined);
    expect(await error).toMatchObject({ code: "ARI_PROTOCOL" });
  });

  it("without applications asks once who the server is, and opens no WebSocket", async () => {
    const server = await fakeServer();
    const ari = client(server, { apps: [] });
    await ari.connect();
    expect(server.requests.map((each) => each.target)).toEqual(["/asterisk/info?only=system"]);
    expect(server.upgrades).toEqual([]);
    expect(ari.state).toBe("connected");
    expect(await rejection(client(server, { apps: [], password: "no" }).connect())).toMatchObject({
      code: "ARI_AUTH_FAILED",
    });
  });

  it("after close it says so", async () => {
    const server = await fakeServer();
    const ari = client(server);
    await ari.connect();
    const waiting = rejection(ari.waitFor("StasisStart"));
    const stream = ari.events();
    await ari.close();
    expect(await waiting).toMatchObject({ code: "ARI_CLOSED" });
    expect(await stream.next()).toEqual({ done: true, value: undefined });
    expect(await rejection(ari.connect())).toMatchObject({ code: "ARI_CLOSED" });
    await until(() => expect(server.sockets.size).toBe(0));
  });

  it.each([
    [{ url: "not a url" }, "not a URL"],
    [{ url: "ftp://x/ari" }, "begins with ftp:"],
    [{ url: "http://u:topsecret@x/ari?api_key=u:topsecret" }, "has a query"],
    [{ url: "http://x/ari" }, "needs a user"],
    [{ url: "http://x/ari", username: "a:b", password: "x" }, "colon"],
    [{ url: "http://x/ari", username: "a", password: "x", apps: "a,b" }, "comma"],
    [{ url: "http://x/ari", username: "a", password: "x", timeoutMs: 0 }, "timeoutMs"],
    [
      { url: "http://x/ari", username: "a", password: "x", apps: "a", eventFilter: { b: { allowed: [] } } },
      "not in apps",
    ],
  ])("refuses bad options %#", (options, message) => {
    const refused = expect.objectContaining({
      code: "ARI_BAD_OPTION",
      message: expect.stringContaining(message) as string,
    });
    expect(() => new AriClient(options)).toThrow(refused);
    expect(() => new AriClient(options)).not.toThrow("topsecret");
  });
});

describe("a lost link", () => {
  it("comes back by itself however often, tells its states and the gap, and goes on with events", async () => {
    const server = await fakeServer();
    const ari = client(server);
    const states: AriStateChange[] = [];
    const gaps: AriResync[] = [];
    const digits: string[] = [];
    ari.onNotice("state", (change) => states.push(change));
    ari.onNotice("resync", (resync) => gaps.push(resync));
    ari.on("ChannelDtmfReceived", ({ digit }) => digits.push(digit));
    await ari.connect();
    for (let round = 1; round <= 30; round++) {
      server.cut();
      await until(() => expect(gaps).toHaveLength(round + 1));
      await until(() => expect(server.sockets.size).toBe(1));
      server.send(channelEvent("ChannelDtmfReceived", "1", { digit: String(round % 10), duration_ms: 100 }));
      await until(() => expect(digits).toHaveLength(round));
    }
    expect(gaps[0]).toEqual({ first: true, gapMs: 0, attempts: 1 });
    expect(gaps[1]).toMatchObject({ first: false, attempts: 1 });
    expect(states.map(({ to }) => to).slice(0, 5)).toEqual([
      "connecting",
      "connected",
      "waiting",
      "connecting",
      "connected",
    ]);
    expect(states[2]?.cause).toMatchObject({ code: "ARI_LINK_LOST" });
    expect(states[2]?.retryInMs).toBeGreaterThanOrEqual(0);
  });

  it("is noticed when the peer is silent and does not answer a ping", async () => {
    const server = await fakeServer();
    const ari = client(server, { ping: { idleMs: 10, timeoutMs: 20 } });
    await ari.connect();
    const lost = new Promise<AriStateChange>((resolve) => {
      ari.onNotice("state", (change) => {
        if (change.to === "waiting") resolve(change);
      });
    });
    await until(() => expect(server.sockets.size).toBe(1));
    // A paused socket reads no ping and so answers none: what a dead peer looks like from here.
    for (const socket of server.sockets) socket.pause();
    expect((await lost).cause).toMatchObject({ code: "ARI_PEER_DEAD" });
  });

  it("is not suspected while the peer answers pings", async () => {
    const server = await fakeServer();
    const ari = client(server, { ping: { idleMs: 5, timeoutMs: 100 } });
    await ari.connect();
    let pings = 0;
    await until(() => expect(server.sockets.size).toBe(1));
    for (const socket of server.sockets) socket.on("ping", () => pings++);
    await until(() => expect(pings).toBeGreaterThan(2));
    expect(ari.state).toBe("connected");
    expect(server.upgrades).toHaveLength(1);
  });

  it("ends for good when the user is refused on the way back", async () => {
    const server = await fakeServer();
    const ari = client(server);
    await ari.connect();
    server.password = "changed";
    const failed = new Promise<AriStateChange>((resolve) => {
      ari.onNotice("state", (change) => {
        if (change.to === "failed") resolve(change);
      });
    });
    server.cut();
    expect((await failed).cause).toMatchObject({ code: "ARI_AUTH_FAILED" });
  });

  it("a close frame with a code and a reason is told", async () => {
    const server = await fakeServer();
    const ari = client(server);
    await ari.connect();
    const told = new Promise<AriError>((resolve) => ari.onNotice("error", resolve));
    await until(() => expect(server.sockets.size).toBe(1));
    for (const socket of server.sockets) socket.close(1001, "going away");
    expect((await told).message).toContain("code 1001, going away");
  });
});

describe("events", () => {
  it("in the same segment as the handshake's answer reach listeners attached after `await connectAri`", async () => {
    const server = await fakeServer();
    server.greeting = [stasisStart("1"), stasisStart("2")];
    const ari = await connectAri({ ...server.credentials, apps: "hello" });
    cleanUps.push(() => ari.close());
    const ids: string[] = [];
    ari.on("StasisStart", ({ channel }) => ids.push(channel.id));
    await until(() => expect(ids).toEqual(["1", "2"]));
  });

  it("in a burst are all delivered, at once and in order: none is merged, none is late", async () => {
    const server = await fakeServer();
    const ari = client(server);
    const variables: string[] = [];
    let digits = "";
    ari.on("ChannelVarset", ({ value }) => variables.push(value));
    ari.on("ChannelDtmfReceived", ({ digit }) => (digits += digit));
    await ari.connect();
    await until(() => expect(server.sockets.size).toBe(1));
    const heldBack: number[] = [];
    let frames = 0;
    ari.onFrame(() => heldBack.push(frames++ - variables.length - digits.length));
    for (let i = 0; i < 20; i++) server.send(channelEvent("ChannelVarset", "7", { variable: "V", value: String(i) }));
    for (const digit of "1234") server.send(channelEvent("ChannelDtmfReceived", "7", { digit, duration_ms: 100 }));
    await until(() => expect(digits).toBe("1234"));
    expect(variables).toEqual(Array.from({ length: 20 }, (_, i) => String(i)));
    // When a frame comes, every event of the frames before it has been delivered.
    expect(heldBack).toEqual(Array.from({ length: 24 }, () => 0));
  });

  it("of an unknown type pass through and crash nothing", async () => {
    const server = await fakeServer();
    const ari = client(server);
    const seen: unknown[] = [];
    ari.on("SomethingNew", (event) => seen.push(event["extra"]));
    ari.on("*", (event) => seen.push(event.type));
    await ari.connect();
    await until(() => expect(server.sockets.size).toBe(1));
    server.send({ type: "SomethingNew", ...stamp(), extra: { a: 1 } });
    server.send({ type: "__proto__", ...stamp() });
    server.send({ type: "constructor", ...stamp() });
    await until(() => expect(seen).toEqual([{ a: 1 }, "SomethingNew", "__proto__", "constructor"]));
  });

  it("that are no JSON, or no event, are reported and left out; the link stays", async () => {
    const server = await fakeServer();
    const ari = client(server);
    const errors: string[] = [];
    const seen: string[] = [];
    ari.onNotice("error", (error) => errors.push(error.code));
    ari.on("*", ({ type }) => seen.push(type));
    await ari.connect();
    await until(() => expect(server.sockets.size).toBe(1));
    for (const text of ["{not json", "null", "42", "[]", "{}", '{"type":7}', ""]) server.send(text);
    for (const socket of server.sockets) socket.send(Buffer.from("binary"));
    server.send({ type: "Last", ...stamp() });
    await until(() => expect(seen).toEqual(["Last"]));
    expect(errors).toEqual(Array.from({ length: 7 }, () => "ARI_PROTOCOL"));
    expect(server.upgrades).toHaveLength(1);
  });

  it("reach the other listeners when one throws or rejects, and the fault is reported", async () => {
    const server = await fakeServer();
    const ari = client(server);
    const faults: [string, unknown][] = [];
    const seen: string[] = [];
    ari.onNotice("listener-error", ({ name, error }) => faults.push([name, error]));
    ari.on("StasisStart", () => {
      throw new Error("mine");
    });
    ari.on("StasisStart", () => Promise.reject(new Error("later")));
    ari.on("StasisStart", ({ channel }) => seen.push(channel.id));
    await ari.connect();
    await until(() => expect(server.sockets.size).toBe(1));
    server.send(stasisStart("1"));
    await until(() => expect(faults).toHaveLength(2));
    expect(seen).toEqual(["1"]);
    expect(faults.map(([name, error]) => [name, String(error)])).toEqual([
      ["StasisStart", "Error: mine"],
      ["StasisStart", "Error: later"],
    ]);
  });

  it("reach the other listeners whatever one throws, also while nobody listens to faults", async () => {
    const server = await fakeServer();
    const ari = client(server);
    await ari.connect();
    const warned = once(process, "warning");
    ari.on("X", () => {
      throw Object.create(null);
    });
    const heard = ari.waitFor("X");
    server.send({ type: "X", ...stamp() });
    expect(await heard).toMatchObject({ type: "X" });
    expect((await warned)[0]).toBeInstanceOf(Error);
    expect(ari.state).toBe("connected");
  });

  it("that another program takes over raise the alarm", async () => {
    const server = await fakeServer();
    const ari = client(server);
    const alarm = new Promise((resolve) => ari.onNotice("application-replaced", resolve));
    await ari.connect();
    await until(() => expect(server.sockets.size).toBe(1));
    server.send({ type: "ApplicationReplaced", ...stamp() });
    expect(await alarm).toEqual({ application: "hello" });
  });

  it("can be taken from an iterator, filtered by type", async () => {
    const server = await fakeServer();
    const ari = client(server);
    await ari.connect();
    await until(() => expect(server.sockets.size).toBe(1));
    const stream = ari.events({ types: ["StasisStart", "StasisEnd"] });
    server.send(stasisStart("1"));
    server.send(channelEvent("ChannelVarset", "1", { variable: "x", value: "y" }));
    server.send(channelEvent("StasisEnd", "1"));
    const types: string[] = [];
    for await (const { type } of stream) if (types.push(type) === 2) break;
    expect(types).toEqual(["StasisStart", "StasisEnd"]);
    expect(await stream.next()).toEqual({ done: true, value: undefined });
  });

  it("can be waited for, with a condition, a time limit and a signal", async () => {
    const server = await fakeServer();
    const ari = client(server);
    await ari.connect();
    await until(() => expect(server.sockets.size).toBe(1));
    const second = ari.waitFor("StasisStart", { where: ({ channel }) => channel.id === "2" });
    server.send(stasisStart("1"));
    server.send(stasisStart("2"));
    expect((await second).channel.id).toBe("2");
    expect(await rejection(ari.waitFor("StasisEnd", { timeoutMs: 5 }))).toMatchObject({ code: "ARI_TIMEOUT" });
    expect(await rejection(ari.waitFor("StasisEnd", { signal: AbortSignal.abort() }))).toMatchObject({
      code: "ARI_ABORTED",
    });
  });

  it("are shown as raw frames to who captures", async () => {
    const server = await fakeServer();
    const ari = client(server);
    const frames: unknown[] = [];
    ari.onFrame((frame) => frames.push(frame));
    await ari.connect();
    await until(() => expect(server.sockets.size).toBe(1));
    server.send('{"type":"A",  "x":"ü"}');
    await until(() => expect(frames).toEqual([{ direction: "in", text: '{"type":"A",  "x":"ü"}' }]));
  });
});

describe("an event filter", () => {
  it("is set for each application, before the connection is announced and again after each reconnect", async () => {
    const server = await fakeServer();
    server.route(/^PUT \/applications\/\w+\/eventFilter$/, { json: {} });
    const ari = client(server, { apps: ["hello", "other"], eventFilter: { hello: { allowed: ["StasisStart"] } } });
    await ari.connect();
    expect(server.requests.map(({ method, target, body }) => [method, target, JSON.parse(body)])).toEqual([
      ["PUT", "/applications/hello/eventFilter", { allowed: [{ type: "StasisStart" }], disallowed: [] }],
    ]);
    await ari.setEventFilter("other", { disallowed: ["ChannelVarset"] });
    server.cut();
    await until(() => expect(server.requests).toHaveLength(4));
    expect(server.requests.slice(2).map(({ target }) => target)).toEqual([
      "/applications/hello/eventFilter",
      "/applications/other/eventFilter",
    ]);
  });

  it("keeps the answers of REST over WebSocket", async () => {
    const server = await fakeServer({ restOverWebSocket: true });
    server.route(/eventFilter/, { json: {} });
    const ari = client(server, { rest: "websocket", eventFilter: { allowed: ["StasisStart"] } });
    await ari.connect();
    expect(JSON.parse(server.requests[0]?.body ?? "")).toEqual({
      allowed: [{ type: "StasisStart" }, { type: "RESTResponse" }],
      disallowed: [],
    });
  });

  it("that the server is too old for is reported, and the events come all the same", async () => {
    const server = await fakeServer({ version: "13.20.0" });
    const ari = client(server, { eventFilter: { allowed: ["StasisStart"] } });
    const told = new Promise((resolve) => ari.onNotice("error", resolve));
    await ari.connect();
    expect(await told).toMatchObject({ code: "ARI_UNSUPPORTED", operation: "applications.filter" });
  });
});
