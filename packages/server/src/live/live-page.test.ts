import { once } from "node:events";
import { request } from "node:http";
import type { IncomingHttpHeaders, RequestOptions } from "node:http";
import { connect } from "node:net";
import { afterEach, describe, expect, it, vi } from "vitest";
import { FakePbx } from "../testing/fake-pbx.ts";
import { servePage } from "../testing/live-page-server.ts";
import type { PageServer, PageServerOptions } from "../testing/live-page-server.ts";
import { LiveBoard } from "./live-board.ts";

const KAI = { number: "1000", name: "Kai" };
const PING = { number: "1002", name: "Ping" };

interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

const PLAIN = { subtype: "", message: "" };
// Megabytes through the kernel take their time where others work too.
vi.setConfig({ testTimeout: 30_000 });

const closers: (() => unknown)[] = [];

afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function serve(
  options: Partial<PageServerOptions> = {},
): Promise<{ server: PageServer; pbx: FakePbx; board: LiveBoard }> {
  const board = new LiveBoard({ everyMs: 1 });
  const pbx = new FakePbx("hq");
  board.add(pbx, "Head office");
  const server = await servePage({ board, ...options });
  closers.push(
    () => board.close(),
    () => server.close(),
  );
  return { server, pbx, board };
}

function ask(server: PageServer, path: string, options: RequestOptions = {}): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path, ...options }, (response) => {
      let body = "";
      response.setEncoding("utf8");
      response.on("data", (text: string) => (body += text));
      response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
    });
    sent.on("error", reject);
    sent.end();
  });
}

/** Reads the stream until `enough` of it came. */
function stream(
  server: PageServer,
  headers: Record<string, string>,
  enough: (text: string) => boolean,
): Promise<string> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: "127.0.0.1", port: server.port, path: "/live", headers }, (response) => {
      let text = "";
      response.setEncoding("utf8");
      response.on("data", (part: string) => {
        text += part;
        if (!enough(text)) return;
        sent.destroy();
        resolve(text);
      });
      response.on("close", () => reject(new Error(`the stream ended: ${response.statusCode ?? 0} ${text}`)));
    });
    sent.on("error", reject);
    sent.end();
  });
}

describe("the live page's server", () => {
  it("serves the page with a policy that lets nothing of strangers in", async () => {
    const { server } = await serve();
    const page = await ask(server, "/");
    expect(page.status).toBe(200);
    expect(page.headers["content-security-policy"]).toContain("default-src 'none'; script-src 'self'");
    expect(page.headers["content-security-policy"]).toContain("frame-ancestors 'none'");
    expect(page.body).not.toMatch(/<script(?![^>]*src=)|style=|\son\w+=|https?:\/\//);
    for (const path of ["/live.css", "/live.js"]) expect((await ask(server, path)).status).toBe(200);
  });

  it("answers what it does not know with a problem that has a code", async () => {
    const { server } = await serve();
    const answer = await ask(server, "/../../package.json");
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([404, { code: "NOT_FOUND" }]);
  });

  it("refuses names that are not its own, page and stream alike", async () => {
    const { server } = await serve({ allowedHosts: ["cti.example.com"] });
    for (const path of ["/", "/live", "/live.js", "/nothing"]) {
      const answer = await ask(server, path, { headers: { host: "evil.example" } });
      expect([answer.status, JSON.parse(answer.body)]).toMatchObject([421, { code: "HOST_NOT_ALLOWED" }]);
    }
    expect((await ask(server, "/", { headers: { host: "cti.example.com" } })).status).toBe(200);
  });

  it("gives a snapshot first, then each change", async () => {
    const { server, pbx } = await serve();
    setTimeout(() => pbx.dials(KAI, PING), 20);
    const text = await stream(server, {}, (each) => each.includes("event: change"));
    const [head = "", first = "", second = ""] = text.split("\n\n");
    expect(head).toBe("retry: 2000");
    expect(JSON.parse(first.split("\ndata: ")[1] ?? "")).toMatchObject({
      pbxs: [{ name: "Head office" }],
      calls: [],
      timeline: [],
    });
    expect(JSON.parse(second.split("\ndata: ")[1] ?? "")).toMatchObject({ calls: [{ title: "Kai 1000 → Ping 1002" }] });
  });

  it.each([
    { "sec-fetch-site": "cross-site" },
    { "sec-fetch-site": "same-site" },
    { origin: "http://evil.example" },
    { origin: "http://127.0.0.1:1" },
    { origin: "null" },
  ])("does not answer a stream that another site, or another port of this one, asks for: %j", async (headers) => {
    const { server } = await serve();
    const answer = await ask(server, "/live", { headers });
    expect([answer.status, JSON.parse(answer.body)]).toMatchObject([403, { code: "ORIGIN_NOT_ALLOWED" }]);
  });

  it("gives its stream to its own page", async () => {
    const { server } = await serve();
    const own = { origin: `http://127.0.0.1:${server.port}`, "sec-fetch-site": "same-origin" };
    expect(await stream(server, own, (text) => text.includes("event: snapshot"))).toContain("Head office");
  });

  it("opens no stream for a HEAD request, which would hold a place for ever", async () => {
    const { server } = await serve();
    expect((await ask(server, "/live", { method: "HEAD" })).status).toBe(404);
  });

  it("puts its security headers on the answer to an address that is none, too", async () => {
    const { server } = await serve();
    const answer = await ask(server, "/%");
    expect(answer.status).toBe(404);
    expect(answer.headers["content-security-policy"]).toContain("default-src 'none'");
  });

  it("gives a snapshot of any size to a client that reads it slowly", async () => {
    const { server, pbx, board } = await serve({ maxUnreadBytes: 10_000 });
    for (let at = 0; at < 3000; at++) pbx.dials({ number: `${at}`, name: "Kai" }, PING);
    board.snapshot();
    const slow = connect(server.port, "127.0.0.1");
    closers.push(() => slow.destroy());
    let text = "";
    slow.setEncoding("utf8").on("data", (part: string) => (text = text.slice(-4000) + part));
    slow.write("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    await once(slow, "data");
    slow.pause();
    for (let at = 0; at < 3; at++) pbx.happens({ type: "presence", presentity: "x:1", state: `digit ${at}`, ...PLAIN });
    setTimeout(() => slow.resume(), 50);
    await expect.poll(() => text.slice(-4000), { timeout: 10_000 }).toContain("digit 2");
  });

  it("cuts off a client that does not read, and no other", async () => {
    const { server, pbx, board } = await serve({ maxUnreadBytes: 2_000_000 });
    const say = (state: string): void => pbx.happens({ type: "presence", presentity: "x:1", state, ...PLAIN });
    const lazy = connect(server.port, "127.0.0.1");
    closers.push(() => lazy.destroy());
    const closed = new Promise<void>((resolve) => lazy.once("close", () => resolve()));
    lazy.on("error", () => {});
    lazy.pause();
    lazy.write("GET /live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const other = stream(server, {}, (text) => text.slice(-4000).includes("the end"));
    const pump = setInterval(() => {
      for (let number = 0; number < 200; number++) say(`${number}${"x".repeat(280)}`);
      board.snapshot();
    }, 1);
    closers.push(() => clearInterval(pump));
    await expect.poll(() => server.connections(), { timeout: 20_000 }).toBe(1);
    clearInterval(pump);
    // What the kernel still holds for it can be read to the end.
    lazy.resume();
    await closed;
    say("the end");
    await expect(other).resolves.toContain("the end");
  });
});

describe("the live page for other machines", () => {
  const TOKEN = "a-token-of-at-least-24-characters";

  it.each(["x-forwarded-for", "forwarded", "via", "x-real-ip"])(
    "shows nothing to whom a proxy brings (%s) where no token is set",
    async (name) => {
      const { server } = await serve();
      const headers = { [name]: "203.0.113.7" };
      expect((await ask(server, "/live/session", { method: "POST" })).status).toBe(204);
      for (const [path, method] of [
        ["/live", "GET"],
        ["/live/session", "POST"],
      ] as const) {
        const refused = await ask(server, path, { method, headers });
        expect([refused.status, JSON.parse(refused.body)]).toMatchObject([401, { code: "TOKEN_REQUIRED" }]);
        expect(refused.body).toContain("http.token");
      }
    },
  );

  it("asks for the token, takes it in a header, and gives a cookie for the stream", async () => {
    const { server } = await serve({ token: TOKEN });
    expect((await ask(server, "/")).status).toBe(200);
    for (const path of ["/live", `/live?token=${TOKEN}`]) {
      const refused = await ask(server, path);
      expect([refused.status, JSON.parse(refused.body)]).toMatchObject([401, { code: "TOKEN_REQUIRED" }]);
    }
    expect((await ask(server, "/live/session", { method: "POST" })).status).toBe(401);
    const opened = await ask(server, "/live/session", {
      method: "POST",
      headers: { authorization: `Bearer ${TOKEN}` },
    });
    expect(opened.status).toBe(204);
    const cookie = opened.headers["set-cookie"]?.[0]?.split(";")[0] ?? "";
    expect(await stream(server, { cookie }, (text) => text.includes("event: snapshot"))).toContain("Head office");
    expect((await ask(server, "/live/session", { method: "POST", headers: { cookie } })).status).toBe(204);
  });
});
