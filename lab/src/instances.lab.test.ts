import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdtemp, readFile, rm, symlink } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls } from "node:tls";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { labFolders, type LabFolders } from "./cache.ts";
import { attachAsterisk, cleanUpStale, endInstance, listInstances, startAsterisk } from "./instances.ts";
import { readState } from "./instance-state.ts";
import type { LabAsterisk } from "./lab-asterisk.ts";
import { placeLoad } from "./load.ts";
import { isAlive } from "./process-identity.ts";
import { labUnderTest } from "./testing/lab-under-test.ts";
import { labVersions } from "./versions.ts";
import { waitFor } from "./wait-for.ts";

/** Instances of our own, so that what other runs start and end does not matter; the change roots are everybody's. */
let folders: LabFolders;
beforeAll(async () => {
  const cache = await mkdtemp(join(tmpdir(), "lab-test-"));
  folders = { cache, roots: join(cache, "roots"), instances: join(cache, "instances") };
  await symlink(labFolders().roots, folders.roots);
});
afterAll(async () => {
  for (const { state } of await listInstances(folders)) await endInstance(state.name, folders);
  await rm(folders.cache, { recursive: true });
});

const mountsBelow = async (folder: string): Promise<string[]> => {
  const mounts = await readFile("/proc/self/mountinfo", "utf8");
  return mounts.split("\n").filter((line) => line.includes(folder));
};

async function greeting(port: number): Promise<string> {
  const socket = connect(port, "127.0.0.1");
  const text = await new Promise<string>((resolve, reject) => {
    socket.once("data", (bytes) => resolve(String(bytes)));
    socket.once("error", reject);
  });
  socket.destroy();
  return text;
}

describe("several Asterisks side by side", () => {
  it("each have their own ports, and calls in one are not seen in the other", async () => {
    await using one = await startAsterisk({ version: 22, folders });
    await using other = await startAsterisk({ version: 16, folders });
    await using third = await startAsterisk({ version: 22, folders });
    const labs = [one, other, third];
    const ports = labs.flatMap(({ ports: { ami, amiTls, http, https, sip } }) => [ami, amiTls, http, https, sip]);
    expect(new Set(ports).size).toBe(15);
    const talk = async (lab: LabAsterisk): Promise<void> => {
      const [kai] = await lab.addPhones(["1000", "1002"]);
      const call = await kai?.call("1002");
      await call?.waitToHear("1002");
    };
    await Promise.all([talk(one), talk(other)]);
    expect(await one.channels()).toHaveLength(2);
    expect(await other.bridges()).toEqual([expect.objectContaining({ channels: 2 })]);
    expect(await third.channels()).toEqual([]);
    expect(await Promise.all(labs.map((lab) => lab.cli("core show version")))).toEqual([
      expect.stringContaining("Asterisk 22."),
      expect.stringContaining("Asterisk 16."),
      expect.stringContaining("Asterisk 22."),
    ]);
    const took: string[] = labs.map((lab) => lab.folder);
    expect(new Set(took).size).toBe(3);
  });
});

describe("an Asterisk that ends", () => {
  it("leaves no process, no folder and no mount", async () => {
    const lab = await startAsterisk({ version: 22, folders });
    const asterisk = (await readState(folders, lab.name))?.asterisk;
    expect(asterisk && isAlive(asterisk)).toBe(true);
    expect(await readFile(`/proc/${lab.pid}/mountinfo`, "utf8")).toContain("/etc/asterisk");
    await lab.stop();
    expect(asterisk && isAlive(asterisk)).toBe(false);
    expect(existsSync(lab.folder)).toBe(false);
    expect(await mountsBelow("asterisk")).toEqual([]);
  });

  it("ends with the process that started it, whether that ends well or is killed", async () => {
    const program = `
      import { startAsterisk } from ${JSON.stringify(join(import.meta.dirname, "instances.ts"))};
      const lab = await startAsterisk({ version: 22, folders: JSON.parse(process.argv[1]) });
      console.log(lab.name);
      setInterval(() => {}, 1000);
    `;
    const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", program, JSON.stringify(folders)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const name = (
      await new Promise<string>((resolve) => child.stdout.once("data", (bytes) => resolve(String(bytes))))
    ).trim();
    const asterisk = (await readState(folders, name))?.asterisk;
    expect(asterisk && isAlive(asterisk)).toBe(true);
    child.kill("SIGKILL");
    await waitFor(async () =>
      (await listInstances(folders)).some(({ state, condition }) => state.name === name && condition === "stale"),
    );
    expect(await cleanUpStale(folders)).toEqual([name]);
    expect(asterisk && isAlive(asterisk)).toBe(false);
    expect(await readState(folders, name)).toBeUndefined();
    expect(await mountsBelow(folders.cache)).toEqual([]);
  });

  it("may be ended by another process, if it was started to stay", async () => {
    const lab = await startAsterisk({ version: 22, folders, name: "to-stay", detached: true });
    await lab.stop();
    const found = await attachAsterisk("to-stay", folders);
    expect(found.pid).toBe(lab.pid);
    expect(await found.cli("core show uptime")).toContain("System uptime");
    await endInstance("to-stay", folders);
    await expect(attachAsterisk("to-stay", folders)).rejects.toMatchObject({ code: "LAB_NO_INSTANCE" });
    await expect(endInstance("to-stay", folders)).rejects.toMatchObject({ code: "LAB_NO_INSTANCE" });
  });

  it("gives its name away only when it is gone", async () => {
    await using _lab = await startAsterisk({ version: 22, folders, name: "taken" });
    await expect(startAsterisk({ version: 22, folders, name: "taken" })).rejects.toMatchObject({
      code: "LAB_NAME_TAKEN",
    });
    await expect(startAsterisk({ version: 22, folders, name: "../x" })).rejects.toMatchObject({
      code: "LAB_NAME_TAKEN",
    });
  });
});

describe.each([...labVersions])("what Asterisk %i offers", (version) => {
  const lab = labUnderTest(version, { secret: "known-secret" });

  it("greets on AMI, with TLS too, with a certificate that is good for 127.0.0.1", async () => {
    const { ports } = lab();
    expect(await greeting(ports.ami)).toMatch(/^Asterisk Call Manager\//u);
    const socket = connectTls({ port: ports.amiTls, host: "127.0.0.1", ca: await lab().certificate() });
    const text = await new Promise<string>((resolve, reject) => {
      socket.once("data", (bytes) => resolve(String(bytes)));
      socket.once("error", reject);
    });
    socket.end();
    expect(text).toMatch(/^Asterisk Call Manager\//u);
  });

  it("answers on ARI to its users, and lets the reader only read", async () => {
    const { ports } = lab();
    const ask = (user: string, secret: string, method = "GET", path = "asterisk/info"): Promise<Response> =>
      fetch(`http://127.0.0.1:${ports.http}/ari/${path}`, {
        method,
        headers: { authorization: `Basic ${Buffer.from(`${user}:${secret}`).toString("base64")}` },
      });
    expect((await ask("cordboard", "known-secret")).status).toBe(200);
    expect((await ask("cordboard-view", "known-secret")).status).toBe(200);
    expect((await ask("cordboard-view", "known-secret", "POST", "bridges")).status).toBe(403);
    expect((await ask("cordboard", "wrong")).status).toBe(401);
  });

  it("takes actions, and says why it does not take one", async () => {
    await expect(lab().action({ Action: "CoreStatus" })).resolves.toMatchObject({ Response: "Success" });
    await expect(lab().action({ Action: "Hangup", Channel: "PJSIP/none" })).rejects.toMatchObject({
      code: "LAB_ACTION_FAILED",
    });
    await expect(lab().action({ Action: "Ping\r\nAction: Logoff" })).rejects.toMatchObject({
      code: "LAB_ACTION_FAILED",
    });
  });

  it("bears many calls at once, and says how many went well", async () => {
    const result = await placeLoad(lab(), { calls: 12, rate: 20, seconds: 1 });
    expect(result).toMatchObject({ successful: 12, failed: 0 });
    await lab().waitUntilIdle();
    await expect(placeLoad(lab(), { calls: 1000, rate: 1000, seconds: 10 })).rejects.toMatchObject({
      code: "LAB_USAGE",
    });
  });

  it("has Asterisk's own descriptions at hand", async () => {
    expect(existsSync(join(lab().restApiDir, "channels.json"))).toBe(true);
    expect(await readFile(lab().documentationFile, "utf8")).toContain('<manager name="Originate"');
  });

  it("has no phone that is not in the book", async () => {
    await expect(lab().addPhone("4711")).rejects.toMatchObject({ code: "LAB_NO_PHONE" });
  });

  it("writes a log without errors", async () => {
    const log = await readFile(join(lab().folder, "log", "full"), "utf8");
    expect(log.split("\n").filter((line) => / ERROR\[/u.test(line))).toEqual([]);
  });
});

it("Asterisk with no feature codes refuses AMI's Atxfer, and with them takes it", async () => {
  const atxfer = async (featureCodes: boolean): Promise<unknown> => {
    await using lab = await startAsterisk({ version: 22, folders, featureCodes });
    const [kai] = await lab.addPhones(["1000", "1002"]);
    const call = await kai?.call("31002");
    await call?.waitToHear("1002");
    const channel = (await lab.channels()).find(({ name }) => name.startsWith("PJSIP/1000-"))?.name ?? "";
    return await lab.action({ Action: "Atxfer", Channel: channel, Exten: "1003", Context: "internal" });
  };
  await expect(atxfer(true)).resolves.toMatchObject({ Response: "Success" });
  await expect(atxfer(false)).rejects.toThrow("No attended transfer feature code found");
});

it("without root the lab says so, and what to do", async () => {
  const main = join(import.meta.dirname, "main.ts");
  const command = [process.execPath, "--conditions=@cordboard/source", main, "up"];
  const run = promisify(execFile)("setpriv", ["--reuid=65534", "--clear-groups", ...command], {
    env: { ...process.env, CORDBOARD_LAB_CACHE: join(tmpdir(), "lab-test-nobody") },
  });
  await expect(run).rejects.toMatchObject({
    stderr: expect.stringMatching(/needs root: run `sudo npm run lab -- up`.*LAB_NOT_ROOT/su),
  });
});
