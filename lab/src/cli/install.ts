import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { promisify } from "node:util";
import { ensureChangeRoot, requireRoot, type ChangeRoot, type OnProgress } from "../change-root.ts";
import { LabSetupError } from "../errors.ts";
import { labVersions } from "../versions.ts";

/**
 * Installs debootstrap from the machine's own packages, if it is missing, and builds both change roots, side by side.
 *
 * @throws LabSetupError
 */
export async function installLab(onProgress: OnProgress, onStep: (step: string) => void): Promise<ChangeRoot[]> {
  requireRoot();
  if (!existsSync("/usr/sbin/debootstrap")) {
    onStep("apt-get install debootstrap");
    await installDebootstrap();
  }
  return Promise.all(labVersions.map((version) => ensureChangeRoot(version, onProgress)));
}

async function installDebootstrap(): Promise<void> {
  const run = promisify(execFile);
  const install = ["install", "--yes", "--no-install-recommends", "debootstrap"];
  const env = { ...process.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run("apt-get", install, { env }).catch(async () => {
      await run("apt-get", ["update"], { env });
      await run("apt-get", install, { env });
    });
  } catch (cause) {
    throw new LabSetupError(
      "LAB_NO_DEBOOTSTRAP",
      `apt-get could not install debootstrap: ${(cause as Error).message}`,
      { cause },
    );
  }
}
