import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { launchBrowser } from "../testing/browser.ts";
import { FakePbx } from "../testing/fake-pbx.ts";
import { servePage } from "../testing/live-page-server.ts";
import type { PageServer, PageServerOptions } from "../testing/live-page-server.ts";
import { LiveBoard } from "./live-board.ts";

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
  readonly pbx: FakePbx;
  readonly board: LiveBoard;
  readonly server: PageServer;
  /** What the page's console complained of. */
  readonly complaints: string[];
}

async function open(
  options: Partial<PageServerOptions> = {},
  look: Parameters<Browser["newPage"]>[0] = {},
): Promise<Scene> {
  const board = new LiveBoard({ everyMs: 5, connect: "npm start -- --pbx ami://user:secret@host" });
  const pbx = new FakePbx("hq");
  board.add(pbx, "Head office");
  pbx.become("live");
  const server = await servePage({ board, ...options });
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
  return { page, pbx, board, server, complaints };
}

const CALLER = { number: "1000", name: "Kai" };
const AGENT = { number: "1003", name: "Omar" };

/** Two talk, and two are about to. */
function talk(pbx: FakePbx, name = "Ana Ruiz"): void {
  const now = Date.now();
  pbx.now = now - 252_000;
  const call = pbx.dials({ number: "1001", name }, { number: "1002", name: "Ping Chen" });
  pbx.now = now - 245_000;
  call.answer();
  pbx.now = now - 7000;
  pbx.dials(CALLER, AGENT);
}

/** A queue with an agent who rings, a conference, a parked call and a transfer; and on a second PBX a consultation: recorded sessions, each stopped in the middle. */
function manyScenes(board: LiveBoard, pbx: FakePbx): void {
  const until = (type: string, times = 1): ((event: { readonly type: string }) => boolean) => {
    let seen = 0;
    return (event) => event.type === type && ++seen === times;
  };
  const branch = new FakePbx("branch");
  board.add(branch, "Branch");
  branch.become("live");
  branch.plays("22/attended-transfer.jsonl", until("bridge-entered", 4));
  pbx.plays("22/queue-next-agent.jsonl", until("dial-progress"));
  pbx.plays("22/conference-kick.jsonl", until("conference-muted"));
  pbx.plays("22/park.jsonl", until("parked"));
  pbx.plays("22/blind-transfer.jsonl", until("dial-progress", 2));
}

/** Into the folder that SCREENSHOTS names, for people to look at. */
async function screenshot(page: Page, name: string): Promise<void> {
  const folder = process.env["SCREENSHOTS"];
  if (folder !== undefined)
    await page.screenshot({ path: `${folder}/${name.replaceAll(" ", "-")}.png`, fullPage: true });
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
    const { page, pbx, complaints } = await open();
    await page.getByText("No call right now").waitFor();
    talk(pbx);
    await page.getByRole("rowheader", { name: "Ana Ruiz 1001 → Ping Chen 1002" }).waitFor();
    expect(await page.getByRole("row").count()).toBe(7);
    expect(await page.locator("tbody").first().locator(".age").first().textContent()).toMatch(/^4:1\d$/);
    expect(await page.locator("#timeline li").allTextContents()).toEqual([
      expect.stringContaining("Omar <1003> rings"),
      expect.stringContaining("Kai <1000> calls 1003"),
      expect.stringContaining("Ping Chen <1002> answers"),
      expect.stringContaining("Ping Chen <1002> rings"),
      expect.stringContaining("Ana Ruiz <1001> calls 1002"),
    ]);
    pbx.stops();
    await page.getByText("No call right now").waitFor();
    expect(complaints).toEqual([]);
  });

  it("shows a consultation, a queue, a conference, a parked call and a transfer as what they are", async () => {
    const { page, pbx, board, complaints } = await open();
    manyScenes(board, pbx);
    await page.getByText("transferred by Kai 1000").waitFor();
    const calls = await page.locator("tbody").evaluateAll((bodies) =>
      (bodies as unknown as { children: Iterable<{ innerText: string }> }[]).map((body) =>
        [...body.children].map((row) =>
          row.innerText
            .replaceAll(/\t\d+:\d\d$/gu, "")
            .replaceAll(/\s+/gu, " ")
            .trim(),
        ),
      ),
    );
    expect(calls.toSorted(([one = ""], [other = ""]) => one.localeCompare(other))).toEqual([
      [
        "Conference 800: Kai 1000, Ping 1002 and Omar 1003 conference · Head office",
        "in conference 800 Kai 1000 PJSIP/1000",
        "in conference 800 Ping 1002 PJSIP/1002",
        "in conference 800, muted Omar 1003 PJSIP/1003",
      ],
      [
        "Kai 1000 → Omar 1003 talking · consultation, Ping 1002 on hold · Branch",
        "talking, holds Ping 1002 Kai 1000 PJSIP/1000",
        "talking Omar 1003 PJSIP/1003",
      ],
      [
        "Kai 1000 → Ping 1002 on hold · Branch",
        "holds Ping 1002, consults Omar 1003 Kai 1000 PJSIP/1000",
        "held by Kai 1000 Ping 1002 PJSIP/1002",
      ],
      [
        "Kai 1000 → queue support waiting · Head office",
        "waiting in support, 1st Kai 1000 PJSIP/1000",
        "ringing for support Ana 1001 PJSIP/1001",
      ],
      [
        "Ping 1002 – Omar 1003 waiting · Head office",
        "transferred by Kai 1000 Ping 1002 PJSIP/1002",
        "ringing Omar 1003 PJSIP/1003",
      ],
      ["Ping 1002 parked · Head office", "parked on 701 Ping 1002 PJSIP/1002"],
    ]);
    expect(complaints).toEqual([]);
  });

  it("shows a caller's name as text, whatever it is", async () => {
    const { page, pbx, complaints } = await open();
    const name = '<script>globalThis.owned = 1</script><img src=x onerror="globalThis.owned = 1">';
    talk(pbx, name);
    await page.getByRole("cell", { name, exact: true }).waitFor();
    expect(await page.evaluate(() => "owned" in globalThis)).toBe(false);
    expect(await page.locator("main script, main img").count()).toBe(0);
    expect(complaints).toEqual([]);
  });

  it("lets ages tick", async () => {
    const { page, pbx } = await open();
    talk(pbx);
    const age = page.locator("tbody").first().locator(".age").first();
    await age.waitFor();
    const before = await age.textContent();
    await expect.poll(() => age.textContent(), { timeout: 5000 }).not.toBe(before);
  });

  it("comes back by itself when the server was away, and says so meanwhile", async () => {
    const { page, pbx, server, board } = await open();
    talk(pbx);
    await page.getByText("Ana Ruiz 1001 → Ping Chen 1002").waitFor();
    await server.close();
    await page.getByText("Connection to the server lost, trying again").waitFor();
    expect(await page.locator("tbody.stale").count()).toBe(2);
    expect(await page.locator("#pbxs").textContent()).toContain("Head office state not known");
    expect(await page.locator('#pbxs [data-state="up"]').count()).toBe(0);
    pbx.stops();
    const again = await servePage({ board, port: server.port });
    closers.push(() => again.close());
    await page.getByText("No call right now").waitFor({ timeout: 20_000 });
    expect(await page.locator("#link-text").textContent()).toBe("Live");
    expect(await page.locator("#pbxs").textContent()).toContain("Head office connected");
  });

  it("says what is wrong with each PBX in a line of its own, and keeps the names of many in little room", async () => {
    const { page, board } = await open({}, { viewport: { width: 360, height: 740 } });
    const more = ["branch", "warehouse", "laboratory"].map((name) => {
      const other = new FakePbx(name);
      board.add(other, name);
      other.server = { replay: false, asteriskVersion: "22.10.1" };
      other.become("live");
      return other;
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
    await screenshot(page, "many");
  });

  it("says when a PBX is down, and marks what it showed as old", async () => {
    const { page, pbx } = await open();
    talk(pbx);
    await page.getByText("Ana Ruiz 1001 → Ping Chen 1002").waitFor();
    pbx.become("waiting", new Error("Head office does not answer"));
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
    const { page, pbx } = await open();
    talk(pbx);
    await page.getByText("Ana Ruiz 1001 → Ping Chen 1002").waitFor();
    await page.getByLabel("Find").fill("omar");
    expect(await page.locator("tbody:visible").count()).toBe(1);
    await page.getByLabel("Find").fill("nobody");
    await page.getByText("No call matches").waitFor();
    await page.getByLabel("Find").fill("");
    await page.getByRole("button", { name: "Pause" }).press("Enter");
    pbx.stops();
    await page.waitForTimeout(300);
    expect(await page.locator("tbody").count()).toBe(2);
    expect(await page.locator("#link").getAttribute("data-state")).toBe("paused");
    expect(await page.locator("#link-text").textContent()).toMatch(/^Paused since \d/);
    await page.getByRole("button", { name: "Go on" }).press("Space");
    await page.getByText("No call right now").waitFor();
    await page.getByText("the PBX stops: the call of Kai <1000> and Omar <1003> ends").waitFor();
    expect(await page.locator("#link-text").textContent()).toBe("Live");
  });

  it("tells a screen reader of new calls, and no more than that", async () => {
    const { page, pbx } = await open();
    await page.locator("#link-text", { hasText: "Live" }).waitFor();
    talk(pbx);
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
    const { page, pbx } = await open();
    talk(pbx, "\u202Egnp\u0007<img src=x onerror=alert(1)>\u2066");
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
    const { page, pbx, board } = await open();
    const calls = Array.from({ length: 2000 }, (_, at) =>
      pbx.dials({ number: `${at}`, name: `Caller ${at}` }, { number: `1${at}` }),
    );
    await page.locator("#count", { hasText: "2000" }).waitFor();
    await page
      .locator("tbody tr:first-child")
      .evaluateAll((headings) => headings.forEach((heading) => heading.setAttribute("data-old", "")));
    const caller = calls[7]?.caller;
    if (caller === undefined) throw new Error("there is no such call");
    pbx.happens({ type: "channel-changed", channel: { ...caller, callerName: "Omar" } });
    board.snapshot();
    await page.getByText("Omar 7 → 17").waitFor();
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
    const { page, pbx, board } = await open({}, look);
    expect(await violations(page)).toEqual([]);
    talk(pbx);
    board.showRecording("Basic call (1 of 7)");
    manyScenes(board, pbx);
    await page.getByText("transferred by Kai 1000").waitFor();
    expect(await violations(page)).toEqual([]);
    await screenshot(page, name);
    pbx.become("waiting", new Error("Head office does not answer"));
    await page.getByRole("alert").waitFor();
    expect(await violations(page)).toEqual([]);
    // As text: the project's types know no DOM.
    const scrolls = await page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth");
    expect(scrolls).toBe(false);
    await screenshot(page, `${name} without its PBX`);
  });

  it("is used by the keyboard alone, with the focus always in sight", async () => {
    const { page, pbx } = await open();
    talk(pbx);
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
