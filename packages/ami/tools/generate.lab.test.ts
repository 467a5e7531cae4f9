import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { ensureChangeRoot, labVersions, startAsterisk, type LabAsterisk } from "@cordboard/lab";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { AmiActionName } from "../src/generated/actions.ts";
import { actionLists } from "../src/generated/lists.ts";
import { actionWriteClasses } from "../src/generated/privileges.ts";
import { actionReleases } from "../src/generated/versions.ts";
import { generate, generatedFolder, readFacts } from "./generate.ts";

it("the committed types are what the documentation of the lab's Asterisks gives", async () => {
  const documentation = [];
  for (const major of labVersions) {
    const { documentationFile } = await ensureChangeRoot(major);
    documentation.push({ major, xml: await readFile(documentationFile, "utf8") });
  }
  for (const [name, text] of generate(documentation, await readFacts())) {
    expect(await readFile(join(generatedFolder, name), "utf8"), `${name}: run npm run generate`).toBe(text);
  }
});

describe.each(labVersions)("Asterisk %s", (version) => {
  let lab: LabAsterisk;

  beforeAll(async () => {
    lab = await startAsterisk({ version });
  });
  afterAll(() => lab.stop());

  it("has no action that the types lack, and asks for the classes that the table tells", async () => {
    const known = new Map<string, readonly string[]>(Object.entries(actionWriteClasses));
    let seen = 0;
    for (const [name, synopsis] of Object.entries(await lab.action({ Action: "ListCommands" }))) {
      const privileges = /\(Priv: (.*)\)\s*$/.exec(synopsis)?.[1]?.split(",");
      if (!privileges) continue;
      seen += 1;
      const classes = privileges.filter((each) => each !== "all" && each !== "<none>");
      expect([name, ...(known.get(name) ?? ["unknown"]).toSorted()]).toEqual([name, ...classes.toSorted()]);
      expect(actionReleases[name as AmiActionName][version], name).toBeDefined();
    }
    expect(seen).toBeGreaterThan(100);
  });

  it("frames lists as the table tells, empty ones too", async () => {
    const needsParameters = new Set<string>([
      ...["BridgeInfo", "ConfbridgeList", "CoreShowChannelMap", "DBGet", "FAXSession", "Hangup", "MWIGet"],
      ...["PJSIPShowEndpoint", "VoicemailBoxSummary", "VoicemailUserStatus", "WaitEvent"],
    ]);
    let seen = 0;
    for (const [action, list] of Object.entries(actionLists)) {
      if (needsParameters.has(action)) continue;
      const { response, message, eventList } = await reply(lab, action);
      if (message.startsWith("Invalid/unknown command") || message.startsWith("No DAHDI")) continue;
      seen += 1;
      if (response === "Error") expect([action, ...list.emptyMessages]).toContain(message);
      else if (list.eventList && eventList === "") expect([action, list.empty]).toEqual([action, "success"]);
      else expect([action, eventList.toLowerCase()]).toEqual([action, list.eventList ? "start" : ""]);
    }
    expect(seen).toBeGreaterThan(20);
  });
});

/** The response to an action without parameters; an Error is a response like any other. */
async function reply(
  lab: LabAsterisk,
  action: string,
): Promise<{ response: string; message: string; eventList: string }> {
  const fields = await lab.action({ Action: action }).catch((error: Error) => ({
    Response: "Error",
    Message: /^AMI refused \w+: (.*)\.$/s.exec(error.message)?.[1] ?? error.message,
  }));
  return {
    response: fields["Response"] ?? "",
    message: (fields["Message"] ?? "").trim(),
    eventList: "EventList" in fields ? String(fields["EventList"]) : "",
  };
}
