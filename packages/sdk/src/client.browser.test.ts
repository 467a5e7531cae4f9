import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { chromium } from "playwright-core";
import type { Browser, Page } from "playwright-core";
import { rolldown } from "rolldown";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { FakeLog, sseText } from "./testing/fake-log.ts";
import { sendJson, startHttp } from "./testing/http-server.ts";
import type { HttpServer } from "./testing/http-server.ts";

const token = "the-secret-of-a-token";

let browser: Browser;
let script: string;
const closers: AsyncDisposable[] = [];

beforeAll(async () => {
  const build = await rolldown({
    input: join(import.meta.dirname, "index.ts"),
    platform: "browser",
    // Only what is named is there: an import of Node's would fail to build.
    resolve: { conditionNames: ["@cordboard/source", "browser", "import"] },
  });
  const { output } = await build.generate({ format: "iife", name: "sdk", minify: true });
  script = output[0].code;
  browser = await chromium.launch({
    executablePath: process.env["CHROMIUM"] ?? "/usr/bin/chromium",
    args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--disable-background-networking"],
  });
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const closer of closers.splice(0).toReversed()) await closer[Symbol.asyncDispose]();
});

interface Scene {
  readonly page: Page;
  readonly api: HttpServer;
  /** Address of the API: of another origin than the page's. */
  readonly url: string;
}

/** A page with the client in it, and an API of another origin that allows what Cordboard allows there. */
async function open(answer: Parameters<typeof startHttp>[0]): Promise<Scene> {
  const site = await startHttp((_request, response) =>
    response.setHeader("content-type", "text/html").end("<title>x</title>"),
  );
  const api = await startHttp((request, response) => {
    response.setHeader("access-control-allow-origin", site.url);
    response.setHeader("access-control-allow-headers", "authorization, content-type");
    response.setHeader("access-control-allow-methods", "GET, POST, PATCH, DELETE");
    if (request.method === "OPTIONS") response.writeHead(204).end();
    else answer(request, response);
  });
  const page = await browser.newPage();
  closers.push(site, api, { [Symbol.asyncDispose]: () => page.close() });
  await page.goto(site.url);
  await page.addScriptTag({ content: script });
  return { page, api, url: api.url };
}

/** What the script leaves in the page. */
declare const sdk: typeof import("./index.ts");
declare const taken: string[];

describe("the client in a browser", () => {
  it("is small, and holds no schemas", () => {
    expect(script).not.toContain("invalid_type");
    expect(gzipSync(script).length).toBeLessThan(8_000);
  });

  it("asks with its token in a header, also across origins", async () => {
    const { page, api, url } = await open((_request, response) =>
      sendJson(response, { items: [{ id: "c1" }], cursor: "e1.1" }),
    );
    const ids = await page.evaluate(
      async ([url = "", token = ""]) => {
        const { items } = await sdk.createClient({ url, token }).calls.list({ extension: "1000" });
        return items.map(({ id }) => id);
      },
      [url, token],
    );
    expect(ids).toEqual(["c1"]);
    expect(api.requests.map(({ method, url: asked, headers }) => [method, asked, headers.authorization])).toEqual([
      ["OPTIONS", "/api/v1/calls?extension=1000", undefined],
      ["GET", "/api/v1/calls?extension=1000", `Bearer ${token}`],
    ]);
  });

  it("follows the calls through lost connections, and stops when it is told to", async () => {
    const log = new FakeLog();
    let cut: () => void = () => {};
    const { page, api, url } = await open(({ url: asked }, response) => {
      const query = new URL(asked, "http://x").searchParams;
      const begin = log.opening(query);
      let { seq } = begin;
      response.writeHead(200, { "content-type": "text/event-stream" });
      for (const message of begin.messages) response.write(sseText(message));
      log.onMore = () => {
        for (const event of log.after(seq)) {
          response.write(sseText(event));
          ({ seq } = event);
        }
      };
      log.onMore();
      cut = () => response.destroy();
    });
    const told = (): Promise<string[]> => page.evaluate(() => taken);
    await page.evaluate(
      ([url = "", token = ""]) => {
        Object.assign(globalThis, { taken: [] });
        const stop = new AbortController();
        const events = sdk
          .createClient({ url, token })
          .events({ backoff: { minMs: 1, maxMs: 10 }, signal: stop.signal });
        void (async () => {
          for await (const { event, live } of sdk.liveCalls(events)) {
            taken.push(`${event.type} ${event.cursor}: ${[...live.calls.keys()].join()}`);
            if (event.type === "call-cleared") stop.abort();
          }
          taken.push("over");
        })();
      },
      [url, token],
    );
    await expect.poll(told).toEqual(["snapshot e1.0: "]);
    log.tell("originated", "c1");
    await expect.poll(told).toHaveLength(2);
    log.onMore = () => {};
    cut();
    log.tell("originated", "c2");
    log.tell("established", "c1");
    await expect.poll(told).toHaveLength(4);
    log.tell("call-cleared", "c1");
    await expect
      .poll(told)
      .toEqual([
        "snapshot e1.0: ",
        "originated e1.1: c1",
        "originated e1.2: c1,c2",
        "established e1.3: c1,c2",
        "call-cleared e1.4: c2",
        "over",
      ]);
    expect(api.requests.map(({ url: asked }) => asked).join()).not.toContain(token);
  });

  it("opens the stream with a ticket alone, asking nobody before", async () => {
    const { page, api, url } = await open((_request, response) =>
      response.writeHead(200, { "content-type": "text/event-stream" }).write(sseText(new FakeLog().snapshot())),
    );
    const type = await page.evaluate(async (url) => {
      const { value } = await sdk
        .createClient({ url, ticket: () => "k1" })
        .events()
        .next();
      return value?.type;
    }, url);
    expect(type).toBe("snapshot");
    expect(api.requests.map(({ method, url: asked }) => `${method} ${asked}`)).toEqual([
      "GET /api/v1/events?ticket=k1",
    ]);
  });

  it("says that it cannot reach a server which does not allow the page", async () => {
    const { page } = await open(() => {});
    const other = await startHttp((_request, response) => sendJson(response, { items: [], cursor: "e1.1" }));
    closers.push(other);
    const error = await page.evaluate(
      ([url = ""]) =>
        sdk
          .createClient({ url })
          .calls.list()
          .then(
            () => "it can",
            (error: unknown) => (error instanceof sdk.CordboardError ? `${error.name} ${error.code}` : String(error)),
          ),
      [other.url],
    );
    expect(error).toBe("CordboardConnectionError SDK_CONNECT_FAILED");
  });
});
