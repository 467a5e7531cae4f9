import { mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { openDatabase } from "../storage/open-database.ts";
import { runCli } from "../testing/run-cli.ts";
import type { CliResult } from "../testing/run-cli.ts";
import { TokenService } from "../tokens/token-service.ts";
import { durationMs } from "./duration.ts";

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cordboard-token-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("cordboard token", () => {
  it("makes a token that works while the server runs or not, lists it, and revokes it", async () => {
    const storage = join(folder, "data");
    const run = (...words: string[]): Promise<CliResult> => runCli([...words, "--storage", storage]);
    expect((await run("token", "list")).stdout).toContain("No token.");
    expect(readdirSync(folder)).toEqual([]);

    const made = await run(
      "token",
      "create",
      "--name",
      "CRM",
      "--pbx",
      "hq",
      "--extension",
      "1000",
      "--expires",
      "30d",
    );
    expect(made.code).toBe(0);
    const secret = made.stdout.trim();
    expect(secret).toMatch(/^cb_[0-9a-f]{12}_[\w-]{43}$/);
    expect(made.stderr).toContain('"CRM": read; PBX hq; extension 1000; expires 20');
    expect(made.stderr).not.toContain(secret);
    expect(statSync(storage).mode & 0o777).toBe(0o700);
    expect(statSync(join(storage, "cordboard.db")).mode & 0o777).toBe(0o600);

    const database = await openDatabase(join(storage, "cordboard.db"));
    try {
      const server = new TokenService({ database });
      expect(await server.verify(secret)).toMatchObject({
        name: "CRM",
        scope: { pbxs: ["hq"], extensions: ["1000"], verbs: ["read"] },
      });
      const id = secret.split("_")[1] ?? "";
      const listed = await run("token", "list", "--json");
      expect(JSON.parse(listed.stdout)).toMatchObject({ id, name: "CRM", scope: { verbs: ["read"] } });
      expect(listed.stdout).not.toContain(secret.slice(-43));

      expect(await run("token", "revoke", id)).toMatchObject({ code: 0 });
      expect(await server.verify(secret)).toBeUndefined();
      const again = await run("token", "revoke", id);
      expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("[TOKEN_UNKNOWN]")]);
    } finally {
      await database.destroy();
    }
    const audit = (await run("audit", "--json")).stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line) as object);
    expect(audit).toMatchObject([
      { actor: "cli", action: "token.revoke", result: "ok" },
      { actor: "cli", action: "token.create", detail: { name: "CRM", pbxs: ["hq"] } },
    ]);
  });

  it("prints one object for scripts", async () => {
    const storage = join(folder, "json");
    const { stdout, stderr } = await runCli([
      "token",
      "create",
      "--name",
      "x",
      "--verb",
      "read",
      "--verb",
      "presence",
      "--json",
      "--storage",
      storage,
    ]);
    expect((await runCli(["token", "list", "--storage", storage])).stdout).toContain("everything");
    expect(JSON.parse(stdout)).toMatchObject({
      name: "x",
      scope: { pbxs: "*", extensions: "*", verbs: ["read", "presence"] },
      secret: expect.stringMatching(/^cb_/),
    });
    expect(stderr).toBe("");
  });

  it("says where it cannot work", async () => {
    const storageFile = join(folder, "a-file");
    writeFileSync(storageFile, "");
    const { code, stderr } = await runCli(["token", "create", "--name", "x", "--storage", join(storageFile, "x")]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("[STORAGE_UNUSABLE]")]);
  });

  it.each([
    ["30d", 2_592_000_000],
    ["12h", 43_200_000],
    ["90m", 5_400_000],
    ["0d", undefined],
    ["-1d", undefined],
    ["1y", undefined],
    ["9999999d", undefined],
    ["", undefined],
  ])("takes %s for %s ms", (text, ms) => {
    expect(durationMs(text)).toBe(ms);
  });
});

describe("cordboard replay --calls and --explain", () => {
  const file = new URL("../../recordings/04-blind-transfer.jsonl", import.meta.url).pathname;

  it("print the calls of a recording, and each change of one with the raw lines that caused it", async () => {
    const calls = await runCli(["replay", file, "--calls"]);
    expect(calls.stdout).toMatch(/^call-1 {2}\d\d:\d\d:\d\d\.\d{3} {2}PJSIP\/1000 gone \(transferred\)/m);
    const explained = await runCli(["replay", file, "--explain", "call-1"]);
    expect(explained.stdout).toMatch(/transferred.*\n {4}call-1: .*\n {6}Event: BlindTransfer\n/);
    const byChannel = await runCli(["replay", file, "--explain", "1795255902.17"]);
    expect(byChannel.stdout).toBe(explained.stdout);
    const json = await runCli(["replay", file, "--explain", "call-1", "--json"]);
    expect(JSON.parse(json.stdout.split("\n")[0] ?? "")).toMatchObject({
      because: "event",
      change: { type: "originated", call: { id: "call-1" } },
      lines: [expect.stringContaining("Event: Newchannel")],
    });
  });

  it("say when there is no such call", async () => {
    const { code, stderr } = await runCli(["replay", file, "--explain", "call-99"]);
    expect([code, stderr]).toEqual([1, expect.stringContaining("[CALL_UNKNOWN]")]);
  });
});
