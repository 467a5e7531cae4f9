import { describe, expect, it } from "vitest";
import { AmiClosedError } from "./errors.ts";
import type { AmiLag, AmiListenerError, AmiState } from "./client-options.ts";
import { clientOf, connected, next } from "./testing/connected.ts";
import { FakeRuntime } from "./testing/fake-runtime.ts";
import { event, ScriptedAsterisk } from "./testing/scripted-asterisk.ts";

/** More additions than this are the endless loop that the test is about. */
const many = 1000;

describe("a listener", () => {
  it.each(["state", "resync", "sent"] as const)("of %s that adds itself again is called once a time", async (name) => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = clientOf(peer);
    let calls = 0;
    const again = (): void => {
      if (++calls < many) client.on(name, again);
    };
    client.on(name, again);
    await client.connect();
    expect(calls).toBeLessThan(50);
  });

  it("of bytes that adds itself again is called once for each read", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = clientOf(peer);
    let calls = 0;
    const again = (): void => {
      if (++calls < many) client.onBytes(again);
    };
    client.onBytes(again);
    await client.connect();
    expect(calls).toBeLessThan(50);
  });

  it("that was ended by another is not called any more, neither of notices nor of bytes", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    let calls = 0;
    const ends: (() => void)[] = [];
    client.on("sent", () => ends.forEach((end) => end()));
    client.onBytes(() => ends.forEach((end) => end()));
    ends.push(
      client.on("sent", () => calls++),
      client.onBytes(() => calls++),
    );
    await client.action("Ping");
    expect(calls).toBe(0);
  });

  it("that is asynchronous and fails becomes a notice, and no unhandled rejection", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer);
    const errors: AmiListenerError[] = [];
    client.on("listener-error", (error) => errors.push(error));
    const fail = async (): Promise<void> => Promise.reject(new Error("later"));
    client.onEvent("A", fail);
    client.on("sent", fail);
    client.onBytes(fail);
    client.on("listener-error", fail);
    peer.last.send(event("A"));
    await client.action("Ping");
    expect(new Set(errors.map(({ name }) => name))).toEqual(new Set(["A", "sent", "bytes"]));
  });
});

describe("close()", () => {
  it.each<AmiState>(["connecting", "logging-in", "ready", "waiting"])(
    "in a listener of the state %s is the end: no other state, no notice, no connection, no timer",
    async (when) => {
      const runtime = new FakeRuntime();
      await using peer = await ScriptedAsterisk.listen();
      if (when === "waiting") await peer.stop();
      const client = clientOf(peer, {}, runtime);
      const after: string[] = [];
      let isClosed = false;
      let closing = Promise.resolve();
      for (const name of ["resync", "error", "sent"] as const)
        client.on(name, () => isClosed && name !== "sent" && after.push(name));
      client.on("state", ({ to }) => {
        if (isClosed && to !== "closed") after.push(to);
        if (to !== when) return;
        isClosed = true;
        closing = client.close();
      });
      await expect(client.connect()).rejects.toBeInstanceOf(AmiClosedError);
      await closing;
      // Whoever connected all the same would be seen by the peer before this one.
      if (when !== "waiting") await connected(peer).then((other) => other.close());
      expect([client.state, after, runtime.timers]).toEqual(["closed", [], 0]);
      expect(peer.sessions.slice(0, -1)).toHaveLength(when === "connecting" || when === "waiting" ? 0 : 1);
    },
  );

  it("in a listener of lag ends the watch over lag too", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen();
    const client = await connected(peer, { ping: false }, runtime);
    const lags: AmiLag[] = [];
    let closing = Promise.resolve();
    client.on("lag", (lag) => {
      lags.push(lag);
      closing = client.close();
    });
    runtime.block(100);
    await closing;
    expect([lags.length, client.state, runtime.timers]).toEqual([1, "closed", 0]);
  });

  it("in a listener that is told of a ping leaves no timer", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen();
    const client = await connected(peer, { ping: { idleMs: 1000 } }, runtime);
    let closing = Promise.resolve();
    client.on("sent", ({ action }) => {
      if (action === "Ping") closing = client.close();
    });
    runtime.advance(1000);
    await closing;
    expect([client.state, runtime.timers]).toEqual(["closed", 0]);
  });

  it("in a listener that is told of an action rejects that very action at once", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen();
    const client = await connected(peer, {}, runtime);
    client.on("sent", ({ action }) => {
      if (action === "Getvar") void client.close();
    });
    await expect(client.action("Getvar", { Variable: "X" })).rejects.toMatchObject({ code: "AMI_CLOSED" });
    expect(client.stats.pendingCalls).toBe(0);
  });

  it("before connect() is done refuses all that is asked later", async () => {
    await using peer = await ScriptedAsterisk.listen();
    const client = clientOf(peer);
    const connecting = client.connect();
    await client.close();
    await expect(connecting).rejects.toBeInstanceOf(AmiClosedError);
    await expect(client.connect()).rejects.toBeInstanceOf(AmiClosedError);
    await expect(client.list("QueueStatus")).rejects.toBeInstanceOf(AmiClosedError);
    await expect(client.listItems("QueueStatus").next()).rejects.toBeInstanceOf(AmiClosedError);
    await expect(client.events().next()).rejects.toBeInstanceOf(AmiClosedError);
  });
});

describe("an AbortSignal", () => {
  it("that fires while its action is being sent aborts it", async () => {
    await using peer = await ScriptedAsterisk.listen({ actions: { getvar: () => undefined } });
    await using client = await connected(peer);
    const abort = new AbortController();
    client.on("sent", () => abort.abort());
    const call = client.action("Getvar", { Variable: "X" }, { signal: abort.signal, timeoutMs: 5000 });
    await expect(call).rejects.toMatchObject({ code: "AMI_ABORTED" });
  });

  it("that has fired already keeps connect() from connecting at all", async () => {
    await using peer = await ScriptedAsterisk.listen();
    const client = clientOf(peer);
    const states: AmiState[] = [];
    client.on("state", ({ to }) => states.push(to));
    await expect(client.connect({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: "AMI_ABORTED" });
    expect(states).toEqual(["closed"]);
  });

  it.each<AmiState>(["connecting", "logging-in", "waiting"])("stops connect() in the state %s", async (when) => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen();
    if (when === "waiting") await peer.stop();
    const client = clientOf(peer, {}, runtime);
    const abort = new AbortController();
    const there = next(client, "state", ({ to }) => to === when);
    const connecting = client.connect({ signal: abort.signal });
    connecting.catch(() => {});
    await there;
    abort.abort();
    await expect(connecting).rejects.toMatchObject({ code: "AMI_ABORTED" });
    expect([client.state, runtime.timers]).toEqual(["closed", 0]);
  });
});
