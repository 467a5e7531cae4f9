import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addressOf, replayedCall } from "../testing/replayed-call.ts";
import { RunningCli, runCli } from "../testing/run-cli.ts";

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 60_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cordboard-start-"));
});
afterAll(() => rmSync(folder, { recursive: true, maxRetries: 20, retryDelay: 50 }));

describe("cordboard start", () => {
  it("gives the demo a token and prints a line to try it, in 80 columns", async () => {
    const env = { TMPDIR: folder };
    await using start = new RunningCli(["start", "--port", "0"], { env });
    const [, token = ""] = await start.waitFor(/^TOKEN=(cb_\S+)$/m);
    const [line = "", url = ""] = await start.waitFor(/^curl -H "Authorization: Bearer \$TOKEN" (\S+)$/m);
    expect(line.length).toBeLessThanOrEqual(80);
    const headers = { authorization: `Bearer ${token}` };
    expect(await (await fetch(url, { headers })).json()).toMatchObject({ cursor: expect.any(String) });
    expect((await fetch(url.replace("calls", "tokens"), { headers })).status).toBe(403);
    expect((await fetch(url.replace("/api/v1/calls", "/docs"))).status).toBe(200);
    const { code, stderr } = await start.interrupt("SIGTERM");
    expect(code).toBe(0);
    // The log is JSON lines, and never has the token.
    const log = stderr
      .trim()
      .split("\n")
      .map((entry) => JSON.parse(entry) as Record<string, unknown>);
    expect(log.map(({ msg }) => msg)).toEqual(expect.arrayContaining(["started", "request", "stopping"]));
    expect(stderr).not.toContain(token);
    expect(existsSync(folder)).toBe(true);
  });

  it("keeps tokens and calls where a PBX is named, also through a kill", async () => {
    await using pbx = await replayedCall();
    const args = ["start", "--port", "0", "--pbx", addressOf(pbx), "--json"];
    const env = { XDG_STATE_HOME: join(folder, "state") };
    const made = await runCli(["token", "create", "--name", "x", "--verb", "admin", "--json"], { env });
    const { secret } = JSON.parse(made.stdout) as { secret: string };
    const headers = { authorization: `Bearer ${secret}` };
    const api = async (cli: RunningCli): Promise<string> => {
      const [line = ""] = await cli.waitFor(/^\{"type":"started".*$/m);
      const started = JSON.parse(line) as { api: { url: string; token?: string } };
      expect(started.api.token).toBeUndefined();
      return started.api.url;
    };
    const historyOf = async (url: string): Promise<string[]> => {
      const page = (await (await fetch(`${url}/call-history?limit=1000`, { headers })).json()) as {
        items: { id: string }[];
      };
      return page.items.map(({ id }) => id);
    };
    let known: string[] = [];
    {
      await using first = new RunningCli(args, { env });
      const url = await api(first);
      await expect.poll(() => historyOf(url), { timeout: 30_000 }).not.toEqual([]);
      known = await historyOf(url);
      first.child.kill("SIGKILL");
      await first.end();
    }
    await using second = new RunningCli(args, { env });
    expect(await historyOf(await api(second))).toEqual(expect.arrayContaining(known));
    const third = await runCli(args, { env });
    expect([third.code, third.stderr]).toEqual([1, expect.stringContaining("STORAGE_IN_USE")]);
  });

  it("points to the page to try the API, and to how a token is made", async () => {
    await using pbx = await replayedCall();
    await using start = new RunningCli(["start", "--port", "0", "--pbx", addressOf(pbx)]);
    const [line = "", url = ""] = await start.waitFor(/^Try the API: (\S+) {3}Token: cordboard token create$/m);
    expect(line.length).toBeLessThanOrEqual(80);
    expect((await fetch(url)).status).toBe(200);
  });

  it("adds, changes and removes PBXs at SIGHUP, disturbs no other, and keeps all where the configuration is wrong", async () => {
    await using north = await replayedCall();
    await using south = await replayedCall();
    const file = join(folder, "cordboard.yaml");
    const configure = (...pbxs: string[]): void => writeFileSync(file, `pbxs: [${pbxs.join(", ")}]\n`);
    const entry = (id: string, ami: string): string => `{ id: ${id}, ami: "${ami}" }`;
    configure(entry("north", addressOf(north)));
    const made = await runCli(["token", "create", "--name", "x", "--config", file, "--json"], {});
    const { secret } = JSON.parse(made.stdout) as { secret: string };
    await using start = new RunningCli(["start", "--port", "0", "--config", file, "--json"]);
    const [line = ""] = await start.waitFor(/^\{"type":"started".*$/m);
    const { url } = (JSON.parse(line) as { api: { url: string } }).api;
    const pbxs = async (): Promise<string[]> => {
      const reply = await fetch(`${url}/pbxs`, { headers: { authorization: `Bearer ${secret}` } });
      const { items } = (await reply.json()) as { items: { id: string; name: string; state: string }[] };
      return items.map(({ id, name, state }) => `${id} ${name} ${state}`).toSorted();
    };
    const soon = { timeout: 30_000 };
    await expect.poll(pbxs, soon).toEqual(["north north up"]);
    const logins = (): string[] => start.stderr.split("\n").filter((each) => each.includes("connected to the PBX"));
    configure(entry("north", addressOf(north)), entry("south", addressOf(south)));
    start.child.kill("SIGHUP");
    await expect.poll(pbxs, soon).toEqual(["north north up", "south south up"]);
    expect(logins()).toHaveLength(2);
    writeFileSync(file, "pbxs: [{ id: north }]\n");
    start.child.kill("SIGHUP");
    await expect.poll(() => start.stderr, soon).toContain("all stays as it is");
    expect(await pbxs()).toEqual(["north north up", "south south up"]);
    configure(`{ id: south, name: South, ami: "${addressOf(south)}" }`);
    start.child.kill("SIGHUP");
    await expect.poll(pbxs, soon).toEqual(["south South up"]);
    expect((await start.interrupt()).code).toBe(0);
  });

  it("opens no port where none is wanted", async () => {
    await using start = new RunningCli(["start", "--no-page", "--json"], { env: { TMPDIR: folder } });
    const [line = ""] = await start.waitFor(/^\{"type":"started".*$/m);
    expect(JSON.parse(line)).toEqual({ type: "started", demo: true });
    expect((await start.interrupt()).code).toBe(0);
  });
});
