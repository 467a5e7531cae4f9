import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { changeRootOf, isBuilt } from "./change-root.ts";
import { labVersions } from "./versions.ts";

let cache: string;
beforeAll(async () => {
  cache = await mkdtemp(join(tmpdir(), "lab-root-"));
});
afterAll(() => rm(cache, { recursive: true }));

/** What `lab up` says on a machine that has no change root and lacks something else. */
async function up(
  environment: NodeJS.ProcessEnv,
  ...before: readonly string[]
): Promise<{ stderr: string; status: number }> {
  const main = join(import.meta.dirname, "main.ts");
  const [program, ...args] = [...before, process.execPath, "--conditions=@cordboard/source", main, "up"];
  const env = { ...process.env, CORDBOARD_LAB_CACHE: cache, ...environment };
  return promisify(execFile)(program, args, { env }).then(
    ({ stderr }) => ({ stderr, status: 0 }),
    (error: { stderr: string; code: number }) => ({ stderr: error.stderr, status: error.code }),
  );
}

it("without debootstrap the lab says so, and the one command that installs it", async () => {
  const { stderr, status } = await up({ DEBOOTSTRAP_DIR: "/nonexistent" });
  expect(stderr).toMatch(/run `npm run lab -- install`.*\(LAB_NO_DEBOOTSTRAP\)/u);
  expect(status).toBe(1);
});

it("a build that fails says with what, and leaves nothing that could be taken for a change root", async () => {
  const { stderr, status } = await up({ CORDBOARD_LAB_MIRROR: "file:///nonexistent" });
  expect(stderr).toMatch(/Asterisk 22 \(Debian forky\) could not be built.*\(LAB_BUILD_FAILED\)/su);
  expect(status).toBe(1);
  expect(await readdir(join(cache, "roots"))).toEqual([]);
});

it("as root that may not mount the lab says what the container needs", async () => {
  const { stderr, status } = await up({}, "setpriv", "--bounding-set=-sys_admin", "--inh-caps=-sys_admin");
  expect(stderr).toContain("SYS_ADMIN");
  expect(stderr).toContain("(LAB_NO_MOUNT)");
  expect(status).toBe(1);
});

it("the change roots of this machine are whole, and small", async () => {
  for (const version of labVersions) {
    const root = changeRootOf(version);
    expect(isBuilt(root)).toBe(true);
    const { stdout } = await promisify(execFile)("du", ["--summarize", "--block-size=1M", root.path]);
    expect(Number.parseInt(stdout, 10)).toBeLessThan(500);
    expect(await readdir(root.restApiDir)).toContain("resources.json");
  }
});
