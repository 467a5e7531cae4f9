import { afterEach, describe, expect, it } from "vitest";
import type { FastifyInstance } from "fastify";
import { AuditLog } from "../audit/audit-log.ts";
import { callRoutes } from "../calls/routes.ts";
import { conferenceRoomRoutes } from "../conference-rooms/routes.ts";
import { extensionRoutes } from "../extensions/routes.ts";
import { mailboxRoutes } from "../mailboxes/routes.ts";
import { parkingRoutes } from "../parking/routes.ts";
import { pbxRoutes } from "../pbxs/routes.ts";
import { presenceRoutes } from "../presence/routes.ts";
import { PresenceService } from "../presence/service.ts";
import type { PresencePbx } from "../presence/service.ts";
import { queueRoutes } from "../queues/routes.ts";
import { openDatabase } from "../storage/open-database.ts";
import { filledLiveState } from "../testing/filled-live-state.ts";
import { bearer, testApp } from "../testing/test-app.ts";
import type { FakeTokens } from "../testing/test-app.ts";
import type { Route } from "./define-route.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Scene {
  readonly app: FastifyInstance;
  readonly tokens: FakeTokens;
  readonly routes: readonly Route[];
  readonly audit: AuditLog;
  readonly get: (
    path: string,
    token?: string,
  ) => Promise<{ status: number; body: Record<string, unknown>; text: string }>;
}

const nobody: PresencePbx = { state: "waiting", setPresence: () => Promise.reject(new Error("unused")) };

async function start(pbx: PresencePbx = nobody): Promise<Scene> {
  const live = filledLiveState();
  const database = await openDatabase(":memory:");
  const audit = new AuditLog(database);
  const routes = [
    ...pbxRoutes(live),
    ...callRoutes(live),
    ...extensionRoutes(live),
    ...queueRoutes(live),
    ...conferenceRoomRoutes(live),
    ...parkingRoutes(live),
    ...mailboxRoutes(live),
    ...presenceRoutes(live, new PresenceService(() => pbx, audit)),
  ];
  const { app, tokens } = await testApp({ routes });
  closers.push(
    () => database.destroy(),
    () => app.close(),
  );
  return {
    app,
    tokens,
    routes,
    audit,
    get: async (path, token = "all") => {
      const response = await app.inject({ url: `/api/v1${path}`, headers: { host: "localhost", ...bearer(token) } });
      return { status: response.statusCode, body: response.json(), text: response.body };
    },
  };
}

const itemsOf = (body: Record<string, unknown>): Record<string, unknown>[] =>
  body["items"] as Record<string, unknown>[];

describe("the live part of the API", () => {
  it.each([
    ["/calls", 4],
    ["/extensions", 8],
    ["/queues", 4],
    ["/conference-rooms", 4],
    ["/parking", 4],
    ["/mailboxes", 8],
    ["/presence", 8],
  ])("lists all of %s, with the cursor it is the state of, and can narrow it to a PBX", async (path, count) => {
    const { get } = await start();
    const { status, body } = await get(path);
    expect([status, itemsOf(body).length, body["cursor"]]).toEqual([200, count, "e.42"]);
    expect(itemsOf((await get(`${path}?pbx=hq`)).body)).toHaveLength(count / 2);
  });

  it("finds calls by extension and queue, and extensions by a part of number or name", async () => {
    const { get } = await start();
    expect(itemsOf((await get("/calls?extension=1001&pbx=hq")).body).map(({ id }) => id)).toEqual([
      "call-hq-1000-1001",
    ]);
    expect(itemsOf((await get("/calls?queue=sales")).body)).toEqual([]);
    expect(itemsOf((await get("/extensions?search=NAME-HQ-2")).body).map(({ number }) => number)).toEqual([
      "2000",
      "2001",
    ]);
  });

  it("shows one thing, and asks which where two PBXs have it", async () => {
    const { get } = await start();
    for (const path of [
      "/extensions/1000",
      "/extensions/1000/devices",
      "/extensions/1000/presence",
      "/queues/sales",
      "/conference-rooms/600",
      "/mailboxes/1000@default",
      "/presence/CustomPresence:1000",
    ]) {
      const which = await get(path);
      expect(which).toMatchObject({
        status: 409,
        body: { code: "AMBIGUOUS", errors: [{ path: "query.pbx", message: "hq" }, { message: "branch" }] },
      });
      expect((await get(`${path}?pbx=hq`)).status).toBe(200);
      expect(await get(`${path}?pbx=nowhere`)).toMatchObject({ status: 404, body: { code: "NOT_FOUND" } });
      expect((await get(path.replace(/1000|sales|600/, "nobody"))).status).toBe(404);
    }
    expect((await get("/calls/call-hq-1000-1001")).body["pbx"]).toBe("hq");
    expect((await get("/pbxs/hq")).body).toMatchObject({ name: "Pbx-hq", calls: 2 });
    expect((await get("/extensions/1000?pbx=hq")).body).toMatchObject({
      callIds: ["call-hq-1000-1001"],
      presence: { message: "Message-hq-1000" },
      mailbox: { newMessages: 1 },
    });
    expect((await get("/queues/hidden-hq")).status).toBe(200);
  });

  it("asks no question that the token's scope answers", async () => {
    const { get, tokens } = await start();
    tokens.scopes.set("hq", { pbxs: ["hq"], extensions: "*", verbs: ["read"] });
    expect((await get("/extensions/1000", "hq")).body).toMatchObject({ pbx: "hq" });
  });
});

describe("no reply holds anything that the token may not see", () => {
  /** Everything one could ask for by name, one's own and others'. */
  const names: Readonly<Record<string, readonly string[]>> = {
    id: ["hq", "branch", "call-hq-1000-1001", "call-hq-2000-2001", "call-branch-1000-1001"],
    ext: ["1000", "1001", "2000", "2001"],
    name: ["sales", "600", "hidden-hq", "hidden-branch"],
    box: ["1000@default", "1001@default", "2000@default"],
    presentity: ["CustomPresence:1000", "CustomPresence:2000"],
  };

  function pathsOf(routes: readonly Route[]): string[] {
    return routes
      .filter(({ method }) => method === "GET")
      .flatMap(({ path }) => {
        const name = /\{(\w+)\}/.exec(path)?.[1];
        const paths =
          name === undefined
            ? [path]
            : (names[name] ?? []).map((value) => path.replace(`{${name}}`, encodeURIComponent(value)));
        return paths.flatMap((each) => [each, `${each}?pbx=hq`, `${each}?pbx=branch`]);
      })
      .filter((path) => !/^\/(?:pbxs|calls\/[^?]*)\?|^\/pbxs\/[^?]*\?/.test(path));
  }

  it.each([
    ["another extension", { pbxs: "*" as const, extensions: ["1000"] }, /2000|2001|hidden/, "1001"],
    ["another PBX", { pbxs: ["hq"], extensions: "*" as const }, /branch/, "2000"],
    ["another extension and another PBX", { pbxs: ["hq"], extensions: ["1000"] }, /2000|2001|hidden|branch/, "1001"],
    ["nothing there is", { pbxs: ["none"], extensions: ["9999"] }, /hq|branch|1000|1001|2000|2001/, "NOT_FOUND"],
  ])("of %s, at any address", async (_, reach, foreign, shown) => {
    const { get, tokens, routes } = await start();
    tokens.scopes.set("small", { ...reach, verbs: ["read"] });
    const replies = [];
    for (const path of pathsOf(routes)) replies.push({ path, ...(await get(path, "small")) });
    expect(replies.filter(({ status }) => ![200, 404, 409].includes(status))).toEqual([]);
    // The channel of somebody else in a shared queue is a number without a name.
    const seen = replies.map(({ path, text }) => ({ path, text: text.replaceAll(/"channelId":"[^"]*"/g, "") }));
    expect(seen.filter(({ text }) => foreign.test(text))).toEqual([]);
    expect(seen.some(({ text }) => text.includes(shown))).toBe(true);
  });

  it("and none of it can be changed", async () => {
    const asked: string[] = [];
    const pbx: PresencePbx = {
      state: "live",
      setPresence: (who) => {
        asked.push(who);
        return Promise.resolve({ presentity: who, state: "away", subtype: "", message: "" });
      },
    };
    const { app, tokens } = await start(pbx);
    tokens.scopes.set("small", { pbxs: ["hq"], extensions: ["1000"], verbs: ["presence"] });
    tokens.scopes.set("reader", { pbxs: "*", extensions: "*", verbs: ["read"] });
    const patch = async (path: string, token: string): Promise<number> => {
      const headers = { host: "localhost", ...bearer(token) };
      const url = `/api/v1${path}`;
      return (await app.inject({ method: "PATCH", url, headers, payload: { state: "away" } })).statusCode;
    };
    for (const path of [
      "/extensions/2000/presence",
      "/presence/CustomPresence:2000",
      "/extensions/1000/presence?pbx=branch",
    ]) {
      expect(await patch(path, "small")).toBe(404);
    }
    expect(await patch("/extensions/1000/presence?pbx=hq", "reader")).toBe(403);
    expect(asked).toEqual([]);
    expect(await patch("/extensions/1000/presence", "small")).toBe(200);
    expect(await patch("/presence/CustomPresence:1000", "small")).toBe(200);
    expect(asked).toEqual(["1000", "CustomPresence:1000"]);
  });
});
