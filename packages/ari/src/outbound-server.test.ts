import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { createOutboundServer, type OutboundServer, type OutboundServerOptions } from "./outbound-server.ts";
import type { OutboundSession } from "./outbound-session.ts";
import { stamp, stasisStart } from "./testing/events.ts";

const cleanUps: (() => unknown)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { interval: 2, timeout: 5_000 });

async function listening(more: Partial<OutboundServerOptions> = {}): Promise<OutboundServer> {
  const server = await createOutboundServer({ port: 0, username: "pbx", password: "p:ss", ...more });
  cleanUps.push(() => server.close());
  return server;
}

/** Plays Asterisk: connects, and answers each RESTRequest with `answer`. */
async function asterisk(
  server: OutboundServer,
  options: { password?: string; path?: string; answer?: (request: { method: string; uri: string }) => object } = {},
): Promise<WebSocket> {
  const ws = new WebSocket(`ws://127.0.0.1:${server.port}${options.path ?? "/"}`, "ari", {
    headers: { Authorization: `Basic ${Buffer.from(`pbx:${options.password ?? "p:ss"}`).toString("base64")}` },
  });
  cleanUps.push(() => ws.terminate());
  ws.on("message", (data: Buffer) => {
    const request = JSON.parse(data.toString()) as { request_id: string; method: string; uri: string };
    const { request_id } = request;
    ws.send(
      JSON.stringify({ type: "RESTResponse", request_id, status_code: 200, ...options.answer?.(request), ...stamp() }),
    );
  });
  await new Promise((resolve, reject) => {
    ws.once("open", resolve);
    ws.once("error", reject);
  });
  return ws;
}

describe("a server for Asterisk's outbound WebSockets", () => {
  it("offers events, handles and REST on a connection that Asterisk opened", async () => {
    const server = await listening();
    const calls: unknown[] = [];
    const faults: unknown[] = [];
    server.onSession((session) => {
      session.onNotice("listener-error", ({ error }) => faults.push(error));
      session.stasis("hello", async (channel, args) => {
        await channel.answer();
        calls.push([channel.id, args, (await session.asterisk.getInfo()).system?.version, session.apps]);
      });
    });
    const seen: string[] = [];
    const pbx = await asterisk(server, {
      answer: ({ method, uri }) => {
        seen.push(`${method} ${uri}`);
        return uri === "asterisk/info" ? { message_body: '{"system":{"version":"22.10.1"}}' } : { status_code: 204 };
      },
    });
    expect(pbx.protocol).toBe("ari");
    pbx.send(JSON.stringify({ type: "ApplicationRegistered", ...stamp() }));
    pbx.send(JSON.stringify(stasisStart("c1", ["x"])));
    await until(() => expect(calls).toEqual([["c1", ["x"], "22.10.1", ["hello"]]]));
    expect(seen).toEqual(["POST channels/c1/answer", "GET asterisk/info"]);
    expect(faults).toEqual([]);
  });

  it("knows the application of a connection made for one call", async () => {
    const server = await listening();
    const ids: string[] = [];
    server.onSession((session) => session.stasis("hello", (channel) => ids.push(channel.id)));
    const pbx = await asterisk(server);
    pbx.send(JSON.stringify(stasisStart("c1", [], "hello:PJSIP/1000-1")));
    pbx.send(JSON.stringify(stasisStart("c2", [], "hellos")));
    pbx.send(JSON.stringify(stasisStart("c3")));
    await until(() => expect(ids).toEqual(["c1", "c3"]));
  });

  it("refuses a wrong password, a wrong path, too many, and a plain request", async () => {
    const server = await listening({ path: "/ari", maxSessions: 1 });
    await expect(asterisk(server, { password: "nope", path: "/ari" })).rejects.toThrow("401");
    await expect(asterisk(server, { path: "/other" })).rejects.toThrow("404");
    await asterisk(server, { path: "/ari?x=y" });
    await expect(asterisk(server, { path: "/ari" })).rejects.toThrow("503");
    expect((await fetch(`http://127.0.0.1:${server.port}/ari`)).status).toBe(426);
    await expect(createOutboundServer({ port: 0, username: "a", password: "" })).rejects.toMatchObject({
      code: "ARI_BAD_OPTION",
    });
    await expect(createOutboundServer({ port: server.port, username: "a", password: "b" })).rejects.toMatchObject({
      code: "EADDRINUSE",
    });
  });

  it("settles everything when Asterisk goes away, and says that files need HTTP", async () => {
    const server = await listening();
    const sessions: OutboundSession[] = [];
    server.onSession((session) => sessions.push(session));
    const pbx = await asterisk(server, { answer: () => ({ status_code: "never" }) });
    await until(() => expect(sessions).toHaveLength(1));
    const [session] = sessions;
    if (session === undefined) throw new Error("no session");
    await expect(session.channels.list()).rejects.toMatchObject({ code: "ARI_BAD_RESPONSE" });
    await expect(session.recordings.getStoredFile({ recordingName: "x" })).rejects.toMatchObject({
      code: "ARI_NOT_IMPLEMENTED",
    });
    pbx.removeAllListeners("message");
    const pending = session.channels.list().catch((error: unknown) => error);
    const waiting = session.waitFor("StasisStart").catch((error: unknown) => error);
    pbx.terminate();
    expect(await pending).toMatchObject({ code: "ARI_LINK_LOST" });
    expect(await waiting).toMatchObject({ code: "ARI_CLOSED" });
    expect(await session.closed).toMatchObject({ code: "ARI_LINK_LOST" });
    expect(server.sessions.size).toBe(0);
    await expect(session.channels.list()).rejects.toMatchObject({ code: "ARI_LINK_LOST" });
  });

  it("closes although peers that it refused, or that went silent, never let go", async () => {
    const server = await createOutboundServer({ port: 0, username: "pbx", password: "p:ss", ping: false });
    const silent = await asterisk(server);
    silent.pause();
    const refused = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
    cleanUps.push(() => refused.destroy());
    refused.on("error", () => undefined);
    refused.write("GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
    await new Promise((resolve) => refused.once("data", resolve));
    await server.close();
    expect(server.sessions.size).toBe(0);
  });

  it.each([
    [
      "throws",
      () => {
        throw new Error("mine");
      },
    ],
    ["rejects", () => Promise.reject(new Error("mine"))],
  ])("goes on when a listener for sessions %s, tells the session, and asks the others", async (_, listener) => {
    const server = await listening();
    const told: unknown[] = [];
    server.onSession((session) => session.onNotice("listener-error", ({ error }) => told.push(error)));
    server.onSession(listener);
    const sessions: OutboundSession[] = [];
    server.onSession((session) => sessions.push(session));
    await asterisk(server);
    await until(() => expect(told).toMatchObject([{ message: "mine" }]));
    expect(sessions).toHaveLength(1);
  });

  it("refuses a request that Asterisk would end the connection for", async () => {
    const server = await listening();
    const session = new Promise<OutboundSession>((resolve) => server.onSession(resolve));
    await asterisk(server);
    const quotes = '"'.repeat(20_000);
    await expect(
      (await session).channels.setChannelVars({ channelId: "1", variables: { A: quotes } }),
    ).rejects.toMatchObject({ code: "ARI_BODY_TOO_LARGE" });
  });

  it("notices a dead peer", async () => {
    const server = await listening({ ping: { idleMs: 5, timeoutMs: 20 } });
    const reason = new Promise((resolve) => server.onSession((session) => session.closed.then(resolve)));
    (await asterisk(server)).pause();
    expect(await reason).toMatchObject({ code: "ARI_PEER_DEAD" });
  });
});
