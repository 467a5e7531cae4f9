import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect, createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readCaptureFile } from "@cordboard/pbx";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { BASIC_CALL, addressOf, replayedCall } from "../testing/replayed-call.ts";
import { RunningCli, runCli } from "../testing/run-cli.ts";

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cordboard-live-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("cordboard watch", () => {
  it("prints one object per change with --json, and ends at Ctrl-C with 0", async () => {
    await using server = await replayedCall();
    await using watch = new RunningCli(["watch", "--json", "--pbx", addressOf(server)]);
    await watch.waitFor(/"type":"delivered"[^]*"type":"call-cleared".*\n[^]*"type":"timeline".*hangs up/);
    const { code, stdout } = await watch.interrupt();
    expect(code).toBe(0);
    const lines = stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as { type: string; pbx: string; at: number; call?: { id: string } });
    const types = new Set(lines.map(({ type }) => type));
    for (const type of [
      "pbx",
      "originated",
      "delivered",
      "established",
      "connection-cleared",
      "call-cleared",
      "timeline",
    ])
      expect(types).toContain(type);
    expect(lines.filter(({ pbx, at }) => pbx === "" || !(at > 0))).toEqual([]);
    const ofFirst = lines.filter(
      ({ call }) => call !== undefined && call.id === lines.find((line) => line.call)?.call?.id,
    );
    expect([ofFirst[0]?.type, ofFirst.at(-1)?.type]).toEqual(["originated", "call-cleared"]);
  });

  it("prints with --json and an extension only what concerns it", async () => {
    await using server = await replayedCall();
    await using watch = new RunningCli(["watch", "1002", "--json", "--pbx", addressOf(server)]);
    // Where the recording begins for us is chance: one call from its beginning is enough.
    await watch.waitFor(/"type":"delivered"[^]*"type":"call-cleared"/);
    const { stdout } = await watch.interrupt();
    const begun = stdout.split("\n").filter((line) => line.includes('"type":"originated"'));
    expect(begun.filter((line) => !line.includes("PJSIP/1002"))).toEqual([]);
  });

  it("tells the events of each extension apart, each in a column of its own", async () => {
    await using server = await replayedCall();
    await using watch = new RunningCli(["watch", "1000", "1002", "--pbx", addressOf(server)]);
    await watch.waitFor(/calls 1002[^]*rings[^]*hangs up/);
    const { stdout } = await watch.interrupt();
    const lines = stdout.split("\n");
    expect(lines[0]).toBe("Time      1000                                1002");
    expect(lines.find((line) => line.includes("Kai <1000> calls 1002"))).toMatch(/^\d\d:\d\d:\d\d {2}Kai/);
    expect(lines.find((line) => line.includes("Ping <1002> rings"))).toMatch(/^\d\d:\d\d:\d\d {38}Ping/);
    expect(stdout).toMatch(/ {2}Ping <1002> answers +Ping <1002> answers$/m);
    expect(lines.filter((line) => line.length > 80)).toEqual([]);
  });

  it("says in the columns, too, when a PBX is there, is lost, and is back, and what was missed", async () => {
    const port = await freePort();
    const first = await replayedCall({ port });
    await using watch = new RunningCli(["watch", "1000", "--pbx", addressOf(first)]);
    const name = `127\\.0\\.0\\.1:${port}`;
    await watch.waitFor(new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}${name} {2}connected`, "m"));
    await first.close();
    await watch.waitFor(new RegExp(`^\\d\\d:\\d\\d:\\d\\d {2}${name} {2}not reachable since`, "m"));
    await using _again = await replayedCall({ port });
    await watch.waitFor(new RegExp(`not reachable[^]*${name} {2}connected[^]*${name} {2}the link was down for`));
    const { stdout, stderr } = await watch.interrupt();
    expect(stderr).not.toContain("not reachable");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it("names the PBX in the columns where there are several", async () => {
    await using one = await replayedCall();
    await using other = await replayedCall();
    await using watch = new RunningCli(["watch", "1000", "--pbx", addressOf(one), "--pbx", addressOf(other)]);
    const named = (port: number): RegExp => new RegExp(`127\\.0\\.0\\.1:${port}: Kai <1000> calls 1002`);
    await watch.waitFor(named(one.port));
    expect(await watch.waitFor(named(other.port))).toBeDefined();
  });

  it("prints a line per event where there is no terminal", async () => {
    await using server = await replayedCall();
    await using watch = new RunningCli(["watch", "--pbx", addressOf(server)]);
    await watch.waitFor(/^\d\d:\d\d:\d\d {2}Kai <1000> calls 1002$/m);
    expect((await watch.interrupt("SIGTERM")).code).toBe(0);
  });

  it("ends with 1 when the login is refused", async () => {
    await using server = await replayedCall();
    const { code, stderr } = await runCli(["watch", "--pbx", `ami://replay:wrong@127.0.0.1:${server.port}`]);
    expect(code).toBe(1);
    expect(stderr).toContain("[AMI_AUTH_FAILED]");
  });
});

describe("cordboard start", () => {
  it("shows a demo where nothing is configured: labelled, in the terminal and on a page, with the way to one's own PBX", async () => {
    await using start = new RunningCli(["start", "--port", "0"]);
    await start.waitFor(/^RECORDING: these calls were recorded/m);
    const [, url = ""] = await start.waitFor(/^Live page: (\S+)$/m);
    await start.waitFor(/cordboard start --pbx ami:\/\/user:secret@host/);
    await start.waitFor(/^\d\d:\d\d:\d\d {2}.*calls/m);
    const answer = await fetch(new URL("/live", url));
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes('"recording":true')) text += (await reader?.read())?.value ?? "";
    await reader?.cancel();
    const { code, stdout, stderr } = await start.interrupt("SIGTERM");
    expect(code).toBe(0);
    expect(stdout).toMatch(/^TOKEN=cb_.*\ncurl -H /m);
    // The log, which says nothing of trouble.
    expect(stderr.split("\n").filter((line) => line !== "" && !line.startsWith('{"level":"info"'))).toEqual([]);
    expect(stdout.trimEnd().split("\n").at(-1)).toBe("Stopped.");
  });

  it("keeps trying a PBX that is down, says so, and shows it when it comes", async () => {
    const port = await freePort();
    await using start = new RunningCli(["start", "--port", "0", "--pbx", `ami://replay:replay@127.0.0.1:${port}`]);
    await start.waitFor(/not reachable since .*, trying again/);
    await using _server = await replayedCall({ port });
    await start.waitFor(/connected/);
    await start.waitFor(/Kai <1000> calls 1002/);
    expect((await start.interrupt()).code).toBe(0);
  });

  it("shows several PBXs, and one that refuses the login stops none of the others", async () => {
    await using server = await replayedCall();
    const wrong = `ami://replay:wrong@127.0.0.1:${server.port}`;
    await using start = new RunningCli(["start", "--no-page", "--pbx", addressOf(server), "--pbx", wrong]);
    await start.waitFor(/login refused/);
    await start.waitFor(new RegExp(`127\\.0\\.0\\.1:${server.port} {2}Kai <1000> calls 1002`));
    expect((await start.interrupt()).code).toBe(0);
  });

  it("prints a page address with a token where it listens to other machines", async () => {
    await using start = new RunningCli(["start", "--port", "0", "--listen", "0.0.0.0"]);
    const [, url = ""] = await start.waitFor(/^Live page: (\S+)$/m);
    expect(url).toMatch(/^http:\/\/\S+\/#token=[\w-]{43}$/);
  });

  it("gives machines the same as JSON", async () => {
    await using start = new RunningCli(["start", "--port", "0", "--json"]);
    const [line] = await start.waitFor(/^\{"type":"started".*$/m);
    expect(JSON.parse(line)).toMatchObject({ demo: true, page: expect.stringMatching(/^http:/) });
    await start.waitFor(/"type":"change"/);
  });
});

describe("cordboard capture and replay", () => {
  it("record a PBX and play it again, for any program that speaks AMI", async () => {
    const file = join(folder, "capture.jsonl");
    await using server = await replayedCall();
    await using capture = new RunningCli([
      "capture",
      file,
      "--note",
      "a test",
      "--seconds",
      "3",
      "--json",
      "--pbx",
      addressOf(server),
    ]);
    const captured = await capture.end();
    expect(captured.code).toBe(0);
    expect(JSON.parse(captured.stdout)).toMatchObject({ file, dropped: 0 });
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(readFileSync(file, "utf8")).not.toContain("Secret: replay");
    const recording = await readCaptureFile(file);
    expect(recording.header.note).toBe("a test");
    expect(recording.records.length).toBeGreaterThan(20);

    const again = await runCli(["capture", file, "--seconds", "1", "--pbx", addressOf(server)]);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("[FILE_EXISTS]")]);

    await using replay = new RunningCli(["replay", file, "--loop"]);
    const [, address = ""] = await replay.waitFor(/answers at (ami:\S+);/);
    await using watch = new RunningCli(["watch", "--pbx", address]);
    await watch.waitFor(/Kai <1000> calls 1002/);
    const { code } = await replay.interrupt();
    expect(code).toBe(0);
  });

  it("end a capture at once, whole, while ARI cannot be reached", async () => {
    const file = join(folder, "no-ari.jsonl");
    await using server = await replayedCall();
    const args = ["capture", file, "--ari-app", "a", "--pbx", addressOf(server), "--pbx"];
    await using capture = new RunningCli([...args, `http://u:s@127.0.0.1:${await freePort()}`]);
    await expect.poll(() => capture.stderr, { timeout: 10_000 }).toContain("ARI of ");
    const { code } = await capture.interrupt();
    expect(code).toBe(0);
    expect((await readCaptureFile(file)).records.length).toBeGreaterThan(0);
  });

  it("end a replay with the recording unless --loop is said", async () => {
    const file = BASIC_CALL.pathname;
    await using once = new RunningCli(["replay", file, "--speed", "100"]);
    const [, port = ""] = await once.waitFor(/:(\d+);/);
    await using client = new RunningCli(["watch", "--json", "--pbx", `ami://replay:replay@127.0.0.1:${port}`]);
    expect((await once.end()).code).toBe(0);
    await client.interrupt();
    await using loop = new RunningCli(["replay", file, "--speed", "1000", "--loop", "--json"]);
    const [, again = ""] = await loop.waitFor(/"port":(\d+)/);
    const socket = connect(Number(again), "127.0.0.1");
    socket.on("error", () => {});
    socket.write("Action: Login\r\nUsername: replay\r\nSecret: replay\r\n\r\n");
    await loop.waitFor(/"loop":3/);
    socket.destroy();
    expect((await loop.interrupt()).code).toBe(0);
  });

  it("say what is wrong with a file that is no capture", async () => {
    const { code, stderr } = await runCli(["replay", join(folder, "nothing.jsonl")]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^cordboard: The recording \S+nothing\.jsonl cannot be read: it does not exist\. \[RECORDING_UNREADABLE\]$/m,
      ),
    ]);
  });
});
