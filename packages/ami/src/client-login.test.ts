import { describe, expect, it, vi } from "vitest";
import { AmiClient } from "./client.ts";
import type { AmiStateChange } from "./client-options.ts";
import { AmiAbortError, AmiAuthError, AmiClosedError, type AmiError } from "./errors.ts";
import { clientOf, connected, next } from "./testing/connected.ts";
import { event, reply, ScriptedAsterisk } from "./testing/scripted-asterisk.ts";

describe("logging in", () => {
  it("sends user, secret and mask, and says what the server is", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer, { events: ["call", "system"] });
    expect(peer.last.actions[0]?.toObject()).toMatchObject({
      Action: "Login",
      Username: "admin",
      Secret: "s3cret",
      Events: "call,system",
    });
    expect([client.state, client.server.version, client.server.greeting]).toEqual([
      "ready",
      "11.0.0",
      "Asterisk Call Manager/11.0.0",
    ]);
  });

  it("answers the MD5 challenge and never sends the secret", async () => {
    await using peer = await ScriptedAsterisk.listen();
    await using client = await connected(peer, { auth: "md5", events: "off" });
    const sent = peer.last.actions.map((action) => action.text).join("");
    expect(client.state).toBe("ready");
    expect(sent).not.toContain("s3cret");
    expect(sent).toContain("Events: off");
  });

  it("rejects on a wrong secret, once, and never tries again", async () => {
    await using peer = await ScriptedAsterisk.listen();
    for (const auth of ["plain", "md5"] as const) {
      await using client = clientOf(peer, { secret: "wrong", auth });
      const errors: AmiError[] = [];
      client.on("error", (error) => errors.push(error));
      await expect(client.connect()).rejects.toMatchObject({ code: "AMI_AUTH_FAILED", retryable: false });
      expect(errors).toHaveLength(1);
      expect([errors[0] instanceof AmiAuthError, client.state, errors[0]?.message.includes("wrong")]).toEqual([
        true,
        "closed",
        false,
      ]);
      await expect(client.connect()).rejects.toBeInstanceOf(AmiClosedError);
    }
    expect(peer.sessions).toHaveLength(2);
  });

  it("tries again after Login Already In Use", async () => {
    let logins = 0;
    const login = (action: Parameters<typeof reply>[0]): string =>
      ++logins < 3 ? reply(action, "Error", ["Message: Login Already In Use"]) : reply(action, "Success");
    await using peer = await ScriptedAsterisk.listen({ login });
    await using client = clientOf(peer);
    const resync = next(client, "resync");
    await client.connect();
    expect(await resync).toEqual({ first: true, gapMs: 0, attempts: 3 });
  });

  it("delivers the events that come in the same segment as the login's reply, and those before it", async () => {
    const login = (action: Parameters<typeof reply>[0]): string =>
      event("Early") +
      reply(action, "Success", ["Message: Authentication accepted"]) +
      event("FullyBooted") +
      event("A") +
      event("B");
    await using peer = await ScriptedAsterisk.listen({ login });
    await using client = clientOf(peer);
    const seen: string[] = [];
    client.on("event", ({ name }) => seen.push(name));
    client.on("resync", () => seen.push("resync"));
    await client.connect();
    expect(seen).toEqual(["Early", "resync", "FullyBooted", "A", "B"]);
  });

  it("reads a greeting that comes in pieces", async () => {
    await using peer = await ScriptedAsterisk.listen({ greeting: false });
    await using client = clientOf(peer);
    const connecting = client.connect();
    await peer.until(() => peer.sessions.length === 1);
    await peer.last.sendPieces(["Aster", "isk Call Mana", "ger/5.0.0", "\r", "\n"]);
    await connecting;
    expect(client.server.version).toBe("5.0.0");
  });

  it("does not log in to what is no manager port", async () => {
    await using peer = await ScriptedAsterisk.listen({ greeting: "SSH-2.0-OpenSSH_9.2" });
    await using client = clientOf(peer);
    const failed = next(client, "error");
    client.connect().catch(() => {});
    expect(await failed).toMatchObject({ code: "AMI_BAD_GREETING", retryable: true });
    expect(peer.sessions[0]?.actions).toEqual([]);
  });

  it("gives up an attempt whose login is never answered, and tries again", async () => {
    let logins = 0;
    await using peer = await ScriptedAsterisk.listen({
      login: (action) => (++logins === 1 ? undefined : reply(action, "Success")),
    });
    await using client = clientOf(peer, { connectTimeoutMs: 50 });
    const failed = next(client, "error");
    await client.connect();
    expect(await failed).toMatchObject({ code: "AMI_CONNECT_TIMEOUT" });
    expect(logins).toBe(2);
  });

  it("tells every change of its state", async () => {
    await using peer = await ScriptedAsterisk.listen();
    const client = clientOf(peer);
    const changes: AmiStateChange[] = [];
    client.on("state", (change) => changes.push(change));
    await client.connect();
    await client.close();
    expect(changes.map(({ from, to }) => `${from} ${to}`)).toEqual([
      "idle connecting",
      "connecting logging-in",
      "logging-in ready",
      "ready closed",
    ]);
    await peer.until(() => peer.last.actions.length === 2);
    expect(peer.last.actions[1]?.name).toBe("Logoff");
  });

  it("stops connecting when told by a signal", async () => {
    await using peer = await ScriptedAsterisk.listen({ greeting: false });
    const client = clientOf(peer);
    const abort = new AbortController();
    const connecting = client.connect({ signal: abort.signal });
    await peer.until(() => peer.sessions.length === 1);
    abort.abort("enough");
    await expect(connecting).rejects.toBeInstanceOf(AmiAbortError);
    expect(client.state).toBe("closed");
  });

  it("refuses options that cannot work, without repeating the secret", () => {
    const good = { host: "h", username: "u", secret: "hush\r\nAction: Logoff" };
    expect(() => new AmiClient(good)).toThrow(
      expect.objectContaining({ code: "AMI_BAD_OPTION", message: expect.not.stringContaining("hush") }),
    );
    for (const bad of [
      { port: 0 },
      { port: 1.5 },
      { timeoutMs: 0 },
      { timeoutMs: 1e12 },
      { maxPending: 0 },
      { host: "" },
      { username: "" },
    ]) {
      expect(() => new AmiClient({ ...good, secret: "s", ...bad })).toThrow(
        expect.objectContaining({ code: "AMI_BAD_OPTION" }),
      );
    }
  });

  it("shows what it sends with the secrets replaced, and prints nothing", async () => {
    const print = vi.spyOn(process.stdout, "write");
    const warn = vi.spyOn(process.stderr, "write");
    await using peer = await ScriptedAsterisk.listen();
    await using client = clientOf(peer);
    const sent: string[] = [];
    client.on("sent", ({ text }) => sent.push(text));
    await client.connect();
    await client.action("Ping");
    expect(sent.join("")).not.toContain("s3cret");
    expect(sent[0]).toContain("Secret: ***");
    expect(sent[1]).toContain("Action: Ping");
    expect([print.mock.calls, warn.mock.calls]).toEqual([[], []]);
    vi.restoreAllMocks();
  });
});
