import { once } from "node:events";
import { get, type IncomingMessage } from "node:http";
import type { AddressInfo } from "node:net";
import type { CallHistoryPage, CallRecord } from "@cordboard/sdk";
import type { FastifyInstance } from "fastify";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from "vitest";
import type { Database } from "../storage/database.ts";
import { openDatabase } from "../storage/open-database.ts";
import { bearer, testApp, type FakeTokens } from "../testing/test-app.ts";
import { CallHistoryStore } from "./call-history-store.ts";
import { callHistoryRoutes } from "./routes.ts";
import { makeRecord } from "./testing/make-record.ts";

/** More than the buffers of a connection hold. */
const bulk = "x".repeat(200_000);

const patience = { timeout: 10_000 };

let db: Database;
let app: FastifyInstance;
let tokens: FakeTokens;
let queries = 0;
beforeAll(async () => {
  const plain = await openDatabase(":memory:");
  db = plain.withPlugin({
    transformQuery: ({ node }) => {
      queries++;
      return node;
    },
    transformResult: ({ result }) => Promise.resolve(result),
  });
  const store = new CallHistoryStore(db);
  await db.transaction().execute(async (trx) => {
    for (let index = 0; index < 700; index++) {
      const extension = index === 7 ? "1007" : "1000";
      const record = makeRecord(`c${String(index)}`, index, [{ extension, name: "Kai" }, { extension: "1002" }]);
      const userData: Record<string, string> = index < 600 ? {} : { bulk };
      await store.insert(trx, { ...record, call: { ...record.call, userData } });
    }
  });
});
afterAll(() => db.destroy());
beforeEach(async () => {
  ({ app, tokens } = await testApp({ routes: callHistoryRoutes(db, new CallHistoryStore(db)) }));
  tokens.scopes.set("some", { pbxs: ["office"], extensions: ["1007"], verbs: ["call-history"] });
  tokens.scopes.set("reader", { pbxs: "*", extensions: "*", verbs: ["read"] });
});
afterEach(() => app.close());

async function asked(path: string, token = "all"): Promise<{ status: number; body: unknown }> {
  const { body, statusCode } = await app.inject({ url: `/api/v1/call-history${path}`, headers: bearer(token) });
  return { status: statusCode, body: JSON.parse(body) };
}

/** Begins to read an export over a real connection, and reads no more than the first bytes. */
async function openExport(token = "all"): Promise<IncomingMessage> {
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  const request = get({ port, path: "/api/v1/call-history/export?format=json", headers: bearer(token) });
  const [response] = (await once(request, "response")) as [IncomingMessage];
  await once(response, "readable");
  return response;
}

describe("the routes of the call history", () => {
  it("page through the calls newest first", async () => {
    const { body, status } = await asked("?limit=2&extension=1000");
    const { items, next } = body as CallHistoryPage;
    expect(status).toBe(200);
    expect(items.map(({ id }) => id)).toEqual(["c699", "c698"]);
    const second = (await asked(`?limit=2&extension=1000&after=${next ?? ""}`)).body as CallHistoryPage;
    expect(second.items.map(({ id }) => id)).toEqual(["c697", "c696"]);
  });

  it("give one call by its id, and none that the token may not see", async () => {
    expect((await asked("/c7")).body).toEqual(
      makeRecord("c7", 7, [{ extension: "1007", name: "Kai" }, { extension: "1002" }]),
    );
    expect(await asked("/c7", "some")).toMatchObject({ status: 200 });
    expect(await asked("/c8", "some")).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
    expect(await asked("/%27%20or%201=1")).toMatchObject({ status: 404 });
  });

  it("want the verb `call-history`", async () => {
    for (const path of ["", "/c7", "/export?format=csv"])
      expect(await asked(path, "reader")).toMatchObject({ status: 403, body: { code: "FORBIDDEN" } });
  });

  it("take several results", async () => {
    for (const query of ["?result=missed,busy", "?result=missed&result=busy"])
      expect((await asked(query)).body).toEqual({ items: [] });
    expect(((await asked("?result=answered,busy&limit=1")).body as CallHistoryPage).items).toHaveLength(1);
  });

  it.each([
    ["?after=nonsense", "query.after"],
    ["?limit=1000000", "query.limit"],
    ["?limit=0", "query.limit"],
    ["?queue=", "query.queue"],
    ["?number=%2B", "query.number"],
    ["?name=%00", "query.name"],
    ["?from=yesterday", "query.from"],
    ["?result=great", "query.result.0"],
    ["?result=missed,", "query.result.1"],
    [`?name=${"x".repeat(101)}`, "query.name"],
    ["?name=a&name=b", "query.name"],
    ["/export?format=csv&number=%E2%80%8F", "query.number"],
    ["/export?format=csv&limit=5", "query.limit"],
    ["/export?format=xml", "query.format"],
    ["/export", "query.format"],
  ])("refuse %s and name the place", async (path, place) => {
    const { body, status } = await asked(path);
    expect(status).toBe(400);
    expect(body).toMatchObject({ code: "BAD_REQUEST", errors: [{ path: place }] });
  });

  it("export all that a token may see, as a file", async () => {
    const { body, headers } = await app.inject({
      url: "/api/v1/call-history/export?format=csv&raw=true",
      headers: bearer("some"),
    });
    expect(headers).toMatchObject({
      "content-type": "text/csv; charset=utf-8; header=present",
      "content-disposition": 'attachment; filename="call-history.csv"',
    });
    expect(body.trim().split("\r\n")).toHaveLength(2);
    const json = await asked("/export?format=json");
    expect((json.body as CallRecord[]).length).toBe(700);
  });

  it("stop an export whose client goes away", async () => {
    queries = 0;
    const response = await openExport();
    response.destroy();
    await vi.waitFor(() => expect(tokens.listeners("all")).toBe(0), patience);
    expect(queries).toBeLessThanOrEqual(2);
  });

  it("break off an export whose token ends, so that nobody takes it for complete", async () => {
    const response = await openExport();
    tokens.revoke("all");
    response.on("error", () => {}).resume();
    await vi.waitFor(() => expect(response.closed).toBe(true), patience);
    expect(response.complete).toBe(false);
  });
});
