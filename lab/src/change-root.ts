import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, readdir, rename, rm } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { labFolders, type LabFolders } from "./cache.ts";
import { changeRootScript, progressOf } from "./change-root-script.ts";
import { LabSetupError, failure } from "./errors.ts";
import { lock } from "./lock.ts";
import { versionSources, type LabVersion } from "./versions.ts";

/** Raised whenever what the script makes changes: an older change root is then left alone and a new one built. */
const recipe = 1;

/** An Asterisk's files, as Debian packages them, in a folder of their own. */
export interface ChangeRoot {
  readonly version: LabVersion;
  /** The folder on this machine. */
  readonly path: string;
  /** The folder of Asterisk's ARI description (`*.json`). */
  readonly restApiDir: string;
  /** Asterisk's own documentation of applications, AMI actions and events (`core-en_US.xml`). */
  readonly documentationFile: string;
}

/** How {@link ensureChangeRoot} reports; `step` is one short line, as often as there is something new. */
export type OnProgress = (version: LabVersion, step: string) => void;

/** The change root of a version, whether it has been built or not. */
export function changeRootOf(version: LabVersion, folders: LabFolders = labFolders()): ChangeRoot {
  const path = join(folders.roots, `asterisk-${version}-${recipe}`);
  return {
    version,
    path,
    restApiDir: join(path, "usr/share/asterisk/rest-api"),
    documentationFile: join(path, "usr/share/asterisk/documentation/core-en_US.xml"),
  };
}

/** True if the change root is there, whole. */
export function isBuilt(root: ChangeRoot): boolean {
  return existsSync(root.path);
}

/**
 * The change root of a version; builds it the first time (about 40 s), one process at a time, in a folder of its own that
 * gets its final name only when all went well.
 *
 * @throws LabSetupError if this is not Linux, not root, or debootstrap or a mirror is missing, or the build fails.
 */
export async function ensureChangeRoot(
  version: LabVersion,
  onProgress?: OnProgress,
  folders: LabFolders = labFolders(),
): Promise<ChangeRoot> {
  requireRoot();
  const root = changeRootOf(version, folders);
  if (isBuilt(root)) return root;
  await using _held = await lock(root.path, () => onProgress?.(version, "another process is building it: waiting"));
  if (isBuilt(root)) return root;
  await mkdir(folders.roots, { recursive: true });
  const prefix = `.building-${version}-`;
  for (const name of await readdir(folders.roots)) {
    if (name.startsWith(prefix)) await rm(await withoutMounts(join(folders.roots, name)), { recursive: true });
  }
  const building = join(folders.roots, `${prefix}${process.pid}`);
  const mirror = await debianMirror();
  await build(version, building, mirror, onProgress);
  await rename(building, root.path);
  return root;
}

/**
 * Says at once what the machine lacks for the lab.
 *
 * @throws LabSetupError `LAB_NOT_LINUX` or `LAB_NOT_ROOT`.
 */
export function requireRoot(): void {
  if (process.platform !== "linux") {
    throw new LabSetupError("LAB_NOT_LINUX", `The lab needs Linux (best: Debian), and this is ${process.platform}.`);
  }
  if (process.getuid?.() !== 0) {
    throw new LabSetupError(
      "LAB_NOT_ROOT",
      "The lab makes change roots and mounts, so it needs root: run `sudo npm run lab -- up`, or work in a container as root.",
    );
  }
}

async function build(version: LabVersion, folder: string, mirror: string, onProgress?: OnProgress): Promise<void> {
  const scripts = `${process.env["DEBOOTSTRAP_DIR"] ?? "/usr/share/debootstrap"}/scripts`;
  if (!existsSync(scripts)) {
    throw new LabSetupError(
      "LAB_NO_DEBOOTSTRAP",
      "debootstrap, which makes the change root, is missing: run `npm run lab -- install` (or `apt-get install debootstrap`).",
    );
  }
  const { suite, script, packages } = versionSources[version];
  const known = join(scripts, suite);
  const child = spawn(
    "unshare",
    ["--mount", "--propagation", "private", "sh", "-c", changeRootScript, "lab-change-root"].concat(
      [folder, suite, mirror, existsSync(known) ? known : join(scripts, script)],
      packages,
    ),
    { stdio: ["ignore", "pipe", "pipe"] },
  );
  const tail: string[] = [];
  const follow = async (stream: NodeJS.ReadableStream): Promise<void> => {
    for await (const line of createInterface({ input: stream })) {
      tail.push(line);
      if (tail.length > 15) tail.shift();
      const step = progressOf(line);
      if (step) onProgress?.(version, step);
    }
  };
  const ended = new Promise<number | null>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", resolve);
  });
  const [status] = await Promise.all([ended, follow(child.stdout), follow(child.stderr)]);
  if (status === 0) return;
  await rm(await withoutMounts(folder), { recursive: true, force: true });
  throw failure(
    "LAB_BUILD_FAILED",
    `The change root for Asterisk ${version} (Debian ${suite}) could not be built`,
    tail.join("\n"),
  );
}

/** The Debian mirror that this machine itself uses, or `$CORDBOARD_LAB_MIRROR`. */
async function debianMirror(): Promise<string> {
  const told = process.env["CORDBOARD_LAB_MIRROR"];
  if (told) return told;
  try {
    const format = "$(REPO_URI) $(ORIGIN) $(LABEL)";
    const { stdout } = await promisify(execFile)("apt-get", ["indextargets", "--format", format]);
    for (const line of stdout.split("\n")) {
      const [uri, origin, label] = line.split(" ");
      if (uri && origin === "Debian" && label === "Debian") return uri;
    }
  } catch (cause) {
    throw new LabSetupError("LAB_NO_MIRROR", "apt-get cannot say which mirror it uses: the lab needs Debian.", {
      cause,
    });
  }
  throw new LabSetupError(
    "LAB_NO_MIRROR",
    "apt knows no Debian mirror yet: run `apt-get update`, or set CORDBOARD_LAB_MIRROR to one.",
  );
}

/** The same path, if nothing is mounted under it: what is mounted must never be removed with a folder. */
async function withoutMounts(folder: string): Promise<string> {
  const mounts = await readFile("/proc/self/mountinfo", "utf8");
  if (mounts.includes(` ${folder}/`)) {
    throw new LabSetupError("LAB_BUILD_FAILED", `Something is mounted under ${folder}: unmount it first.`);
  }
  return folder;
}
