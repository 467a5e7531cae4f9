import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it } from "vitest";
import { loadConf } from "./load-conf.ts";
import { nodeFileReader } from "./node-file-reader.ts";

/** Runs `test` in a folder of its own. */
async function inFolder(test: (folder: string) => Promise<void>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "asterisk-files-"));
  try {
    await test(folder);
  } finally {
    await rm(folder, { recursive: true });
  }
}

describe("nodeFileReader", () => {
  it("loads a configuration from the disk, wildcards included", async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "a.conf"), "[a]\n#include b*.conf\n");
      await writeFile(join(folder, "b1.conf"), "c=1\n");
      const conf = await loadConf(join(folder, "a.conf"), nodeFileReader());
      expect(conf.section("a")?.last("c")).toMatchObject({
        value: "1",
        at: { file: join(folder, "b1.conf"), line: 1 },
      });
    });
  });

  it("takes what is not there, a folder and a named pipe for missing, without waiting", async () => {
    await inFolder(async (folder) => {
      const reader = nodeFileReader();
      await promisify(execFile)("mkfifo", [join(folder, "pipe")]);
      for (const name of ["none", "none/below", ".", "pipe"]) {
        expect(await reader.readFile(join(folder, name))).toBeUndefined();
      }
      expect(await reader.listFolder(join(folder, "none"))).toBeUndefined();
      expect(await reader.listFolder(join(folder, "pipe"))).toBeUndefined();
      expect(await reader.listFolder(folder)).toEqual(["pipe"]);
    });
  });

  it("refuses a file that is too large before it reads it", async () => {
    await inFolder(async (folder) => {
      await writeFile(join(folder, "a.conf"), "[a]\nb=1");
      await expect(loadConf(join(folder, "a.conf"), nodeFileReader({ maxBytes: 5 }))).rejects.toMatchObject({
        code: "FILE_UNREADABLE",
        message: expect.stringContaining("larger"),
        cause: expect.any(RangeError),
      });
    });
  });
});
