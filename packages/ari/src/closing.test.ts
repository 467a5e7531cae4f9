import { afterEach, describe, expect, it, vi } from "vitest";
import { AriClient } from "./client.ts";
import type { AriClientOptions, AriState } from "./options.ts";
import { channelEvent, stamp } from "./testing/events.ts";
import { type FakeAriOptions, FakeAriServer } from "./testing/fake-ari-server.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function connected(
  options: Partial<AriClientOptions> = {},
  fake: FakeAriOptions = {},
): Promise<[FakeAriServer, AriClient]> {
  const server = await FakeAriServer.start(fake);
  cleanUps.push(() => server.close());
  const ari = new AriClient({ ...server.credentials, apps: "hello", reconnect: { minMs: 1, maxMs: 5 }, ...options });
  cleanUps.push(() => ari.close());
  await ari.connect();
  await until(() => expect(server.sockets.size).toBe(1));
  return [server, ari];
}

const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { interval: 2, timeout: 5_000 });

describe("a closed client", () => {
  it("refuses waits, streams and requests at once, instead of letting them wait for ever", async () => {
    const [server, ari] = await connected();
    const channel = ari.channel("1");
    await ari.close();
    const closed = { code: "ARI_CLOSED" };
    await expect(ari.waitFor("StasisStart")).rejects.toMatchObject(closed);
    await expect(channel.waitFor("StasisEnd")).rejects.toMatchObject(closed);
    expect(() => ari.events()).toThrow(expect.objectContaining(closed));
    await expect(ari.channels.list()).rejects.toMatchObject(closed);
    await expect(ari.request("GET", "/channels")).rejects.toMatchObject(closed);
    await expect(channel.play("sound:a")).rejects.toMatchObject(closed);
    await expect(ari.recordings.getStoredFile({ recordingName: "a" })).rejects.toMatchObject(closed);
    expect(server.requests).toEqual([]);
  });

  it("sends no request that still stood in line, and settles all", async () => {
    const [server, ari] = await connected({ maxConnections: 2 });
    server.route(/^GET \/channels/, undefined);
    const pending = Array.from({ length: 20 }, () => ari.channels.list());
    const outcomes = Promise.allSettled(pending);
    await until(() => expect(server.requests).toHaveLength(2));
    await ari.close();
    for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: "ARI_CLOSED" } });
    await new Promise((resolve) => setImmediate(resolve));
    expect(server.requests).toHaveLength(2);
  });

  it("hears no event that was still on its way", async () => {
    const [server, ari] = await connected();
    const heard: string[] = [];
    ari.on("ChannelDtmfReceived", ({ digit }) => {
      heard.push(digit);
      void ari.close();
    });
    for (const digit of "123") server.send(channelEvent("ChannelDtmfReceived", "1", { digit, duration_ms: 100 }));
    const [socket] = server.sockets;
    await new Promise((resolve) => socket?.once("close", resolve));
    expect(heard).toEqual(["1"]);
  });

  it("that a listener closed as soon as it was connected stays closed and pings nobody", async () => {
    const server = await FakeAriServer.start();
    cleanUps.push(() => server.close());
    const timers = new Set<() => void>();
    const ari = new AriClient(
      { ...server.credentials, apps: "hello" },
      {
        now: () => 0,
        random: () => 0,
        schedule: (_, run) => {
          timers.add(run);
          return () => timers.delete(run);
        },
      },
    );
    const told: string[] = [];
    ari.onNotice("resync", () => told.push("resync"));
    ari.onNotice("state", ({ to }) => {
      told.push(to);
      if (to === "connected") void ari.close();
    });
    await ari.connect().catch(() => undefined);
    await until(() => expect(server.sockets.size).toBe(0));
    expect(told).toEqual(["connecting", "connected", "closed"]);
    expect(timers.size).toBe(0);
  });
});

it("a client whose user is refused on the way back ends waits and streams with the reason", async () => {
  const [server, ari] = await connected();
  const next = ari.events().next();
  const wait = ari.waitFor("StasisStart");
  const end = ari.channel("1").waitFor("StasisEnd");
  server.password = "changed";
  server.cut();
  const refused = { code: "ARI_AUTH_FAILED" };
  await expect(next).rejects.toMatchObject(refused);
  await expect(wait).rejects.toMatchObject(refused);
  await expect(end).rejects.toMatchObject(refused);
  await expect(ari.waitFor("StasisStart")).rejects.toMatchObject(refused);
  expect(ari.state).toBe<AriState>("failed");
});

it("REST goes back to HTTP when another program takes the application over, for its answers no longer come here", async () => {
  const [server, ari] = await connected({ rest: "websocket" }, { restOverWebSocket: true });
  await until(() => expect(ari.restTransport).toBe("websocket"));
  server.send({ type: "ApplicationReplaced", ...stamp() });
  await until(() => expect(ari.restTransport).toBe("http"));
});
