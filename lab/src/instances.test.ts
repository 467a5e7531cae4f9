import { access, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { labFolders } from "./cache.ts";
import { endInstance, startAsterisk } from "./instances.ts";

it("a name is no way to a folder that is not the lab's", async () => {
  const cache = await mkdtemp(join(tmpdir(), "lab-names-"));
  try {
    const folders = labFolders({ CORDBOARD_LAB_CACHE: cache });
    const state = join(cache, "precious", "state.json");
    await mkdir(folders.instances);
    await mkdir(join(cache, "precious"));
    await writeFile(state, JSON.stringify({ name: "../precious", version: 22 }));
    await expect(endInstance("../precious", folders)).rejects.toMatchObject({ code: "LAB_NO_INSTANCE" });
    await access(state);
    // Told before anything is built: there is no change root in this cache, and none comes.
    await expect(startAsterisk({ version: 22, name: "../../x", folders })).rejects.toMatchObject({
      code: "LAB_NAME_TAKEN",
    });
    await expect(access(folders.roots)).rejects.toMatchObject({ code: "ENOENT" });
  } finally {
    await rm(cache, { recursive: true });
  }
});
