import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../testing/browser.ts";
import { bridgeRow, channelRow } from "../testing/channel-rows.ts";
import { FakeLink } from "../testing/fake-link.ts";
import { LiveBoard } from "./live-board.ts";
import { startLiveServer } from "./live-server.ts";
import type { LiveServer, LiveServerOptions } from "./live-server.ts";

const AXE = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");

let browser: Browser;
const closers: (() => unknown)[] = [];

beforeAll(async () => {
  browser = await launchBrowser();
});
afterAll(() => browser.close());
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

interface Scene {
  readonly page: Page;
  readonly link: FakeLink;
  readonly board: LiveBoard;
  readonly server: LiveServer;
  /** What the page's console complained of. */
  readonly complaints: string[];
}

async function open(
  options: Partial<LiveServerOptions> = {},
  look: Parameters<Browser["newPage"]>[0] = {},
): Promise<Scene> {
  const board = new LiveBoard({ everyMs: 5, connect: "npm start -- --pbx ami://user:secret@host" });
  const link = new FakeLink("hq");
  board.add(link, "Head office");
  link.become("live");
  const server = await startLiveServer({ board, address: "127.0.0.1", port: 0, ...options });
  const page = await browser.newPage(look);
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  closers.push(
    () => page.close(),
    () => board.close(),
    () => server.close(),
  );
  await page.goto(server.url);
  return { page, link, board, server, complaints };
}

function talk(link: FakeLink, name = "Ana Ruiz"): void {
  const now = Date.now();
  link.setRows(
    [
      channelRow("PJSIP/1001-1", {
        callerIdName: name,
        dialed: "1002",
        linkedid: "1",
        bridge: "b",
        createdAt: now - 252_000,
        answeredAt: now - 245_000,
      }),
      channelRow("PJSIP/1002-2", {
        callerIdName: "Ping Chen",
        linkedid: "1",
        bridge: "b",
        createdAt: now - 251_000,
        answeredAt: now - 245_000,
      }),
      channelRow("PJSIP/1000-3", {
        callerIdName: "Kai",
        dialed: "700",
        linkedid: "3",
        queue: { name: "sales", position: 1 },
        createdAt: now - 41_000,
      }),
      channelRow("PJSIP/1003-4", {
        callerIdName: "Omar",
        linkedid: "3",
        state: "Ringing",
        dialing: { from: "PJSIP/1000-3", status: "RINGING" },
        createdAt: now - 7000,
      }),
    ],
    [bridgeRow("b", ["PJSIP/1001-1", "PJSIP/1002-2"])],
  );
  link.say("call", `${name} <1001> calls 1002`);
  link.say("answer", "Ping Chen <1002> answers");
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

describe("the live page in a browser", () => {
  it("shows calls that are there, that come, and that go", async () => {
    const { page, link, complaints } = await open();
    await page.getByText("No call right now").waitFor();
    talk(link);
    await page.getByRole("rowheader", { name: "Ana Ruiz 1001 → Ping Chen 1002" }).waitFor();
    expect(await page.getByRole("row").count()).toBe(7);
    await page.getByText("waiting in sales, 1st").waitFor();
    expect(await page.locator("tbody").first().locator(".age").first().textContent()).toMatch(/^4:1\d$/);
    expect(await page.locator("#timeline li").allTextContents()).toEqual([
      expect.stringContaining("Ping Chen <1002> answers"),
      expect.stringContaining("Ana Ruiz <1001> calls 1002"),
    ]);
    link.setRows([]);
    await page.getByText("No call right now").waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows a caller's name as text, whatever it is", async () => {
    const { page, link, complaints } = await open();
    const name = '<script>globalThis.owned = 1</script><img src=x onerror="globalThis.owned = 1">';
    talk(link, name);
    await page.getByRole("cell", { name, exact: true }).waitFor();
    expect(await page.evaluate(() => "owned" in globalThis)).toBe(false);
    expect(await page.locator("main script, main img").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("lets ages tick", async () => {
    const { page, link } = await open();
    talk(link);
    const age = page.locator("tbody").first().locator(".age").first();
    await age.waitFor();
    const before = await age.textContent();
    await expect.poll(() => age.textContent(), { timeout: 5000 }).not.toBe(before);
  });

  it("comes back by itself when the server was away, and says so meanwhile", async () => {
    const { page, link, server, board } = await open();
    talk(link);
    await page.getByText("Ana Ruiz 1001 → Ping Chen 1002").waitFor();
    await server.close();
    await page.getByText("Connection to the server lost, trying again").waitFor();
    expect(await page.locator("tbody.stale").count()).toBe(2);
    expect(await page.locator("#pbxs").textContent()).toContain("Head office state not known");
    expect(await page.locator('#pbxs [data-state="up"]').count()).toBe(0);
    link.setRows([]);
    const again = await startLiveServer({ board, address: "127.0.0.1", port: server.port });
    closers.push(() => again.close());
    await page.getByText("No call right now").waitFor({ timeout: 20_000 });
    expect(await page.locator("#link-text").textContent()).toBe("Live");
    expect(await page.locator("#pbxs").textContent()).toContain("Head office connected");
  });

  it("says what is wrong with each PBX in a line of its own, and keeps the names of many in little room", async () => {
    const { page, board } = await open({}, { viewport: { width: 360, height: 740 } });
    const more = ["branch", "warehouse", "laboratory"].map((name) => {
      const link = new FakeLink(name);
      board.add(link, name);
      link.server = { replay: false, asteriskVersion: "22.10.1" };
      link.become("live");
      return link;
    });
    await page.getByText("laboratory").waitFor();
    await expect.poll(() => page.locator('#pbxs [data-state="up"]').count()).toBe(4);
    expect((await page.locator("header").boundingBox())?.height).toBeLessThan(100);
    more[0]?.become("waiting", new Error("Nobody listens there."));
    more[1]?.become("waiting", new Error("The address is not known."));
    await page.locator("#trouble .line").nth(1).waitFor();
    expect(await page.locator("#trouble .line").allTextContents()).toEqual([
      expect.stringMatching(/^branch: since .*: Nobody listens there\.$/),
      expect.stringMatching(/^warehouse: since .*: The address is not known\.$/),
    ]);
    const folder = process.env["SCREENSHOTS"];
    if (folder !== undefined) await page.screenshot({ path: `${folder}/many.png` });
  });

  it("says when a PBX is down, and marks what it showed as old", async () => {
    const { page, link } = await open();
    talk(link);
    await page.getByText("Ana Ruiz 1001 → Ping Chen 1002").waitFor();
    link.become("waiting", new Error("Head office does not answer"));
    await page.getByRole("alert").filter({ hasText: "Head office does not answer" }).waitFor();
    expect(await page.locator("tbody.stale").count()).toBe(2);
  });

  it("labels a recording, above everything and in the title", async () => {
    const { page, board } = await open();
    board.showRecording("Blind transfer (2 of 7)");
    await page.getByText("Blind transfer (2 of 7)").waitFor();
    expect(await page.title()).toBe("Recording · Calls · Cordboard");
    await page.getByText("npm start -- --pbx ami://user:secret@host").waitFor();
  });

  it("finds calls by name or number, and stands still on request", async () => {
    const { page, link } = await open();
    talk(link);
    await page.getByText("Ana Ruiz 1001 → Ping Chen 1002").waitFor();
    await page.getByLabel("Find").fill("omar");
    expect(await page.locator("tbody:visible").count()).toBe(1);
    await page.getByLabel("Find").fill("nobody");
    await page.getByText("No call matches").waitFor();
    await page.getByLabel("Find").fill("");
    await page.getByRole("button", { name: "Pause" }).press("Enter");
    link.setRows([]);
    link.say("hangup", "Kai hung up");
    await page.waitForTimeout(300);
    expect(await page.locator("tbody").count()).toBe(2);
    expect(await page.locator("#link").getAttribute("data-state")).toBe("paused");
    expect(await page.locator("#link-text").textContent()).toMatch(/^Paused since \d/);
    await page.getByRole("button", { name: "Go on" }).press("Space");
    await page.getByText("No call right now").waitFor();
    await page.getByText("Kai hung up").waitFor();
    expect(await page.locator("#link-text").textContent()).toBe("Live");
  });

  it("tells a screen reader of new calls, and no more than that", async () => {
    const { page, link } = await open();
    await page.locator("#link-text", { hasText: "Live" }).waitFor();
    talk(link);
    const announcer = page.locator("#announcer");
    await expect.poll(() => announcer.textContent(), { timeout: 5000 }).toBe("2 new calls");
    expect(await page.locator("[aria-live]:not(#announcer)").count()).toBe(0);
  });

  it("opens with the token in the address, and takes it out of sight", async () => {
    const { page, server } = await open({ token: "a-token-of-at-least-24-characters" });
    await page.locator("#link-text", { hasText: "Live" }).waitFor();
    expect(page.url()).toBe(`http://127.0.0.1:${server.port}/`);
    await page.reload();
    await page.locator("#link-text", { hasText: "Live" }).waitFor();
    const stranger = await browser.newPage();
    closers.push(() => stranger.close());
    await stranger.goto(`http://127.0.0.1:${server.port}/`);
    await stranger.getByText("This page needs a token").waitFor();
  });
});

describe("the live page under load and under attack", () => {
  it("lets no name turn the text around it or hide in it", async () => {
    const { page, link } = await open();
    talk(link, "\u202Egnp\u0007<img src=x onerror=alert(1)>\u2066");
    await page.getByText("\uFFFDgnp\uFFFD<img src=x onerror=alert(1)>\uFFFD 1001").first().waitFor();
    expect(await page.locator("body").textContent()).not.toMatch(/[\u202E\u2066]/u);
  });

  it("tries again when the server goes between the question and the stream", async () => {
    const { page, server } = await open({ token: "a-token-of-at-least-24-characters" });
    await page.locator("#link-text", { hasText: "Live" }).waitFor();
    let asked = 0;
    await page.route("**/live/session", (route) => {
      asked++;
      return asked === 2 ? route.abort() : route.fulfill({ status: 204 });
    });
    await server.close();
    await expect.poll(() => asked, { timeout: 15_000 }).toBeGreaterThan(2);
  });

  it("draws again only the calls that changed, of very many", async () => {
    const { page, link, board } = await open();
    const rows = Array.from({ length: 2000 }, (_, at) =>
      channelRow(`PJSIP/${at}-1`, { state: "Ring", callerIdName: `Caller ${at}` }),
    );
    link.setRows(rows);
    await page.locator("#count", { hasText: "2000" }).waitFor();
    await page
      .locator("tbody tr:first-child")
      .evaluateAll((headings) => headings.forEach((heading) => heading.setAttribute("data-old", "")));
    link.setRows(rows.map((row, at) => (at === 7 ? { ...row, callerIdName: "Omar" } : row)));
    board.snapshot();
    await page.getByText("Omar 7").waitFor();
    expect(await page.locator("tbody tr:first-child:not([data-old])").count()).toBe(1);
  });
});

describe("the live page for everybody", () => {
  const looks = [
    ["light", { colorScheme: "light", viewport: { width: 1280, height: 800 } }],
    ["dark", { colorScheme: "dark", viewport: { width: 1280, height: 800 } }],
    ["a phone", { colorScheme: "light", viewport: { width: 360, height: 740 } }],
    ["a phone in the dark", { colorScheme: "dark", viewport: { width: 360, height: 740 } }],
  ] as const;

  it.each(looks)("has nothing that axe objects to: %s", async (name, look) => {
    const { page, link, board } = await open({}, look);
    expect(await violations(page)).toEqual([]);
    talk(link);
    board.showRecording("Basic call (1 of 7)");
    await page.getByText("Ana Ruiz 1001 → Ping Chen 1002").waitFor();
    expect(await violations(page)).toEqual([]);
    link.become("waiting", new Error("Head office does not answer"));
    await page.getByRole("alert").waitFor();
    expect(await violations(page)).toEqual([]);
    // As text: the project's types know no DOM.
    const scrolls = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
    expect(scrolls).toBe(false);
    const folder = process.env["SCREENSHOTS"];
    if (folder !== undefined)
      await page.screenshot({ path: `${folder}/${name.replaceAll(" ", "-")}.png`, fullPage: true });
  });

  it("is used by the keyboard alone, with the focus always in sight", async () => {
    const { page, link } = await open();
    talk(link);
    await page.getByText("Ana Ruiz 1001 → Ping Chen 1002").waitFor();
    const stops: string[] = [];
    for (let press = 0; press < 6; press++) {
      await page.keyboard.press("Tab");
      stops.push(
        await page.evaluate<string>(`(() => {
          const focused = document.activeElement;
          const ring = getComputedStyle(focused).outlineStyle !== "none";
          return (focused.id || focused.className || focused.tagName) + (ring ? "" : " without a ring");
        })()`),
      );
    }
    expect(stops.slice(0, 5)).toEqual(["skip", "find", "pause", "announce", "timeline"]);
  });
});
