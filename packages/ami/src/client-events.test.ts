import { describe, expect, it } from "vitest";
import { AmiClosedError, AmiOverflowError } from "./errors.ts";
import type { AmiLag, AmiListenerError } from "./client-options.ts";
import type { AmiMessage } from "./message.ts";
import { connected, next } from "./testing/connected.ts";
import { FakeRuntime } from "./testing/fake-runtime.ts";
import { event, ScriptedAsterisk } from "./testing/scripted-asterisk.ts";

const numbered = (from: number, to: number): string =>
  Array.from({ length: to - from }, (_, index) => event("A", [`N: ${from + index}`])).join("");
const numberOf = (message: AmiMessage | undefined): number => Number(message?.get("N"));

describe("listeners", () => {
  it("hear the events they asked for, in order, until they stop", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const heard: string[] = [];
    const stop = client.onEvent(["A", "B"], ({ name }) => heard.push(`1 ${name}`));
    client.onEvent("B", ({ name }) => heard.push(`2 ${name}`));
    client.onEvent("*", ({ name }) => heard.push(`* ${name}`));
    peer.last.send(event("A") + event("B") + event("C"));
    await client.action("Ping");
    stop();
    stop();
    peer.last.send(event("B"));
    await client.action("Ping");
    expect(heard).toEqual(["1 A", "* A", "1 B", "2 B", "* B", "* C", "2 B", "* B"]);
  });

  it("may end each other while an event is told, and are not told it any more", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const heard: string[] = [];
    let endSecond = (): void => {};
    client.onEvent(["A", "*"], () => endSecond());
    client.onEvent("A", ({ name }) => heard.push(`first ${name}`));
    endSecond = client.onEvent("*", ({ name }) => heard.push(`second ${name}`));
    peer.last.send(event("A") + event("*"));
    await client.action("Ping");
    expect(heard).toEqual(["first A"]);
  });

  it("of the client's own notices never meet events of the same name", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const notices: string[] = [];
    const events: string[] = [];
    for (const name of ["error", "state", "resync", "lag"] as const) client.on(name, () => notices.push(name));
    client.onEvent(["close", "error", "connect", "state", "constructor", "__proto__"], ({ name }) => events.push(name));
    peer.last.send(
      ["close", "error", "connect", "state", "constructor", "__proto__"].map((name) => event(name)).join(""),
    );
    await client.action("Ping");
    expect(events).toEqual(["close", "error", "connect", "state", "constructor", "__proto__"]);
    expect(notices).toEqual([]);
  });

  it("that throw break nobody else, and are told of", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const heard: string[] = [];
    const errors: AmiListenerError[] = [];
    client.on("listener-error", (error) => {
      errors.push(error);
      throw new Error("this one too");
    });
    client.onEvent("A", () => {
      throw new Error("my fault");
    });
    client.onEvent("A", ({ name }) => heard.push(name));
    client.onBytes(() => {
      throw new Error("and this");
    });
    client.on("state", () => {
      throw new Error("and that");
    });
    peer.last.send(event("A"));
    await client.action("Ping");
    expect(heard).toEqual(["A"]);
    expect(errors.find(({ name }) => name === "A")?.error).toEqual(new Error("my fault"));
    expect(client.state).toBe("ready");
  });

  it("may close the client, and hear nothing after that", async () => {
    await using peer = await ScriptedAsterisk.listen();
    const client = await connected(peer);
    const heard: string[] = [];
    const closed = next(client, "state", ({ to }) => to === "closed");
    client.on("event", ({ name }) => {
      heard.push(name);
      void client.close();
    });
    const pending = client.action("Ping").catch((error: unknown) => error);
    peer.last.send(event("A") + event("B"));
    await closed;
    expect(await pending).toBeInstanceOf(AmiClosedError);
    expect(heard).toEqual(["A"]);
  });

  it("of several servers hear their own server only", async () => {
    await using first = await ScriptedAsterisk.listen();
    await using second = await ScriptedAsterisk.listen();
    await using one = await connected(first);
    await using two = await connected(second);
    const heard: string[] = [];
    one.on("event", ({ name }) => heard.push(`one ${name}`));
    two.on("event", ({ name }) => heard.push(`two ${name}`));
    first.last.send(event("A"));
    second.last.send(event("B"));
    await Promise.all([one.action("Ping"), two.action("Ping")]);
    expect(heard.toSorted()).toEqual(["one A", "two B"]);
  });

  it("of bytes get all of them, in a copy of their own", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const kept: Uint8Array[] = [];
    client.onBytes((bytes) => kept.push(bytes));
    await peer.last.sendPieces([event("A"), event("B"), event("C")]);
    await client.action("Ping");
    const text = Buffer.concat(kept).toString();
    expect(text.startsWith(event("A") + event("B") + event("C"))).toBe(true);
    expect(text).toContain("Ping: Pong");
  });
});

describe("event streams", () => {
  it("give a slow consumer every event, while reading never waits for it", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const stream = client.events({ names: ["A"], limit: 10_000 });
    peer.last.send(numbered(0, 5000));
    // The reply comes after 5000 events nobody has taken yet.
    await client.action("Ping");
    let expected = 0;
    for await (const message of stream) {
      expect(numberOf(message)).toBe(expected++);
      if (expected === 5000) break;
    }
    expect(stream.dropped).toBe(0);
  });

  it("fail by default when the consumer is too slow, and say so", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const stream = client.events({ limit: 10 });
    peer.last.send(numbered(0, 11));
    await client.action("Ping");
    await expect(stream.next()).rejects.toBeInstanceOf(AmiOverflowError);
    expect((await stream.next()).done).toBe(true);
    // Nobody wants the events any more.
    const before = client.stats.skippedEvents;
    peer.last.send(numbered(11, 21));
    await client.action("Ping");
    expect(client.stats.skippedEvents - before).toBe(10);
  });

  it.each([
    ["drop-oldest", [15, 16, 17, 18, 19]],
    ["drop-newest", [0, 1, 2, 3, 4]],
  ] as const)("%s, and count what they drop", async (overflow, left) => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const stream = client.events({ limit: 5, overflow });
    peer.last.send(numbered(0, 20));
    await client.action("Ping");
    const taken: number[] = [];
    for (let n = 0; n < 5; n++) taken.push(numberOf((await stream.next()).value));
    expect(taken).toEqual(left);
    expect(stream.dropped).toBe(15);
  });

  it("serve takers that came before the events, in their order", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const stream = client.events();
    const takers = [stream.next(), stream.next(), stream.next()];
    peer.last.send(numbered(0, 3));
    expect((await Promise.all(takers)).map(({ value }) => numberOf(value))).toEqual([0, 1, 2]);
  });

  it("end by break, by dispose, by signal, and when the client closes", async () => {
    await using peer = await ScriptedAsterisk.listen();
    const client = await connected(peer);
    {
      await using _disposed = client.events();
    }
    const abort = new AbortController();
    const aborted = client.events({ signal: abort.signal });
    const waiting = aborted.next();
    abort.abort("enough");
    await expect(waiting).rejects.toMatchObject({ code: "AMI_ABORTED", cause: "enough" });
    await expect(client.events({ signal: abort.signal }).next()).rejects.toMatchObject({ code: "AMI_ABORTED" });
    peer.last.send(numbered(0, 1));
    await client.action("Ping");
    expect(client.stats.skippedEvents).toBe(1);
    const open = client.events();
    const taker = open.next();
    await client.close();
    expect((await taker).done).toBe(true);
    await expect(client.events().next()).rejects.toBeInstanceOf(AmiClosedError);
  });

  it("refuse a limit that is none", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    for (const limit of [0, -1, 1.5, Number.NaN])
      expect(() => client.events({ limit })).toThrow(expect.objectContaining({ code: "AMI_BAD_OPTION" }));
  });
});

describe("lag", () => {
  it("is told of when the event loop was blocked, before Asterisk's write time-out", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer, { ping: false }, runtime);
    const lags: AmiLag[] = [];
    client.on("lag", (lag) => lags.push(lag));
    runtime.advance(500);
    expect(lags).toEqual([]);
    runtime.block(75);
    expect(lags).toEqual([{ reason: "loop", lateMs: expect.closeTo(75, 5) }]);
    runtime.block(60);
    expect(lags).toHaveLength(1);
    runtime.advance(1000);
    runtime.block(60);
    expect(lags).toHaveLength(2);
  });

  it("is told of when the kernel's buffer stays full", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer, { lagMs: 1 });
    const lag = next(client, "lag", ({ reason }: AmiLag) => reason === "backlog");
    client.onEvent("A", () => {
      const until = performance.now() + 0.02;
      while (performance.now() < until);
    });
    peer.last.send(numbered(0, 20_000));
    expect(await lag).toMatchObject({ reason: "backlog" });
  });
});
