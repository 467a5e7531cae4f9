import { labVersions, type LabAsterisk, startAsterisk } from "@cordboard/lab";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { AmiClient } from "./client.ts";
import type { AmiClientOptions } from "./client-options.ts";
import { AmiActionError } from "./errors.ts";
import { actionLists } from "./generated/lists.ts";
import { next } from "./testing/connected.ts";

describe.each(labVersions)("Asterisk %s", (version) => {
  let lab: LabAsterisk;
  const clients: AmiClient[] = [];

  beforeAll(async () => {
    lab = await startAsterisk({ version });
  });
  afterAll(() => lab.stop());
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    await lab.cli("channel request hangup all");
    await lab.waitUntilIdle();
    await lab.stopPhones();
  });

  function clientOf(options: Partial<AmiClientOptions> = {}): AmiClient {
    const { user, secret } = lab.users.amiAdmin;
    const client = new AmiClient({
      host: "127.0.0.1",
      port: lab.ports.ami,
      username: user,
      secret,
      reconnect: { minMs: 50, maxMs: 500 },
      ...options,
    });
    clients.push(client);
    return client;
  }

  async function connected(options: Partial<AmiClientOptions> = {}): Promise<AmiClient> {
    const client = clientOf(options);
    await client.connect();
    return client;
  }

  it("lets us in with the secret, with the MD5 challenge, and over TLS", async () => {
    const plain = await connected();
    const md5 = await connected({ auth: "md5" });
    const tls = await connected({ port: lab.ports.amiTls, host: "localhost", tls: { ca: await lab.certificate() } });
    for (const client of [plain, md5, tls]) expect((await client.action("Ping")).get("Ping")).toBe("Pong");
    expect(plain.server.version).toMatch(version === 16 ? /^5\./ : /^11\./);
  });

  it("refuses a wrong secret, and the client does not try again", async () => {
    for (const auth of ["plain", "md5"] as const) {
      const client = clientOf({ secret: "wrong", auth });
      await expect(client.connect()).rejects.toMatchObject({ code: "AMI_AUTH_FAILED" });
      expect(client.state).toBe("closed");
    }
  });

  it("sends FullyBooted after the login, and only what the mask lets through", async () => {
    const open = clientOf();
    const booted = new Promise((resolve) => open.onEvent("FullyBooted", resolve));
    await open.connect();
    await booted;
    const heard: string[] = [];
    const users = clientOf({ events: ["user"] });
    const deaf = clientOf({ events: "off" });
    users.on("event", ({ name }) => heard.push(`users ${name}`));
    deaf.on("event", ({ name }) => heard.push(`deaf ${name}`));
    await Promise.all([users.connect(), deaf.connect()]);
    const done = new Promise((resolve) => users.onEvent("UserEvent", resolve));
    await open.action("Setvar", { Variable: "GLOBALTEST", Value: "1" });
    await open.action("UserEvent", { UserEvent: "Hello" });
    await done;
    await deaf.action("Ping");
    expect(heard).toEqual(["users UserEvent"]);
  });

  it("answers every list action, empty or not", async () => {
    const client = await connected();
    const needParameters = new Set([
      "BridgeInfo",
      "CoreShowChannelMap",
      "FAXSession",
      "Hangup",
      "MWIGet",
      "PJSIPShowEndpoint",
      "VoicemailBoxSummary",
      "VoicemailUserStatus",
      "WaitEvent",
      "DBGet",
      "DBGetTree",
    ]);
    const commands = await client.action("ListCommands");
    let answered = 0;
    const names: readonly string[] = Object.keys(actionLists);
    for (const name of names) {
      if (needParameters.has(name) || commands.get(name) === undefined) continue;
      const { items, complete } = await client.list(name, name === "ConfbridgeList" ? { Conference: "800" } : {});
      expect([name, items.length]).toEqual([name, Number(complete?.get("ListItems") ?? items.length)]);
      answered++;
    }
    expect(answered).toBeGreaterThan(15);
    expect(client.stats).toMatchObject({ lateReplies: 0, strayReplies: 0, pendingCalls: 0 });
  });

  it("knows empty lists that Asterisk reports as errors", async () => {
    const client = await connected();
    expect((await client.list("ConfbridgeListRooms")).items).toEqual([]);
    expect((await client.list("DBGet", { Family: "nosuch", Key: "nosuch" })).items).toEqual([]);
    await client.action("DBPut", { Family: "cordboard", Key: "a", Val: "1" });
    expect(
      (await client.list("DBGet", { Family: "cordboard", Key: "a" })).items.map((item) => item.get("Val")),
    ).toEqual(["1"]);
    await client.action("DBDel", { Family: "cordboard", Key: "a" });
    await expect(client.list("BridgeInfo", { BridgeUniqueid: "nosuch" })).rejects.toBeInstanceOf(AmiActionError);
  });

  it("tells how an originated call ended", async () => {
    const client = await connected();
    await lab.addPhone("1000");
    const target = { Context: "internal", Exten: "600", Priority: 1 };
    const answered = await client.originate({ Channel: "PJSIP/1000", ...target, Timeout: 10_000 });
    expect(answered).toMatchObject({ success: true, reason: 4 });
    const channels = await client.list("CoreShowChannels");
    expect(channels.items.map((item) => item.get("Uniqueid"))).toContain(answered.uniqueid);
    const failed = await client.originate({ Channel: "PJSIP/1003", ...target, Timeout: 2000 });
    expect(failed.success).toBe(false);
  });

  it("gets the variables of an originated call exactly, whatever is in them", async () => {
    const client = await connected();
    const values = {
      COMMA: "a,b",
      QUOTE: 'say "hi"',
      BACKSLASH: String.raw`c:\new`,
      PARENTHESIS: "f(x",
      BRACKET: "[1",
      EQUALS: "a=b",
      UMLAUT: "Jürgen",
      SPACE: " x ",
    };
    const { uniqueid } = await client.originate({
      Channel: "Local/600@internal",
      Application: "Wait",
      Data: "30",
      Variable: values,
    });
    const read: Record<string, string | undefined> = {};
    for (const Variable of Object.keys(values))
      read[Variable] = (await client.action("Getvar", { Channel: uniqueid ?? "", Variable })).get("Value");
    expect(read).toEqual(values);
  });

  it("prints a command's output line by line, and says why a command failed", async () => {
    const client = await connected();
    const lines = await client.command("core show settings");
    expect(lines.length).toBeGreaterThan(20);
    expect(lines.some((line) => line.startsWith("  "))).toBe(true);
    await expect(client.command("no such thing")).rejects.toThrow(/No such command/);
  });

  it("refuses what the user may not do", async () => {
    const { user, secret } = lab.users.amiView;
    const client = await connected({ username: user, secret });
    await expect(client.action("Hangup", { Channel: "x" })).rejects.toMatchObject({ code: "AMI_ACTION_FAILED" });
  });

  it("is found again after it restarted", async () => {
    const client = await connected();
    const again = next(client, "resync", ({ first }) => !first);
    await lab.cli("core restart now");
    const { gapMs } = await again;
    expect(gapMs).toBeGreaterThan(0);
    expect((await client.action("Ping")).get("Ping")).toBe("Pong");
  });
});
