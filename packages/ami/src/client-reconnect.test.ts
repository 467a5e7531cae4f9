import { createServer } from "node:net";
import { describe, expect, it } from "vitest";
import { AmiClient } from "./client.ts";
import type { AmiStateChange } from "./client-options.ts";
import { AmiLinkLostError } from "./errors.ts";
import { clientOf, connected, next } from "./testing/connected.ts";
import { FakeRuntime } from "./testing/fake-runtime.ts";
import { event, reply, ScriptedAsterisk } from "./testing/scripted-asterisk.ts";

const isReady = (change: AmiStateChange): boolean => change.to === "ready";

describe("reconnecting", () => {
  it("comes back after a drop and tells how long the gap was", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const again = next(client, "resync");
    const lost = next(client, "error");
    peer.last.cut();
    expect(await lost).toBeInstanceOf(AmiLinkLostError);
    const { first, gapMs, attempts } = await again;
    expect([first, attempts]).toEqual([false, 1]);
    expect(gapMs).toBeGreaterThan(0);
    expect((await client.action("Ping")).get("Ping")).toBe("Pong");
  });

  it("connects in the end when the server is down at the first attempt", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await peer.stop();
    await using client = clientOf(peer);
    const refused = next(client, "error");
    const connecting = client.connect();
    expect(await refused).toMatchObject({ code: "AMI_CONNECT_FAILED", retryable: true });
    await peer.start();
    await connecting;
    expect(client.state).toBe("ready");
  });

  it("waits longer each time, up to a cap, with chance, and never gives up", async () => {
    // A port that was free a moment ago: nobody listens there.
    const probe = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => probe.once("listening", resolve));
    const { port } = probe.address() as { port: number };
    await new Promise((resolve) => probe.close(resolve));
    const runtime = new FakeRuntime();
    const client = new AmiClient(
      { host: "127.0.0.1", port, username: "u", secret: "s", reconnect: { minMs: 100, maxMs: 1000 } },
      runtime,
    );
    client.connect().catch(() => {});
    const waits: (number | undefined)[] = [];
    for (let attempt = 0; attempt < 60; attempt++) {
      runtime.chance = attempt % 2;
      const { retryInMs } = await next(client, "state", ({ to }: AmiStateChange) => to === "waiting");
      waits.push(retryInMs);
      runtime.advance(retryInMs ?? 0);
    }
    expect(waits.slice(0, 6)).toEqual([50, 200, 200, 800, 500, 1000]);
    expect(new Set(waits.slice(4))).toEqual(new Set([500, 1000]));
    await client.close();
    expect([client.state, runtime.timers]).toEqual(["closed", 0]);
  });

  it("closes at once while it waits", async () => {
    await using peer = await ScriptedAsterisk.listen();
    const client = await connected(peer, { reconnect: { minMs: 60_000, maxMs: 60_000 } });
    const waiting = next(client, "state", ({ to }: AmiStateChange) => to === "waiting");
    await peer.stop();
    await waiting;
    await client.close();
    await client.close();
    expect(client.state).toBe("closed");
  });

  it("stops for good when the secret is no longer right", async () => {
    let secretIsRight = true;
    await using peer = await ScriptedAsterisk.listen({
      login: (action) =>
        secretIsRight ? reply(action, "Success") : reply(action, "Error", ["Message: Authentication failed"]),
    });
    await using client = await connected(peer);
    secretIsRight = false;
    const closed = next(client, "state", ({ to }: AmiStateChange) => to === "closed");
    peer.last.cut();
    expect(await closed).toMatchObject({ cause: { code: "AMI_AUTH_FAILED" } });
    expect(peer.sessions).toHaveLength(2);
  });

  it("finds a peer that is gone without a word, by a ping with a deadline", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer, { ping: { idleMs: 1000, timeoutMs: 500 } }, runtime);
    // A ping that is answered changes nothing.
    runtime.advance(1000);
    await peer.until(() => peer.last.actions.at(-1)?.name === "Ping");
    await new Promise<void>((resolve) => {
      const unlisten = client.onBytes(() => {
        unlisten();
        resolve();
      });
    });
    runtime.advance(500);
    expect(client.state).toBe("ready");
    peer.last.playDead();
    const pending = client.action("Getvar", { Variable: "x" });
    const lost = pending.catch((error: unknown) => error);
    runtime.advance(1000);
    runtime.advance(500);
    expect(await lost).toMatchObject({ code: "AMI_LINK_LOST", cause: { code: "AMI_PEER_DEAD" } });
    expect(client.state).toBe("waiting");
    expect(client.stats.lateReplies).toBe(0);
  });

  it("does not take a peer for dead that is busy with an action which blocks its session", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen({ actions: { waitevent: () => undefined } });
    await using client = await connected(
      peer,
      { ping: { idleMs: 1000, timeoutMs: 500 }, timeoutMs: 3_600_000 },
      runtime,
    );
    const waiting = client.action("WaitEvent", { Timeout: 60 }).catch(() => "over");
    await peer.until(() => peer.last.actions.at(-1)?.name === "WaitEvent");
    for (let second = 0; second < 50; second++) runtime.advance(1000);
    expect([client.state, peer.last.actions.some(({ name }) => name === "Ping")]).toEqual(["ready", false]);
    await client.close();
    expect(await waiting).toBe("over");
  });

  it("does not take it for dead either when the caller has given such an action up", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen({ actions: { waitevent: () => undefined } });
    await using client = await connected(peer, { ping: { idleMs: 1000, timeoutMs: 500 }, timeoutMs: 2000 }, runtime);
    const waiting = client.action("WaitEvent", { Timeout: 60 });
    const pings = (): number => peer.last.actions.filter(({ name }) => name === "Ping").length;
    await peer.until(() => peer.last.actions.at(-1)?.name === "WaitEvent");
    const givenUp = waiting.catch((error: unknown) => error);
    for (let second = 0; second < 60; second++) runtime.advance(1000);
    expect(await givenUp).toMatchObject({ code: "AMI_TIMEOUT" });
    expect([client.state, pings()]).toEqual(["ready", 0]);
    const late = peer.last.actions.find(({ name }) => name === "WaitEvent");
    const heard = new Promise<void>((resolve) => client.onBytes(() => resolve()));
    peer.last.send(reply(late as NonNullable<typeof late>, "Success"));
    await heard;
    runtime.advance(2000);
    await peer.until(() => pings() === 1);
  });

  it("asks all the same when that lasts longer than any action does", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen({ actions: { waitevent: () => undefined } });
    await using client = await connected(
      peer,
      { ping: { idleMs: 60_000, timeoutMs: 500 }, timeoutMs: 3_600_000 },
      runtime,
    );
    const waiting = client.action("WaitEvent", { Timeout: -1 }).catch((error: unknown) => error);
    await peer.until(() => peer.last.actions.at(-1)?.name === "WaitEvent");
    peer.last.playDead();
    for (let minute = 0; minute < 10; minute++) runtime.advance(60_000);
    runtime.advance(500);
    expect(await waiting).toMatchObject({ cause: { code: "AMI_PEER_DEAD" } });
  });

  it("waits longer each time when it is dropped right after each login, and not when a session lasted", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen();
    await using client = clientOf(peer, { reconnect: { minMs: 100, maxMs: 1000 }, ping: false }, runtime);
    const waits: (number | undefined)[] = [];
    const dropAfter = async (ms: number): Promise<void> => {
      const waiting = next(client, "state", ({ to }: AmiStateChange) => to === "waiting");
      runtime.advance(ms);
      peer.last.cut();
      const { retryInMs } = await waiting;
      waits.push(retryInMs);
      const again = next(client, "state", isReady);
      runtime.advance(retryInMs ?? 0);
      await again;
    };
    await client.connect();
    for (let drop = 0; drop < 6; drop++) await dropAfter(0);
    await dropAfter(5000);
    await dropAfter(0);
    expect(waits).toEqual([75, 150, 300, 600, 750, 750, 75, 150]);
  });

  it("treats a broken limit as a lost link, and not as the end of the process", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer, { limits: { maxMessageBytes: 1000 } });
    const lost = next(client, "error");
    const again = next(client, "state", isReady);
    peer.last.send(
      event(
        "Flood",
        Array.from({ length: 100 }, (_, n) => `Header: ${n} ${"x".repeat(20)}`),
      ),
    );
    expect(await lost).toMatchObject({ code: "AMI_MESSAGE_TOO_LONG" });
    await again;
    expect(client.state).toBe("ready");
  });

  it("keeps streams and listeners over a reconnect", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const stream = client.events({ names: ["A"] });
    peer.last.send(event("A", ["N: 1"]));
    expect((await stream.next()).value?.get("N")).toBe("1");
    const again = next(client, "state", isReady);
    peer.last.cut();
    await again;
    peer.last.send(event("A", ["N: 2"]));
    expect((await stream.next()).value?.get("N")).toBe("2");
    await client.close();
    expect((await stream.next()).done).toBe(true);
  });
});
