import { randomBytes } from "node:crypto";
import { sql } from "kysely";
import type { NewToken, Scope } from "@cordboard/sdk";
import { afterEach, describe, expect, it, vi } from "vitest";
import { AuditLog } from "../audit/audit-log.ts";
import { openDatabase } from "../storage/open-database.ts";
import type { Database } from "../storage/database.ts";
import { bearer, testApp } from "../testing/test-app.ts";
import { isWithin } from "./grant.ts";
import { tokenRoutes } from "./routes.ts";
import { TicketService } from "./ticket-service.ts";
import { makeToken, matchesHash, parseToken } from "./token-secret.ts";
import { TokenService } from "./token-service.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

let now = Date.UTC(2026, 10, 21);
const reader: NewToken = { name: "CRM", scope: { pbxs: "*", extensions: "*", verbs: ["read"] } };

async function service(): Promise<{ tokens: TokenService; database: Database }> {
  const database = await openDatabase(":memory:");
  closers.push(() => database.destroy());
  return { tokens: new TokenService({ database, now: () => now }), database };
}

describe("a token", () => {
  it("is told once, and only its hash is kept", async () => {
    const { tokens, database } = await service();
    const { secret, id } = await tokens.create(reader);
    expect(secret).toMatch(/^cb_[0-9a-f]{12}_[\w-]{43}$/);
    const kept = JSON.stringify([await tokens.list(), (await sql`select * from token`.execute(database)).rows]);
    expect(kept).not.toContain(secret.slice(-43));
    expect(await tokens.verify(secret)).toEqual({ tokenId: id, name: "CRM", scope: reader.scope });
  });

  it.each([
    ["another secret", (secret: string) => secret.slice(0, -43) + randomBytes(32).toString("base64url")],
    ["a letter more", (secret: string) => `${secret}a`],
    ["a letter less", (secret: string) => secret.slice(0, -1)],
    ["another case", (secret: string) => secret.toUpperCase()],
    ["another id", (secret: string) => secret.replace(/_[0-9a-f]{12}_/, "_000000000000_")],
    ["the id alone", (secret: string) => secret.slice(0, 16)],
    ["nothing", () => ""],
    ["a wildcard", () => `cb_%_${"_".repeat(43)}`],
  ])("is not opened by %s", async (_, change) => {
    const { tokens } = await service();
    const { secret } = await tokens.create(reader);
    expect(await tokens.verify(change(secret))).toBeUndefined();
  });

  it("is compared by hash, whole, whatever was stored", () => {
    const { secret, hash } = makeToken();
    const shown = parseToken(secret)?.secret ?? "";
    expect(matchesHash(shown, hash)).toBe(true);
    for (const wrong of ["", hash.slice(1), `${hash}x`, hash.toLowerCase(), "0".repeat(43)]) {
      expect(matchesHash(shown, wrong)).toBe(false);
    }
  });

  it("ends when it expires, and its streams with it", async () => {
    const { tokens } = await service();
    const { secret, id } = await tokens.create({ ...reader, expiresAt: new Date(now + 1000).toISOString() });
    const ended = vi.fn();
    tokens.onEnded(id, ended);
    await tokens.sweep();
    expect(ended).not.toHaveBeenCalled();
    now += 1000;
    expect(await tokens.verify(secret)).toBeUndefined();
    expect(await tokens.list()).toEqual([]);
    await tokens.sweep();
    expect(ended).toHaveBeenCalledOnce();
  });

  it("ends at once when it is revoked, also by another process", async () => {
    const { tokens, database } = await service();
    const other = new TokenService({ database, now: () => now });
    const [one, two] = [await tokens.create(reader), await tokens.create(reader)];
    const [endedOne, endedTwo] = [vi.fn(), vi.fn()];
    tokens.onEnded(one.id, endedOne);
    tokens.onEnded(two.id, endedTwo);
    const unheard = vi.fn();
    tokens.onEnded(two.id, unheard)();
    expect(await tokens.revoke(one.id)).toBe(true);
    expect(endedOne).toHaveBeenCalledOnce();
    expect(await tokens.verify(one.secret)).toBeUndefined();
    await other.revoke(two.id);
    expect(await tokens.verify(two.secret)).toBeUndefined();
    expect(endedTwo).not.toHaveBeenCalled();
    await tokens.sweep();
    expect(endedTwo).toHaveBeenCalledOnce();
    expect(unheard).not.toHaveBeenCalled();
    expect(await tokens.revoke(one.id)).toBe(false);
  });

  it("remembers its last use, but does not write it at each", async () => {
    const { tokens } = await service();
    const { secret, id } = await tokens.create(reader);
    const first = new Date(now).toISOString();
    await tokens.verify(secret);
    now += 59_000;
    await tokens.verify(secret);
    expect((await tokens.get(id))?.lastUsedAt).toBe(first);
    now += 1000;
    await tokens.verify(secret);
    expect((await tokens.get(id))?.lastUsedAt).toBe(new Date(now).toISOString());
  });
});

describe("a ticket", () => {
  it("opens once, for 30 seconds, what the token may see then", async () => {
    const { tokens } = await service();
    const tickets = new TicketService(
      (id) => tokens.grantOf(id),
      () => now,
    );
    const { id, secret } = await tokens.create(reader);
    const { ticket } = tickets.issue(id);
    expect(await tickets.redeem(ticket)).toEqual(await tokens.verify(secret));
    expect(await tickets.redeem(ticket)).toBeUndefined();
    const late = tickets.issue(id).ticket;
    now += 30_000;
    expect(await tickets.redeem(late)).toBeUndefined();
    const revoked = tickets.issue(id).ticket;
    await tokens.revoke(id);
    expect(await tickets.redeem(revoked)).toBeUndefined();
    expect(await tickets.redeem("ct_guess")).toBeUndefined();
  });

  it("of a flood pushes out the oldest, and never fills the memory", async () => {
    const tickets = new TicketService(
      () => Promise.resolve({ tokenId: "x", name: "", scope: reader.scope }),
      () => now,
    );
    const oldest = tickets.issue("x").ticket;
    const next = Array.from({ length: 10_000 }, () => tickets.issue("x").ticket);
    expect(await tickets.redeem(oldest)).toBeUndefined();
    expect(await tickets.redeem(next.at(-1) ?? "")).toBeDefined();
  });
});

describe("the scope of a token", () => {
  const all: Scope = { pbxs: "*", extensions: "*", verbs: ["admin"] };
  it.each<[Scope, Scope, boolean]>([
    [{ pbxs: ["hq"], extensions: ["1000"], verbs: ["read"] }, all, true],
    [{ pbxs: "*", extensions: "*", verbs: ["admin"] }, { ...all, pbxs: ["hq"] }, false],
    [{ pbxs: ["hq", "branch"], extensions: "*", verbs: ["read"] }, { ...all, pbxs: ["hq"] }, false],
    [{ pbxs: ["hq"], extensions: ["1001"], verbs: ["read"] }, { ...all, extensions: ["1000"] }, false],
    [{ pbxs: ["hq"], extensions: ["1000"], verbs: ["admin"] }, { ...all, verbs: ["read"] }, false],
  ])("%j within %j: %s", (inner, outer, expected) => {
    expect(isWithin(inner, outer)).toBe(expected);
  });
});

describe("the routes of tokens", () => {
  async function start(): Promise<{
    call: (
      method: "GET" | "POST" | "DELETE",
      url: string,
      secret: string,
      payload?: object,
    ) => Promise<{ status: number; body: Record<string, unknown> }>;
    admin: string;
    tokens: TokenService;
    audit: AuditLog;
  }> {
    const { tokens, database } = await service();
    const tickets = new TicketService(
      (id) => tokens.grantOf(id),
      () => now,
    );
    const audit = new AuditLog(database, () => now);
    const guard = {
      verify: (secret: string) => tokens.verify(secret),
      redeem: (ticket: string) => tickets.redeem(ticket),
      onEnded: (id: string, listener: () => void) => tokens.onEnded(id, listener),
    };
    const { app } = await testApp({ routes: tokenRoutes({ tokens, tickets, audit, now: () => now }), tokens: guard });
    closers.push(() => app.close());
    const admin = await tokens.create({ name: "root", scope: { pbxs: "*", extensions: "*", verbs: ["admin"] } });
    return {
      tokens,
      audit,
      admin: admin.secret,
      call: async (method, url, secret, payload) => {
        const response = await app.inject({
          method,
          url: `/api/v1${url}`,
          headers: { host: "localhost", ...bearer(secret) },
          ...(payload === undefined ? {} : { payload }),
        });
        return { status: response.statusCode, body: response.body === "" ? {} : response.json() };
      },
    };
  }

  it("make, list and revoke, and keep a record of who did it", async () => {
    const { call, admin, audit } = await start();
    const made = await call("POST", "/tokens", admin, reader);
    expect(made).toMatchObject({ status: 201, body: { name: "CRM", secret: expect.stringMatching(/^cb_/) } });
    const listed = await call("GET", "/tokens", admin);
    expect((listed.body["items"] as { name: string }[]).map(({ name }) => name)).toEqual(
      expect.arrayContaining(["root", "CRM"]),
    );
    expect(JSON.stringify(listed.body)).not.toContain("secret");
    const secret = String(made.body["secret"]);
    expect((await call("GET", "/tokens", secret)).status).toBe(403);
    expect((await call("DELETE", `/tokens/${String(made.body["id"])}`, admin)).status).toBe(204);
    expect((await call("GET", "/tokens", secret)).status).toBe(401);
    expect((await call("DELETE", `/tokens/${String(made.body["id"])}`, admin)).status).toBe(404);
    const records = await audit.read(10);
    expect(records.map(({ action, result }) => `${action} ${result}`)).toEqual(["token.revoke ok", "token.create ok"]);
    expect(records.map(({ target }) => target)).toEqual([made.body["id"], made.body["id"]]);
    expect(records[1]?.detail).toMatchObject({ name: "CRM" });
    expect(JSON.stringify(records)).not.toContain(secret);
  });

  it("let nobody give away, see or revoke more than he has himself", async () => {
    const { call, admin, tokens, audit } = await start();
    const small = await tokens.create({
      name: "branch",
      scope: { pbxs: ["branch"], extensions: "*", verbs: ["admin"] },
    });
    const escape = { name: "x", scope: { pbxs: ["branch", "hq"], extensions: "*", verbs: ["read"] } };
    expect(await call("POST", "/tokens", small.secret, escape)).toMatchObject({
      status: 403,
      body: { code: "FORBIDDEN" },
    });
    expect((await audit.read(1))[0]).toMatchObject({ actor: small.id, action: "token.create", result: "FORBIDDEN" });
    const listed = await call("GET", "/tokens", small.secret);
    expect((listed.body["items"] as { name: string }[]).map(({ name }) => name)).toEqual(["branch"]);
    const rootId = parseToken(admin)?.id ?? "";
    expect((await call("DELETE", `/tokens/${rootId}`, small.secret)).status).toBe(404);
    expect((await call("GET", "/tokens", admin)).status).toBe(200);
  });

  it("let no token outlive the one that made it", async () => {
    const { call, tokens } = await start();
    const at = (ms: number): string => new Date(now + ms).toISOString();
    const { secret } = await tokens.create({
      name: "day",
      scope: { ...reader.scope, verbs: ["admin"] },
      expiresAt: at(9000),
    });
    for (const end of [{}, { expiresAt: at(9001) }])
      expect(await call("POST", "/tokens", secret, { name: "x", scope: reader.scope, ...end })).toMatchObject({
        status: 403,
        body: { code: "FORBIDDEN" },
      });
    const shorter = { name: "x", scope: reader.scope, expiresAt: at(9000) };
    expect((await call("POST", "/tokens", secret, shorter)).status).toBe(201);
  });

  it("refuse a limit that they do not know, which would be none", async () => {
    const { call, admin } = await start();
    const answer = await call("POST", "/tokens", admin, { ...reader, scope: { ...reader.scope, queues: ["sales"] } });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: "body.scope.queues" }] } });
  });

  it("refuse a token that is over before it begins", async () => {
    const { call, admin } = await start();
    const answer = await call("POST", "/tokens", admin, { ...reader, expiresAt: "2020-01-01T00:00:00Z" });
    expect(answer).toMatchObject({ status: 400, body: { errors: [{ path: "body.expiresAt" }] } });
  });

  it("give tickets to who may read", async () => {
    const { call, tokens } = await start();
    const { secret } = await tokens.create(reader);
    expect(await call("POST", "/tickets", secret)).toMatchObject({
      status: 201,
      body: { ticket: expect.stringMatching(/^ct_/) },
    });
  });
});
