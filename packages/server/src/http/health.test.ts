import { afterEach, describe, expect, it } from "vitest";
import type { FastifyInstance } from "fastify";
import { bearer, testApp } from "../testing/test-app.ts";
import { healthPlugin } from "./health.ts";
import type { HealthSources } from "./health.ts";
import { createLog } from "./log.ts";
import { Metrics } from "./metrics.ts";

const closers: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function start(
  sources: Partial<HealthSources> = {},
  lines: string[] = [],
): Promise<{ app: FastifyInstance; metrics: Metrics }> {
  const metrics = new Metrics();
  const { app, tokens } = await testApp({
    routes: [],
    metrics,
    log: createLog("info", { write: (line) => void lines.push(line) }),
    plugins: [healthPlugin({ storing: () => true, pbxs: () => [], metrics, ...sources })],
  });
  tokens.scopes.set("reader", { pbxs: "*", extensions: "*", verbs: ["read"] });
  tokens.scopes.set("small", { pbxs: ["hq"], extensions: "*", verbs: ["read"] });
  closers.push(() => app.close());
  return { app, metrics };
}

const headers = { host: "localhost" };

describe("/readyz", () => {
  it("is ready once storage works and each PBX was reached or refused the login", async () => {
    const pbxs = [
      { id: "hq", state: "down" as const, settled: true },
      { id: "branch", state: "refused" as const, settled: true },
    ];
    const { app } = await start({ pbxs: () => pbxs });
    const response = await app.inject({ url: "/readyz", headers });
    expect([response.statusCode, response.json()]).toEqual([
      200,
      {
        ready: true,
        reasons: [],
        pbxs: [
          { id: "hq", state: "down" },
          { id: "branch", state: "refused" },
        ],
      },
    ]);
  });

  it("says everything that is missing", async () => {
    const pbxs = [{ id: "hq", state: "connecting" as const, settled: false }];
    const { app } = await start({ storing: () => false, pbxs: () => pbxs });
    const response = await app.inject({ url: "/readyz", headers });
    expect([response.statusCode, response.json().reasons]).toEqual([
      503,
      ["storage: events cannot be stored", "pbx hq: connecting, not reached yet"],
    ]);
    expect((await app.inject({ url: "/healthz", headers })).statusCode).toBe(200);
  });
});

describe("/metrics", () => {
  it.each([
    [undefined, 401],
    ["wrong", 401],
    ["small", 403],
    ["reader", 200],
  ])("for the token %s: %i", async (token, status) => {
    const { app } = await start();
    const response = await app.inject({ url: "/metrics", headers: { ...headers, ...(token && bearer(token)) } });
    expect(response.statusCode).toBe(status);
  });

  it("counts requests by route, never by what a client made up", async () => {
    const { app, metrics } = await start();
    for (const url of ["/made-up-1", "/made-up-2", "/api/v1/openapi.json?x=made-up"])
      await app.inject({ url, headers });
    const text = await metrics.text();
    expect(text).toContain('cordboard_http_requests_total{method="GET",route="none",status="404"} 2');
    expect(text).toContain('cordboard_http_requests_total{method="GET",route="/api/v1/openapi.json",status="400"} 1');
    expect(text).toContain("nodejs_eventloop_lag_seconds");
    expect(text).not.toContain("made-up");
  });

  it("reads a figure when it is asked for, and forgets what is gone", async () => {
    const metrics = new Metrics();
    let calls: [{ pbx: string }, number][] = [[{ pbx: "hq" }, 3]];
    metrics.gauge("cordboard_calls", "Calls now.", ["pbx"], () => calls);
    expect(await metrics.text()).toContain('cordboard_calls{pbx="hq"} 3');
    calls = [];
    expect(await metrics.text()).not.toContain("cordboard_calls{");
  });
});

describe("the log", () => {
  it("has a line per request with its id and the token's, and nothing that a client chose or that is secret", async () => {
    const lines: string[] = [];
    const { app } = await start({}, lines);
    const response = await app.inject({
      url: "/metrics?ticket=hunter2",
      headers: { ...headers, ...bearer("reader"), cookie: "a=hunter2", "user-agent": "hunter2" },
    });
    const line = JSON.parse(lines[0] ?? "") as Record<string, unknown>;
    expect(line).toMatchObject({
      level: "info",
      reqId: response.headers["x-request-id"],
      route: "/metrics",
      status: 200,
    });
    expect(lines.join()).not.toMatch(/hunter2|Bearer/);
  });

  it("hides what could be secret, should somebody log it", () => {
    const lines: string[] = [];
    const log = createLog("info", { write: (line) => void lines.push(line) });
    log.info({
      secret: "hunter2",
      authorization: "hunter2",
      request: { headers: { authorization: "hunter2", cookie: "hunter2" } },
    });
    log.info({ made: { secret: "hunter2", token: "hunter2" } });
    expect(lines.join()).not.toContain("hunter2");
    expect(lines.join()).toContain("[hidden]");
  });
});
