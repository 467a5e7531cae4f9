import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Call, CallRecord, NewToken, Scope, StreamMessage } from "@cordboard/sdk";
import { parseAmiUrl } from "@cordboard/ami";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { WebSocket } from "ws";
import { DEFAULT_SERVER_CONFIG } from "./config/schema.ts";
import { LiveBoard } from "./live/live-board.ts";
import { startServer } from "./server.ts";
import type { RunningServer, ServerOptions } from "./server.ts";
import { databaseFile } from "./storage/database-file.ts";
import { openDatabase } from "./storage/open-database.ts";
import { addressOf, replayedCall } from "./testing/replayed-call.ts";
import { bearer } from "./testing/test-app.ts";
import { TokenService } from "./tokens/token-service.ts";

vi.setConfig({ testTimeout: 60_000 });

const closers: (() => unknown)[] = [];
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "cordboard-server-"));
});
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
  // The thread that waits for the disk may still be closing.
  rmSync(folder, { recursive: true, maxRetries: 20, retryDelay: 50 });
});

const everything: Scope = { pbxs: "*", extensions: "*", verbs: ["admin"] };

/** A server for two PBXs on which the same call goes on, with the same channel ids. */
async function start(options: Partial<ServerOptions> = {}): Promise<RunningServer> {
  const replays = [await replayedCall(), await replayedCall()];
  closers.push(() => Promise.all(replays.map((replay) => replay.close())));
  const board = new LiveBoard();
  const server = await startServer({
    pbxs: replays.map((replay, index) => {
      const id = index === 0 ? "hq" : "branch";
      return { id, name: `Name of ${id}`, ami: parseAmiUrl(addressOf(replay)) };
    }),
    config: { ...DEFAULT_SERVER_CONFIG, http: { ...DEFAULT_SERVER_CONFIG.http, requestsPerMinute: 100_000 } },
    storageFolder: folder,
    listen: { address: "127.0.0.1", port: 0 },
    board,
    log: pino({ level: "silent" }),
    ...options,
  });
  closers.push(
    () => board.close(),
    () => server.close(),
  );
  return server;
}

async function newToken(server: RunningServer, scope: Scope = everything): Promise<{ id: string; secret: string }> {
  const wanted: NewToken = { name: "test", scope };
  return server.tokens.create(wanted);
}

async function get<T>(server: RunningServer, path: string, secret: string): Promise<T> {
  const response = await fetch(`${server.apiUrl ?? ""}${path}`, { headers: bearer(secret) });
  return (await response.json()) as T;
}

/** A client of the stream that keeps what it gets. */
async function listen(
  server: RunningServer,
  secret: string,
  query = "",
): Promise<{ messages: StreamMessage[]; closed: Promise<number> }> {
  const socket = new WebSocket(`${server.apiUrl?.replace("http", "ws") ?? ""}/events${query}`, {
    headers: bearer(secret),
  });
  closers.push(() => socket.terminate());
  const messages: StreamMessage[] = [];
  socket.on("message", (data: Buffer) => messages.push(JSON.parse(data.toString()) as StreamMessage));
  const closed = once(socket, "close").then(([code]) => code as number);
  await once(socket, "open");
  return { messages, closed };
}

describe("a server", () => {
  it("asks for a token on its page as soon as others can reach it by a name, which a proxy does", async () => {
    const http = { ...DEFAULT_SERVER_CONFIG.http, allowedHosts: ["cti.example.com"] };
    const proxied = await start({ config: { ...DEFAULT_SERVER_CONFIG, http } });
    expect(proxied.pageUrl).toMatch(/#token=[\w-]{43}$/);
    const session = await fetch(new URL("/live/session", proxied.pageUrl), { method: "POST" });
    expect(session.status).toBe(401);
  });

  it("tells calls of all its PBXs as they are, as events, and as history, all with the same ids", async () => {
    const server = await start();
    const { secret } = await newToken(server);
    const { messages } = await listen(server, secret, "?pbx=hq");
    await expect.poll(() => messages.map(({ type }) => type), { timeout: 30_000 }).toContain("call-cleared");
    const end = messages.find((message) => message.type === "call-cleared");
    expect(messages[0]?.type).toBe("snapshot");
    expect(messages.some((message) => "pbx" in message && message.pbx !== "hq")).toBe(false);
    const record = await get<CallRecord>(server, `/call-history/${end?.call.id ?? ""}`, secret);
    expect(record).toMatchObject({ pbx: "hq", result: "answered", callerNumber: "1000", answeredBy: "1002" });
    await expect
      .poll(async () => (await get<{ items: Call[] }>(server, "/calls", secret)).items.map(({ pbx }) => pbx), {
        timeout: 30_000,
      })
      .toEqual(expect.arrayContaining(["hq", "branch"]));
    const ready = await fetch(`${server.apiUrl?.replace("/api/v1", "") ?? ""}/readyz`);
    expect(await ready.json()).toMatchObject({ ready: true, pbxs: [{ id: "hq" }, { id: "branch" }] });
  });

  it("lets a client go on where it was after a restart, without a gap", async () => {
    const first = await start();
    const { secret } = await newToken(first);
    const before = await listen(first, secret);
    await expect.poll(() => before.messages.length, { timeout: 30_000 }).toBeGreaterThan(5);
    await first.close();
    expect(await before.closed).toBe(1001);
    const last = before.messages.at(-1);
    expect(last).toMatchObject({ type: "closing", code: "SERVER_STOPS" });
    const cursor = last?.type === "closing" ? last.cursor : "";

    const second = await start();
    const after = await listen(second, secret, `?after=${cursor}`);
    await expect.poll(() => after.messages.length, { timeout: 30_000 }).toBeGreaterThan(5);
    const numbers = [...before.messages, ...after.messages].flatMap((message) => ("seq" in message ? message.seq : []));
    expect(numbers).toEqual(numbers.map((_, index) => (numbers[0] ?? 0) + index));
    expect(after.messages.map(({ type }) => type)).not.toContain("gap");
  });

  it("describes all of its API, and refers to nothing that is not there", async () => {
    const server = await start({ pbxs: [] });
    const text = await (await fetch(`${server.apiUrl ?? ""}/openapi.json`)).text();
    const { paths, components } = JSON.parse(text) as {
      paths: Record<string, Record<string, { operationId: string; summary: string }>>;
      components: { schemas: Record<string, unknown> };
    };
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    expect(operations.length).toBeGreaterThan(25);
    expect(new Set(operations.map(({ operationId }) => operationId)).size).toBe(operations.length);
    expect(operations.filter(({ summary }) => summary === "")).toEqual([]);
    const named = Object.keys(components.schemas);
    expect(named).toEqual(expect.arrayContaining(["Call", "CallRecord", "StreamMessage", "Problem", "Scope"]));
    const refs = [...text.matchAll(/"\$ref":"([^"]*)"/g)].map(([, ref = ""]) => ref);
    expect(refs.filter((ref) => !named.includes(ref.replace("#/components/schemas/", "")))).toEqual([]);
  });

  it("lets nobody else work on its data", async () => {
    await start();
    await expect(start()).rejects.toMatchObject({ code: "STORAGE_IN_USE" });
  });

  it("ends with everything closed when its port is taken", async () => {
    const server = await start();
    const port = Number(URL.parse(server.apiUrl ?? "")?.port);
    const other = mkdtempSync(join(tmpdir(), "cordboard-other-"));
    closers.push(() => rmSync(other, { recursive: true, maxRetries: 20, retryDelay: 50 }));
    const taken = { storageFolder: other, listen: { address: "127.0.0.1", port } };
    await expect(start(taken)).rejects.toMatchObject({ code: "LISTEN_FAILED" });
    await start({ ...taken, listen: undefined });
  });

  it("takes a one-use ticket from its own page, for what the token may see", async () => {
    const server = await start();
    const { secret } = await newToken(server, { pbxs: ["hq"], extensions: "*", verbs: ["read"] });
    const response = await fetch(`${server.apiUrl ?? ""}/tickets`, { method: "POST", headers: bearer(secret) });
    const { ticket } = (await response.json()) as { ticket: string };
    const url = `${server.apiUrl?.replace("http", "ws") ?? ""}/events?ticket=${ticket}`;
    const origin = server.apiUrl?.replace("/api/v1", "");
    const socket = new WebSocket(url, { origin });
    closers.push(() => socket.terminate());
    const [first] = (await once(socket, "message")) as [Buffer];
    expect((JSON.parse(first.toString()) as { pbxs: { id: string }[] }).pbxs.map(({ id }) => id)).toEqual(["hq"]);
    const again = new WebSocket(url, { origin });
    const [, refused] = (await once(again, "unexpected-response")) as [unknown, { statusCode: number }];
    expect(refused.statusCode).toBe(401);
  });
});

describe("a token that is revoked", () => {
  it("ends its open streams at once, and no others", async () => {
    const server = await start();
    const [admin, one, other] = [await newToken(server), await newToken(server), await newToken(server)];
    const ended = await listen(server, one.secret);
    const stays = await listen(server, other.secret);
    const url = `${server.apiUrl ?? ""}/tokens/${one.id}`;
    expect((await fetch(url, { method: "DELETE", headers: bearer(admin.secret) })).status).toBe(204);
    expect(await ended.closed).toBe(4001);
    expect(ended.messages.at(-1)).toMatchObject({ type: "closing", code: "TOKEN_ENDED" });
    const count = stays.messages.length;
    await expect.poll(() => stays.messages.length, { timeout: 30_000 }).toBeGreaterThan(count);
  });

  it("ends its open streams also when another process revokes it", async () => {
    const server = await start();
    const { id, secret } = await newToken(server);
    const { closed, messages } = await listen(server, secret);
    const database = await openDatabase(databaseFile(folder));
    await new TokenService({ database }).revoke(id);
    await database.destroy();
    expect(await closed).toBe(4001);
    expect(messages.at(-1)).toMatchObject({ type: "closing", code: "TOKEN_ENDED" });
    expect((await fetch(`${server.apiUrl ?? ""}/calls`, { headers: bearer(secret) })).status).toBe(401);
  });
});

describe("no byte of any reply, and of no stream, is for a token that may not see it", () => {
  const verbs: Scope["verbs"] = ["read", "call-history", "presence"];

  it.each([
    ["of another PBX", { pbxs: ["branch"], extensions: "*", verbs }, /\bhq\b/, "Kai"],
    [
      "of another extension",
      { pbxs: "*", extensions: ["1003"], verbs },
      /Kai|Ping|PJSIP\/100[02]\b|"100[02]"/,
      "Name of hq",
    ],
  ] as const)("%s", async (_, reach, foreign, own) => {
    const server = await start();
    const all = await newToken(server);
    const scope: Scope = {
      ...reach,
      pbxs: reach.pbxs === "*" ? "*" : [...reach.pbxs],
      extensions: reach.extensions === "*" ? "*" : [...reach.extensions],
    };
    const small = await newToken(server, scope);
    const told = await listen(server, all.secret);
    const heard = await listen(server, small.secret);
    await expect.poll(() => told.messages.map(({ type }) => type), { timeout: 30_000 }).toContain("call-cleared");

    // Everything that one could ask for by name.
    const calls = told.messages.flatMap((message) =>
      "call" in message && message.pbx === "hq" ? message.call.id : [],
    );
    const names: Readonly<Record<string, readonly string[]>> = {
      id: ["hq", ...new Set(calls)],
      ext: ["1000", "1002"],
      name: ["sales", "support", "600"],
      box: ["1000@default"],
      presentity: ["CustomPresence:1000"],
    };
    const { paths } = await get<{ paths: Record<string, Record<string, unknown>> }>(
      server,
      "/openapi.json",
      small.secret,
    );
    const asked = Object.entries(paths)
      .filter(([path, methods]) => "get" in methods && !/openapi|events|tokens/.test(path))
      .flatMap(([path]) => {
        const name = /\{(\w+)\}/.exec(path)?.[1];
        const short = path.replace("/api/v1", "");
        const query = short.endsWith("/export") ? ["?format=csv", "?format=json"] : [""];
        const values =
          name === undefined ? [short] : (names[name] ?? []).map((value) => short.replace(`{${name}}`, value));
        return values.flatMap((value) => query.map((each) => `${value}${each}`));
      });
    expect(asked.length).toBeGreaterThan(20);
    const replies = [];
    for (const path of asked) {
      const response = await fetch(`${server.apiUrl ?? ""}${path}`, { headers: bearer(small.secret) });
      replies.push({ path, status: response.status, text: await response.text() });
    }
    const streamed = { path: "/events", status: 200, text: JSON.stringify(heard.messages) };
    expect(heard.messages.length).toBeGreaterThan(0);
    expect([...replies, streamed].filter(({ text }) => foreign.test(text))).toEqual([]);
    expect([...replies, streamed].some(({ text }) => text.includes(own))).toBe(true);
    expect(replies.filter(({ status }) => ![200, 404, 409].includes(status))).toEqual([]);
  });
});
