import { ensureChangeRoot } from "./change-root.ts";
import { cleanUpStale } from "./instances.ts";
import { labVersions } from "./versions.ts";

/**
 * Global set-up of the vitest project `lab`: cleans up what a run that crashed has left, and builds the change roots once, before
 * the first test file would have to wait for them. Each test file starts its own Asterisk: see `labUnderTest`.
 */
export async function setup(): Promise<void> {
  await cleanUpStale();
  const say = (version: number, step: string): void => {
    if (process.stderr.isTTY) process.stderr.write(`\r\x1b[KAsterisk ${version}: ${step.slice(0, 60)}`);
  };
  await Promise.all(labVersions.map((version) => ensureChangeRoot(version, say)));
}
