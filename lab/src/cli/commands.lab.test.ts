import { execFile } from "node:child_process";
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { labFolders } from "../cache.ts";
import { startAsterisk } from "../instances.ts";

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "lab-cli-"));
  await symlink(labFolders().roots, join(cache, "roots"));
});
afterAll(async () => {
  await lab("down", "--all");
  await rm(cache, { recursive: true });
});

interface Ran {
  readonly stdout: string;
  readonly stderr: string;
  readonly status: number;
}

async function lab(...words: readonly string[]): Promise<Ran> {
  const args = ["--conditions=@cordboard/source", join(import.meta.dirname, "../main.ts"), ...words];
  const env = { ...process.env, CORDBOARD_LAB_CACHE: cache };
  return promisify(execFile)(process.execPath, args, { env }).then(
    ({ stdout, stderr }) => ({ stdout, stderr, status: 0 }),
    (error: { stdout: string; stderr: string; code: number }) => ({
      stdout: error.stdout,
      stderr: error.stderr,
      status: error.code,
    }),
  );
}

it("a developer starts an Asterisk, sees a call and a scenario in it, looks inside, and ends it", async () => {
  const up = await lab("up", "--name", "mine", "--secret", "known-secret");
  expect(up).toMatchObject({ status: 0, stdout: expect.stringContaining("ami://cordboard:known-secret@127.0.0.1:") });
  expect(up.stdout.split("\n").filter((line) => line.length > 80 && !line.includes(cache))).toEqual([]);
  const told = JSON.parse((await lab("status", "--name", "mine", "--json")).stdout);
  expect(told).toMatchObject({ name: "mine", version: 22, profile: "plain" });
  expect(up.stdout).toContain(`@127.0.0.1:${told.ports.ami}`);

  const taken = await lab("up", "--name", "other", "--ami-port", `${told.ports.ami}`);
  expect(taken).toMatchObject({ status: 1, stderr: expect.stringContaining("LAB_PORT_TAKEN") });

  const call = await lab("call", "1000", "1002", "--seconds", "2");
  expect(call.stdout).toContain("1000 hears 1002, 1002 hears 1000");
  expect(call.stdout).toMatch(/1000 hangs up\n.*1002 is disconnected/);
  const scenario = await lab("scenario", "hold", "--pause", "0");
  expect(scenario).toMatchObject({ status: 0, stdout: expect.stringContaining("1002 hears music") });
  const report = JSON.parse((await lab("scenario", "busy", "--json")).stdout);
  expect(report).toMatchObject({ name: "busy", version: 22, proofs: [expect.stringContaining("486")] });
  expect((await lab("scenario", "freepbx-call")).stderr).toContain("--profile freepbx");
  const load = await lab("load", "--calls", "5", "--rate", "10", "--seconds", "1");
  expect(load.stdout).toContain("5 went well, 0 did not");

  expect((await lab("cli", "core show channels count")).stdout).toContain("0 active channels");
  expect((await lab("logs", "--lines", "500")).stdout).toContain("Asterisk Ready");
  expect((await lab("status")).stdout).toMatch(/^mine +22 +up /mu);
  expect(await lab("down")).toMatchObject({ status: 0, stdout: "Ended: mine.\n" });
  expect((await lab("status")).stdout).toContain("No Asterisk of the lab is up.");
});

it("a developer adds a dialplan of one's own, and is told the line if it cannot be read", async () => {
  const file = join(cache, "own.conf");
  await writeFile(file, "[internal]\nexten => 950,1,Answer()\n same => n,Echo()\n");
  expect(await lab("up", "--name", "own", "--dialplan", file)).toMatchObject({ status: 0 });
  expect((await lab("call", "1000", "950", "--seconds", "2", "--name", "own")).stdout).toContain("1000 hears 1000");
  await lab("down", "--name", "own");
  await writeFile(file, "[internal]\nexten => 950,1,Answer()\n[internal\n");
  expect(await lab("up", "--dialplan", file)).toMatchObject({ status: 2, stderr: expect.stringContaining("own.conf") });
  expect(await lab("up", "--dialplan", `${file}.none`)).toMatchObject({
    status: 2,
    stderr: expect.stringContaining("ENOENT"),
  });
});

it("the Asterisk of a test that runs is left alone, unless it is named", async () => {
  const folders = { cache, roots: join(cache, "roots"), instances: join(cache, "instances") };
  await using _running = await startAsterisk({ version: 22, name: "of-a-test", folders });
  expect((await lab("down", "--all")).stdout).toBe("Nothing was up.\n");
  expect((await lab("status")).stdout).toContain(`of process ${process.pid}`);
  expect((await lab("down", "--name", "of-a-test")).stdout).toBe("Ended: of-a-test.\n");
});

it("where several are up, one has to be named", async () => {
  const started = await Promise.all([lab("up", "--name", "one"), lab("up", "--name", "two", "--asterisk", "16")]);
  expect(started.map(({ status }) => status)).toEqual([0, 0]);
  expect(await lab("cli", "core show uptime")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("Several are up ("),
  });
  expect((await lab("down")).stderr).toMatch(/one, two|two, one/u);
  expect((await lab("call", "102", "1000", "--name", "two", "--seconds", "2", "--json")).stdout).toContain(
    "102 hears 1000",
  );
  expect((await lab("down", "--all")).stdout).toMatch(/^Ended: (?:one, two|two, one)\.$/mu);
});

it("what makes no sense is refused with status 2, what cannot be done with status 1", async () => {
  expect(await lab("constructor")).toMatchObject({ status: 2, stderr: expect.stringContaining("LAB_USAGE") });
  expect(await lab("frobnicate")).toMatchObject({ status: 2, stderr: expect.stringContaining("LAB_USAGE") });
  expect(await lab("scenario", "no-such")).toMatchObject({ status: 2 });
  expect(await lab("call", "1000")).toMatchObject({ status: 2 });
  expect(await lab("call", "1000", "1002")).toMatchObject({
    status: 1,
    stderr: expect.stringContaining("npm run lab -- up"),
  });
  expect((await lab("scenario", "--list")).stdout).toContain("attended-transfer");
  expect((await lab("numbers")).stdout).toContain("ConfBridge");
  expect((await lab("help")).stdout).toContain("scenario NAME");
});
