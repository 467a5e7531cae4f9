import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Readable } from "node:stream";
import { newTokenSchema, streamMessageSchema, subscriptionSchema, tokenSchema } from "@cordboard/sdk/schemas";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { callRoutes } from "../calls/routes.ts";
import { extensionRoutes } from "../extensions/routes.ts";
import { launchBrowser } from "../testing/browser.ts";
import { filledLiveState } from "../testing/filled-live-state.ts";
import { testApp } from "../testing/test-app.ts";
import type { FakeTokens } from "../testing/test-app.ts";
import { API_ERRORS } from "./api-error.ts";
import type { AppPlugin } from "./app.ts";
import { defineRoute } from "./define-route.ts";
import { docsPlugin } from "./docs-page.ts";
import { listen } from "./listen.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const LIVE_CSS = readFileSync(new URL("../../page/live.css", import.meta.url));

let browser: Browser;
const closers: (() => unknown)[] = [];
beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

const made: unknown[] = [];
let stream: Readable | undefined;
const live = filledLiveState(["hq"]);
const routes = [
  ...callRoutes(live),
  ...extensionRoutes(live),
  defineRoute({
    method: "GET",
    path: "/events",
    operationId: "streamEvents",
    tag: "events",
    verb: "read",
    summary: "The stream of events",
    query: subscriptionSchema,
    stream: true,
    ticket: true,
    reply: { description: "Messages", schema: streamMessageSchema, contentTypes: ["text/event-stream"] },
    handle: ({ reply }) => {
      reply.type("text/event-stream");
      stream = new Readable({ read() {} });
      stream.push('id: e.42\nevent: snapshot\ndata: {"type":"snapshot","cursor":"e.42"}\n\n');
      return stream;
    },
  }),
  defineRoute({
    method: "POST",
    path: "/tokens",
    operationId: "createToken",
    tag: "tokens",
    verb: "admin",
    summary: "Make a token",
    body: newTokenSchema,
    reply: { status: 201, description: "The token", schema: tokenSchema },
    handle: ({ body }) => {
      made.push(body);
      return { ...body, id: "1", createdAt: "2026-11-21T12:00:00.000Z" };
    },
  }),
];

const css: AppPlugin = (app) => {
  app.get("/live.css", (_, reply) => reply.type("text/css").send(LIVE_CSS));
  app.get("/favicon.ico", (_, reply) => reply.code(204).send());
};

interface Scene {
  readonly page: Page;
  readonly tokens: FakeTokens;
  readonly url: string;
  /** What the page's console complained of. */
  readonly complaints: string[];
}

async function open(hash = "", look: Parameters<Browser["newPage"]>[0] = {}): Promise<Scene> {
  const { app, tokens } = await testApp({ routes, plugins: [docsPlugin(), css] });
  const port = await listen(app, "127.0.0.1", 0);
  const page = await browser.newPage(look);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  closers.push(
    () => app.close(),
    () => page.close(),
  );
  const url = `http://127.0.0.1:${port}/docs`;
  await page.goto(`${url}${hash}`);
  await page.getByRole("link", { name: "GET /calls", exact: true }).waitFor();
  return { page, tokens, url, complaints };
}

/** What axe finds, in words that say where. */
async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AXE);
  const result = await page.evaluate(async () => {
    const axe = (
      globalThis as unknown as {
        axe: {
          run: (
            options: object,
          ) => Promise<{ violations: { id: string; nodes: { html: string; failureSummary?: string }[] }[] }>;
        };
      }
    ).axe;
    return axe.run({ runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] });
  });
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map((node) => `${id}: ${node.html} ${node.failureSummary ?? ""}`),
  );
}

describe("the page to try the API", () => {
  it("sends what is filled in with the token, and shows the reply and the same as a curl line", async () => {
    const { page, complaints, url } = await open("#listCalls");
    await page.getByLabel("Token", { exact: true }).fill("all");
    await page.getByLabel("extension", { exact: true }).fill("1001");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("200 OK").waitFor();
    const body = await page.getByLabel("Body of the reply").textContent();
    expect(JSON.parse(body ?? "")).toMatchObject({ items: [{ id: "call-hq-1000-1001" }] });
    expect(await page.getByLabel("The same with curl").textContent()).toBe(
      `curl -H "Authorization: Bearer $TOKEN" '${url.replace("/docs", "")}/api/v1/calls?extension=1001'`,
    );
    expect(complaints).toEqual([]);
  });

  it("takes the token of its address, removes it from there, and keeps it nowhere but in its memory", async () => {
    const { page, url } = await open("#token=all");
    expect(page.url()).toBe(url);
    expect(await page.getByLabel("Token", { exact: true }).inputValue()).toBe("all");
    const kept = await page.evaluate("JSON.stringify([{ ...localStorage }, { ...sessionStorage }, document.cookie])");
    expect(kept).toBe('[{},{},""]');
    await page.reload();
    expect(await page.getByLabel("Token", { exact: true }).inputValue()).toBe("");
  });

  it("makes a body that fits out of the description, and says what is wrong with another", async () => {
    const { page } = await open("#token=all");
    await page.getByRole("link", { name: "POST /tokens" }).click();
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("201 Created").waitFor();
    expect(made).toEqual([{ name: "text", scope: { pbxs: "*", extensions: "*", verbs: ["read"] } }]);
    expect(await page.getByLabel("The same with curl").textContent()).toContain(`-d '{ "name": "text",`);
    await page.getByLabel("Body (JSON)").fill('{"name": ""}');
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("400 Bad Request").waitFor();
    expect(await page.getByLabel("Body of the reply").textContent()).toContain("body.scope");
  });

  it("asks for what is needed before it sends", async () => {
    const { page } = await open("#getCall");
    await page.getByRole("button", { name: "Send" }).click();
    await page.getByText("id is needed.").waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("parameter-id");
  });

  it("opens the stream, shows what comes, and stops", async () => {
    const { page, complaints } = await open("#token=all");
    await page.getByRole("link", { name: "GET /events" }).click();
    await page.getByRole("button", { name: "Open the stream" }).click();
    await page.getByText("snapshot e.42").waitFor();
    stream?.push('id: e.43\nevent: delivered\ndata: {"type":"delivered",\ndata: "name":"<b>Kai</b>"}\n\n');
    await page.getByText("delivered e.43").click();
    await page.getByText('"name": "<b>Kai</b>"').waitFor();
    expect(await page.locator("#messages > li").first().textContent()).toContain("delivered");
    await page.getByRole("button", { name: "Stop" }).click();
    await page.getByText("200 OK · open · stopped").waitFor();
    expect(complaints).toEqual([]);
  });

  it("has a row for each error code, at the address that a problem names", async () => {
    const { page } = await open("#error-AMBIGUOUS");
    await page.getByRole("heading", { name: "Errors" }).waitFor();
    expect(await page.locator("tr[data-named] th").textContent()).toBe("AMBIGUOUS");
    expect(await page.getByRole("row").count()).toBe(Object.keys(API_ERRORS).length + 1);
  });

  it("says what it replies, as deep as one looks", async () => {
    const { page } = await open("#getExtension");
    await page.getByText("200 The extension").click();
    await page.getByText("Such as PJSIP/1000, with Asterisk's device state").waitFor();
    expect(await page.locator(".schema details").first().locator("> summary").textContent()).toContain("200");
    expect(await page.locator(".schema > p").allTextContents()).toContainEqual(expect.stringMatching(/^404 NOT_FOUND/));
  });

  it("can be searched, and is worked by keyboard alone", async () => {
    const { page } = await open();
    await page.getByLabel("Find").fill("token");
    expect(await page.locator("#list a .method").allTextContents()).toEqual(["POST"]);
    await page.getByLabel("Find").press("Tab");
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "POST /api/v1/tokens" }).waitFor();
    expect(await page.evaluate("document.activeElement.id")).toBe("operation");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.id")).toBe("body");
    await page.getByRole("button", { name: "Send" }).press("Enter");
    await page.getByText(/^401 /).first().waitFor();
    expect(await page.evaluate("document.activeElement.textContent")).toBe("Send");
  });

  it.each([
    ["light", { colorScheme: "light", viewport: { width: 1280, height: 800 } }],
    ["dark", { colorScheme: "dark", viewport: { width: 1280, height: 800 } }],
    ["on a phone", { colorScheme: "light", viewport: { width: 360, height: 740 } }],
    ["on a phone in the dark", { colorScheme: "dark", viewport: { width: 360, height: 740 } }],
  ] as const)("is accessible and fits: %s", async (name, look) => {
    const { page } = await open("#token=all", look);
    for (const [link, button] of [
      ["GET /calls", "Send"],
      ["POST /tokens", "Send"],
      ["GET /events", "Open the stream"],
    ] as const) {
      await page.getByRole("link", { name: link, exact: true }).click();
      await page.getByRole("button", { name: button }).click();
      await page
        .getByText(/^20[01] /)
        .first()
        .waitFor();
      expect(await violations(page)).toEqual([]);
      expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
      const shots = process.env["SCREENSHOTS"];
      if (shots !== undefined)
        await page.screenshot({ path: `${shots}/docs ${name} ${link.replace("/", "")}.png`, fullPage: true });
    }
    await page.goto(page.url().replace(/#.*/, "#errors"));
    await page.getByRole("heading", { name: "Errors" }).waitFor();
    expect(await violations(page)).toEqual([]);
    expect(await page.evaluate("document.documentElement.scrollWidth - innerWidth")).toBeLessThanOrEqual(0);
  });
});
