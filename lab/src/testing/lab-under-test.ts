import { afterAll, afterEach, beforeAll } from "vitest";
import { startAsterisk, type StartOptions } from "../instances.ts";
import type { LabAsterisk } from "../lab-asterisk.ts";
import type { LabVersion } from "../versions.ts";

/**
 * An Asterisk for the tests of one file (or one `describe`), in about a second: starts before them, ends after them, and takes away
 * after each test the phones that it added. Several files run side by side; none shares an Asterisk with another.
 *
 * @returns the handle; call it inside a test or hook
 */
export function labUnderTest(version: LabVersion, options: Omit<StartOptions, "version"> = {}): () => LabAsterisk {
  let lab: LabAsterisk | undefined;
  beforeAll(async () => {
    lab = await startAsterisk({ ...options, version });
  });
  afterEach(() => lab?.stopPhones());
  afterAll(() => lab?.stop());
  return () => {
    if (!lab) throw new Error("labUnderTest: the Asterisk is there only inside tests and hooks.");
    return lab;
  };
}
