import { execFile, spawn } from "node:child_process";
import { openSync, closeSync } from "node:fs";
import { chmod, mkdir, readFile, writeFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { promisify } from "node:util";
import type { ChangeRoot } from "./change-root.ts";
import { configuration } from "./config/configuration.ts";
import { runCommand } from "./control-socket.ts";
import { failure } from "./errors.ts";
import type { InstanceState } from "./instance-state.ts";
import { musicFile } from "./music-file.ts";
import { identityOf, isAlive, type ProcessIdentity } from "./process-identity.ts";
import { makeCertificate } from "./tls-certificate.ts";
import { waitFor } from "./wait-for.ts";

/** The folders of an instance, and where Asterisk sees each of them: the places it always has. */
const places: Readonly<Record<string, string>> = {
  etc: "/etc/asterisk",
  lib: "/var/lib/asterisk",
  log: "/var/log/asterisk",
  spool: "/var/spool/asterisk",
  run: "/run/asterisk",
  tmp: "/tmp",
};

/**
 * Becomes Asterisk: mounts the instance's folders over a read-only view of the change root, in a mount name space that is this
 * process's alone. All of it is gone with the process, however it ends. Arguments: change root, folder of the instance.
 */
const script = `
set -eu
root=$1 own=$2
echo $$ > "$own/asterisk.pid"
mount --bind "$root" "$root"
mount --rbind /dev "$root/dev"
mount --bind /proc "$root/proc"
${Object.entries(places)
  .map(([folder, place]) => `mount --bind "$own/${folder}" "$root${place}"`)
  .join("\n")}
mount --bind /etc/hosts "$root/etc/hosts"
mount -o remount,bind,ro "$root"
ulimit -n 20000 2>/dev/null || true
exec chroot "$root" /usr/sbin/asterisk -f -n -U asterisk -G asterisk
`;

/** The control socket of a running instance. */
export function controlSocketOf(folder: string): string {
  return join(folder, "run", "asterisk.ctl");
}

/** Writes the folders and files that an instance needs. */
export async function prepareInstance(
  root: ChangeRoot,
  folder: string,
  state: InstanceState,
  dialplan?: string,
): Promise<void> {
  for (const name of Object.keys(places)) await mkdir(join(folder, name), { recursive: true });
  for (const name of [
    "etc/manager.d",
    "lib/lab-music",
    "lib/keys",
    "lib/sounds/custom",
    "log/cdr-csv",
    "spool/recording",
    "spool/voicemail",
    "spool/tmp",
  ]) {
    await mkdir(join(folder, name), { recursive: true });
  }
  for (const [name, text] of Object.entries(configuration(state, dialplan)))
    await writeFile(join(folder, "etc", name), text);
  await writeFile(join(folder, "etc", "lab.pem"), await makeCertificate(root), { mode: 0o600 });
  await writeFile(join(folder, "lib", "lab-music", "chord.wav"), musicFile());
  await chmod(join(folder, "tmp"), 0o1777);
  const { uid, gid } = await ownerOf(root);
  await promisify(execFile)("chown", ["-R", `${uid}:${gid}`, ...Object.keys(places).map((name) => join(folder, name))]);
  // The secrets are in here; Asterisk itself comes in by its mounts, not by this way.
  await chmod(folder, 0o700);
}

/** Starts Asterisk in an instance's folder; resolves when it is there as a process, not yet booted. */
export async function spawnAsterisk(root: ChangeRoot, folder: string): Promise<ProcessIdentity> {
  const out = openSync(join(folder, "output.log"), "a");
  const child = spawn(
    "unshare",
    ["--mount", "--propagation", "private", "sh", "-c", script, "lab-asterisk", root.path, folder],
    {
      stdio: ["ignore", out, out],
      detached: true,
      cwd: "/",
      env: {
        PATH: "/usr/sbin:/usr/bin:/sbin:/bin",
        LC_ALL: "C",
        ...(process.env["TZ"] ? { TZ: process.env["TZ"] } : {}),
      },
    },
  );
  closeSync(out);
  await new Promise((resolve, reject) => {
    child.once("spawn", resolve);
    child.once("error", reject);
  });
  child.unref();
  // Every step replaces the one before (exec), so that the pid and its start time are Asterisk's.
  const identity = child.pid === undefined ? undefined : identityOf(child.pid);
  if (!identity) throw failure("LAB_START_FAILED", "Asterisk ended at once", await lastWords(folder));
  return identity;
}

/**
 * The Asterisk of an instance's folder, for the case that its starter died before it could write the process down. Only a process that
 * has that very folder mounted counts.
 */
export async function findAsterisk(folder: string): Promise<ProcessIdentity | undefined> {
  const pid = Number(await readFile(join(folder, "asterisk.pid"), "utf8").catch(() => Number.NaN));
  const mounts = await readFile(`/proc/${pid}/mountinfo`, "utf8").catch(() => "");
  // The kernel names a mount's source within its own file system, so that only the end of the path is sure.
  const source = join(basename(dirname(folder)), basename(folder), "etc");
  return mounts.includes(`${source} /etc/asterisk `) ? identityOf(pid) : undefined;
}

/** Resolves when Asterisk has booted. @throws LabInstanceError `LAB_START_FAILED` */
export async function waitUntilBooted(identity: ProcessIdentity, folder: string): Promise<void> {
  const gone = async (): Promise<void> => {
    if (isAlive(identity)) return;
    throw failure("LAB_START_FAILED", "Asterisk ended while it started", await lastWords(folder));
  };
  const path = controlSocketOf(folder);
  await waitFor(
    async () => {
      await gone();
      return runCommand(path, "core waitfullybooted", 30_000).then(
        (answer) => answer.includes("fully booted"),
        () => false,
      );
    },
    { timeoutMs: 40_000, everyMs: 20, what: "Asterisk to boot" },
  );
}

/**
 * Ends exactly that Asterisk: asks, and after two seconds of waiting insists. Resolves when it is gone.
 */
export async function endAsterisk(identity: ProcessIdentity, gently: boolean): Promise<void> {
  const signal = (name: NodeJS.Signals): void => {
    if (!isAlive(identity)) return;
    try {
      process.kill(identity.pid, name);
    } catch {
      // It ended in between.
    }
  };
  const gone = (timeoutMs: number): Promise<boolean> =>
    waitFor(() => !isAlive(identity), { timeoutMs }).then(
      () => true,
      () => false,
    );
  if (gently) {
    signal("SIGTERM");
    if (await gone(2000)) return;
  }
  signal("SIGKILL");
  await waitFor(() => !isAlive(identity), { what: `process ${identity.pid} to end` });
}

async function ownerOf(root: ChangeRoot): Promise<{ uid: number; gid: number }> {
  const passwd = await readFile(join(root.path, "etc/passwd"), "utf8");
  const fields = passwd
    .split("\n")
    .find((line) => line.startsWith("asterisk:"))
    ?.split(":");
  return { uid: Number(fields?.[2]), gid: Number(fields?.[3]) };
}

async function lastWords(folder: string): Promise<string> {
  const texts = await Promise.all(
    ["output.log", "log/full"].map((name) => readFile(join(folder, name), "utf8").catch(() => "")),
  );
  return texts.flatMap((text) => text.trim().split("\n").slice(-6)).join("\n");
}
