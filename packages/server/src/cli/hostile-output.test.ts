import { spawn } from "node:child_process";
import { once } from "node:events";
import { closeSync, mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, describe, expect, it, vi } from "vitest";
import { runCli } from "../testing/run-cli.ts";
import { ScriptedAmi } from "../testing/scripted-ami.ts";

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 30_000 });

const BIN = fileURLToPath(new URL("../../bin/cordboard.js", import.meta.url));

const closers: (() => unknown)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const HOSTILE = "\u001B]0;owned\u0007\u009B2J\u202E";
const OBEYED = /(?!\n)\p{Cc}|\u202E/u;

describe("what a PBX says", () => {
  it.each([["--debug"], ["--json", "--debug"]])("cannot command the terminal by an error: %s", async (...options) => {
    await using pbx = await ScriptedAmi.start((action) =>
      action.get("Action") === "Login" ? `Response: Error\r\nMessage: ${HOSTILE}\r\n\r\n` : undefined,
    );
    const { code, stderr } = await runCli(["ami", "Ping", ...options], { env: { CORDBOARD_PBX: pbx.address } });
    expect(code).toBe(1);
    expect(stderr).toContain("    at ");
    expect(stderr).not.toMatch(OBEYED);
  });

  it.each([[[]], [["--json"]]])("cannot command the terminal by what doctor finds: %j", async (options) => {
    await using pbx = await ScriptedAmi.start(
      (action) => (action.get("Action") === "Login" ? `Response: Error\r\nMessage: ${HOSTILE}\r\n\r\n` : undefined),
      `Asterisk Call Manager/${HOSTILE}\r\n`,
    );
    const { stdout } = await runCli(["doctor", ...options], { env: { CORDBOARD_PBX: pbx.address } });
    expect(stdout).toContain("owned");
    expect(stdout).not.toMatch(OBEYED);
  });

  it.each([[[]], [["--json"]]])("cannot command the terminal while init tries the connection: %j", async (options) => {
    await using pbx = await ScriptedAmi.start((action) =>
      action.get("Action") === "Login" ? `Response: Error\r\nMessage: ${HOSTILE}\r\n\r\n` : undefined,
    );
    const cwd = mkdtempSync(join(tmpdir(), "cordboard-hostile-"));
    closers.push(() => rmSync(cwd, { recursive: true }));
    const args = ["init", "--yes", "--port", String(pbx.port), ...options];
    const { stdout } = await runCli(args, { cwd, env: { AMI_SECRET: "secret" } });
    expect(stdout).toContain("owned");
    expect(stdout).not.toMatch(OBEYED);
  });
});

describe("an output that cannot be written", () => {
  it("is an error with a code, not a crash", async () => {
    await using pbx = await ScriptedAmi.start();
    const full = openSync("/dev/full", "w");
    closers.push(() => closeSync(full));
    const child = spawn(process.execPath, [BIN, "ami", "Ping"], {
      cwd: "/",
      env: { PATH: process.env["PATH"], CORDBOARD_PBX: pbx.address },
      stdio: ["ignore", full, "pipe"],
    });
    let stderr = "";
    child.stderr?.on("data", (chunk: Buffer) => (stderr += chunk.toString()));
    const [code] = await once(child, "close");
    expect([code, stderr]).toEqual([
      1,
      "cordboard: The output cannot be written: ENOSPC: no space left on device, write [FILE_UNWRITABLE]\n",
    ]);
  });
});

describe("a file that ARI gives", () => {
  it("goes into a file byte for byte", async () => {
    const wav = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
    const server = createServer((_, response) => response.setHeader("content-type", "audio/wav").end(wav));
    closers.push(() => server.close());
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    const child = spawn(process.execPath, [BIN, "ari", "GET", "/recordings/stored/a/file"], {
      cwd: "/",
      env: { PATH: process.env["PATH"], CORDBOARD_PBX: `http://u:s@127.0.0.1:${port}` },
    });
    const chunks: Buffer[] = [];
    child.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(child, "close");
    expect(Buffer.concat(chunks).equals(wav)).toBe(true);
  });
});
