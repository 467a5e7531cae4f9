import { once } from "node:events";
import { createServer, type AddressInfo, type Server, type Socket } from "node:net";
import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { AmiClient } from "./client.ts";
import type { AmiClientOptions } from "./client-options.ts";
import { AmiError } from "./errors.ts";
import { clientOf, connected, next } from "./testing/connected.ts";
import { FakeRuntime } from "./testing/fake-runtime.ts";
import { event, list, reply, ScriptedAsterisk } from "./testing/scripted-asterisk.ts";

async function peerThat(does: (socket: Socket) => void): Promise<AsyncDisposable & { readonly port: number }> {
  const sockets: Socket[] = [];
  const server: Server = createServer((socket) => {
    sockets.push(socket);
    socket.on("error", () => {});
    does(socket);
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  return {
    port: (server.address() as AddressInfo).port,
    async [Symbol.asyncDispose]() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

const to = (port: number, more: Partial<AmiClientOptions> = {}, runtime?: FakeRuntime): AmiClient =>
  new AmiClient(
    { host: "127.0.0.1", port, username: "admin", secret: "s3cret-known", ...more },
    ...(runtime === undefined ? [] : ([runtime] as const)),
  );

describe("a peer", () => {
  it("that answers a login nobody has sent is no Asterisk", async () => {
    await using peer = await peerThat((socket) => socket.write("Response: Success\r\n\r\n"));
    await using client = to(peer.port);
    const error = next(client, "error");
    client.connect().catch(() => {});
    expect(await error).toMatchObject({ code: "AMI_BAD_GREETING" });
    expect(client.stats.logins).toBe(0);
  });

  it("that answers something else before the login is not taken to have let us in", async () => {
    await using peer = await ScriptedAsterisk.listen({
      login: (action) =>
        `Response: Success\r\nActionID: other\r\n\r\n${reply(action, "Error", ["Message: Authentication failed"])}`,
    });
    await using client = clientOf(peer);
    await expect(client.connect()).rejects.toMatchObject({ code: "AMI_AUTH_FAILED" });
  });

  it("that gives no challenge gets no digest", async () => {
    await using peer = await ScriptedAsterisk.listen({ actions: { challenge: (action) => reply(action, "Success") } });
    await using client = clientOf(peer, { auth: "md5", reconnect: { minMs: 60_000, maxMs: 60_000 } });
    const error = next(client, "error");
    client.connect().catch(() => {});
    expect(await error).toMatchObject({ code: "AMI_LOGIN_REFUSED" });
    expect(peer.last.actions.map(({ name }) => name)).toEqual(["Challenge"]);
  });

  it("that sends one byte at a time for ever runs into the deadline of the login", async () => {
    const runtime = new FakeRuntime();
    await using peer = await peerThat((socket) => socket.write("A"));
    await using client = to(peer.port, {}, runtime);
    const error = next(client, "error");
    const read = new Promise<void>((resolve) => client.onBytes(() => resolve()));
    client.connect().catch(() => {});
    await read;
    runtime.advance(10_000);
    expect(await error).toMatchObject({ code: "AMI_CONNECT_TIMEOUT", message: expect.stringContaining("greeting") });
  });

  it("whose greeting never ends runs into the limit of a line", async () => {
    await using peer = await peerThat((socket) => socket.write("A".repeat(300_000)));
    await using client = to(peer.port);
    const error = next(client, "error");
    client.connect().catch(() => {});
    expect(await error).toMatchObject({ code: "AMI_LINE_TOO_LONG" });
  });

  it("that speaks no TLS where TLS is asked for is tried again later", async () => {
    await using peer = await peerThat((socket) => socket.write("Asterisk Call Manager/11.0.0\r\n"));
    await using client = to(peer.port, { tls: true });
    const error = next(client, "error");
    client.connect().catch(() => {});
    expect(await error).toMatchObject({ code: "AMI_CONNECT_FAILED", retryable: true });
    expect(client.state).toBe("waiting");
  });

  it.each(["no-such-host.invalid", "a b", "x".repeat(300)])(
    "whose host name is %j is an error, no crash",
    async (host) => {
      await using client = to(5038, { host });
      const error = next(client, "error");
      client.connect().catch(() => {});
      expect(await error).toMatchObject({ code: "AMI_CONNECT_FAILED" });
    },
  );
});

describe("replies that nobody asked for", () => {
  it("twice, unknown, or a list's end without its beginning, hit nobody and are kept nowhere", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: {
        getvar: (action) => reply(action, "Success", ["Value: 1"]) + reply(action, "Success", ["Value: 2"]),
        queuestatus: (action) =>
          event("QueueStatusComplete", [`ActionID: ${action.get("ActionID")}`, "EventList: Complete"]),
      },
    });
    await using client = await connected(peer);
    expect((await client.action("Getvar", { Variable: "X" })).get("Value")).toBe("1");
    expect((await client.list("QueueStatus")).items).toEqual([]);
    peer.last.send("Response: Success\r\nActionID: nobody\r\n\r\nResponse: Success\r\nActionID: __proto__\r\n\r\n");
    await client.action("Ping");
    expect(client.stats).toMatchObject({ lateReplies: 1, strayReplies: 2, pendingCalls: 0 });
  });

  it("a list whose response never comes is ended by its time-out", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen({ actions: { queuestatus: () => undefined } });
    await using client = await connected(peer, {}, runtime);
    const lists = [client.list("QueueStatus"), client.listItems("QueueStatus").next()];
    const settled = Promise.allSettled(lists);
    runtime.advance(10_000);
    expect((await settled).map((one) => one.status === "rejected" && (one.reason as AmiError).code)).toEqual([
      "AMI_TIMEOUT",
      "AMI_TIMEOUT",
    ]);
  });
});

describe("many calls at once", () => {
  it("that wait for events cost their number, not its square", async () => {
    const runtime = new FakeRuntime();
    await using peer = await ScriptedAsterisk.listen({ actions: { originate: () => undefined } });
    const client = await connected(peer, { maxPending: 40_000, maxUnsentBytes: 100_000_000 }, runtime);
    const before = process.cpuUsage();
    const calls = Array.from({ length: 30_000 }, () => client.originate({ Channel: "Local/1@a", Application: "Wait" }));
    const settled = Promise.allSettled(calls);
    await client.close();
    const statuses = new Set((await settled).map(({ status }) => status));
    const { user, system } = process.cpuUsage(before);
    expect([...statuses]).toEqual(["rejected"]);
    // Work that grew with the square would take three times as long.
    expect((user + system) / 1000).toBeLessThan(3000);
  });

  it("a hundred thousand settle when the client is closed", async () => {
    await using peer = await ScriptedAsterisk.listen({ actions: { getvar: () => undefined } });
    const client = await connected(peer, { maxPending: 100_000, maxUnsentBytes: 100_000_000 });
    const settled = Promise.allSettled(
      Array.from({ length: 100_000 }, () => client.action("Getvar", { Variable: "X" })),
    );
    await expect(client.action("Ping")).rejects.toMatchObject({ code: "AMI_QUEUE_FULL" });
    await client.close();
    expect((await settled).every((one) => one.status === "rejected")).toBe(true);
    expect(client.stats.pendingCalls).toBe(0);
  });
});

describe("a list item by item", () => {
  it("that was left early gives nothing more, though its end had come", async () => {
    await using peer = await ScriptedAsterisk.listen({
      actions: { queuestatus: (action) => list(action, ["QueueParams", "QueueParams"], "QueueStatusComplete") },
    });
    await using client = await connected(peer);
    const items = client.listItems("QueueStatus");
    await client.action("Ping");
    await items.return?.();
    expect(await items.next()).toEqual({ done: true, value: undefined });
  });
});

describe("the options", () => {
  it("give their secret to nothing that can be printed: client, errors, their causes, notices", async () => {
    await using peer = await ScriptedAsterisk.listen({ secret: "other" });
    const errors: unknown[] = [];
    for (const more of [{}, { port: 1 }, { tls: true }, { auth: "md5" as const }]) {
      const client = clientOf(peer, { secret: "s3cret-known", reconnect: { minMs: 60_000, maxMs: 60_000 }, ...more });
      for (const name of ["error", "state", "sent"] as const) client.on(name, (notice) => errors.push(notice));
      const error = next(client, "error");
      client.connect().catch((reason: unknown) => errors.push(reason));
      errors.push(await error, client);
      await client.close();
    }
    const shown = errors.map((one) => inspect(one, { depth: 9, showHidden: true }) + JSON.stringify(one)).join("");
    expect(shown).toContain("AMI_AUTH_FAILED");
    expect(shown).not.toContain("s3cret-known");
  });

  it("are refused with a host name with NUL in it, which Node would throw at", () => {
    expect(() => to(5038, { host: "a\0b" })).toThrow(expect.objectContaining({ code: "AMI_BAD_OPTION" }));
  });

  it.each(["host", "username", "secret"])("are refused with a %s that is no text", (name) => {
    const options = { host: "h", username: "u", secret: "s", [name]: undefined } as unknown as AmiClientOptions;
    expect(() => new AmiClient(options)).toThrow(expect.objectContaining({ code: "AMI_BAD_OPTION" }));
  });
});
