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
    // Where this fails, Asterisk's documentation has changed: npm run generate, and look at what is new.
    expect(await readFile(join(generatedFolder, name), "utf8")).toBe(text);
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
      expect(actionReleases[name as AmiActionName]).toHaveProperty([String(version)]);
    }
    expect(seen).toBeGreaterThan(100);
  });

  it("frames lists as the table tells, empty ones too", async () => {
    const needsParameters = new Set(
      (
        "BridgeInfo ConfbridgeList CoreShowChannelMap DBGet FAXSession Hangup MWIGet PJSIPShowEndpoint " +
        "VoicemailBoxSummary VoicemailUserStatus WaitEvent"
      ).split(" "),
    );
    const replies = new Map<string, string>();
    const told = new Map<string, string>();
    for (const [action, list] of Object.entries(actionLists)) {
      if (needsParameters.has(action)) continue;
      const { response, message, eventList } = await reply(lab, action);
      if (message.startsWith("Invalid/unknown command") || message.startsWith("No DAHDI")) continue;
      const emptyError = list.empty === "error" && list.emptyMessages.includes(message);
      replies.set(action, response === "Error" ? `Error ${message}` : eventList.toLowerCase());
      const start = list.eventList && !(list.empty === "success" && eventList === "") ? "start" : "";
      told.set(action, emptyError ? `Error ${message}` : start);
    }
    expect(replies).toEqual(told);
    expect(replies.size).toBeGreaterThan(20);
  });
});

/** The response to an action without parameters; an Error is a response like any other. */
async function reply(
  lab: LabAsterisk,
  action: string,
): Promise<{ response: string; message: string; eventList: string }> {
  try {
    const fields = await lab.action({ Action: action });
    return {
      response: fields["Response"] ?? "",
      message: (fields["Message"] ?? "").trim(),
      eventList: fields["EventList"] ?? "",
    };
  } catch (error) {
    const message = /^AMI refused \w+: (.*)\.$/s.exec((error as Error).message)?.[1];
    return { response: "Error", message: (message ?? String(error)).trim(), eventList: "" };
  }
}
