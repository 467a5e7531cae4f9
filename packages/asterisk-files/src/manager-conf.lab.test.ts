import { appendFile } from "node:fs/promises";
import { join } from "node:path";
import { labVersions, type LabAsterisk, startAsterisk } from "@cordboard/lab";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadConf } from "./load-conf.ts";
import { readManagerConf } from "./manager-conf.ts";
import { nodeFileReader } from "./node-file-reader.ts";

const grants = [
  "all",
  "none",
  "",
  "system,call,agent",
  "system, call",
  ",call",
  "sys,call",
  "call,sys",
  "sys,",
  "Call",
  "a,test",
];

describe.each(labVersions)("Asterisk %s", (version) => {
  let lab: LabAsterisk;

  beforeAll(async () => {
    lab = await startAsterisk({ version });
  });
  afterAll(() => lab.stop());

  it("gives a user the classes that we read from its line", async () => {
    const file = join(lab.folder, "etc", "manager.conf");
    const users = grants.map((grant, index) => `[user${index}]\nsecret=x\nread=${grant}\nwrite=${grant}\n`);
    await appendFile(file, `\n${users.join("\n")}`);
    await lab.cli("manager reload");
    const conf = readManagerConf(await loadConf(file, nodeFileReader()));
    for (const [index, grant] of grants.entries()) {
      const shown = await lab.cli(`manager show user user${index}`);
      const [read, write] = ["read", "write"].map((kind) => {
        const words = new RegExp(`${kind} perm: *(.*)`).exec(shown)?.[1]?.trim().split(",") ?? ["not shown"];
        return new Set(words.filter((word) => word !== "<none>" && word !== "all" && word !== ""));
      });
      const user = conf.user(`user${index}`);
      expect([grant, user?.read.value, user?.write.value]).toEqual([grant, read, write]);
    }
  });
});
