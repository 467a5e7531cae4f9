import { connect } from "node:net";
import { ensureChangeRoot, labVersions, startAsterisk, type LabAsterisk } from "@cordboard/lab";
import { readFile } from "node:fs/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { scenarios } from "../../../lab/src/scenarios/all-scenarios.ts";
import { play } from "../../../lab/src/scenarios/stage.ts";
import { actionLists } from "../src/generated/lists.ts";
import type { ApiEvent, ApiHeader } from "./api-model.ts";
import { readFacts } from "./generate.ts";
import { merge } from "./merge.ts";
import { readDocs } from "./read-docs.ts";

const played = [
  "hold",
  "attended-transfer",
  "ivr-queue",
  "park",
  "conference",
  "ring-group-local",
  "pickup-group",
  "presence",
];

/** Headers that any event may carry. */
const common = ["Event", "Privilege", "ActionID", "ChanVariable"];

describe.each(labVersions)("Asterisk %s", (version) => {
  let lab: LabAsterisk;

  beforeAll(async () => {
    lab = await startAsterisk({ version });
  });
  afterAll(() => lab.stop());

  it("sends events and headers that the types know, and none of the certain ones is ever missing", async () => {
    const docs = labVersions.map(async (major) => {
      const { documentationFile } = await ensureChangeRoot(major);
      return readDocs(await readFile(documentationFile, "utf8"), major);
    });
    const api = merge(await Promise.all(docs), await readFacts());
    const known = new Map(api.events.map((event) => [event.name, event]));
    const seen = new Set<string>();
    const odd = new Set<string>();
    for (const message of await trafficOf(lab)) {
      const name = /^Event: (.*)$/m.exec(message)?.[1];
      if (name === undefined) continue;
      seen.add(name);
      const event = known.get(name);
      if (!event) {
        odd.add(name);
        continue;
      }
      // A TestEvent ends with one blank line too many, which then begins the next message.
      const lines = message.split("\r\n").filter(Boolean);
      const headers = lines.map((line) => line.slice(0, line.indexOf(":")));
      const { may, must } = headersOf(event, api.channelSnapshot, api.bridgeSnapshot);
      // A TestEvent carries whatever the place it comes from wants to tell.
      if (name !== "TestEvent") for (const header of headers) if (!may.test(header)) odd.add(`${name} has ${header}`);
      for (const header of must) if (!headers.includes(header)) odd.add(`${name} lacks ${header}`);
    }
    expect([...odd]).toEqual([]);
    expect([...seen]).toEqual(
      expect.arrayContaining(["Newexten", "AttendedTransfer", "ParkedCall", "QueueParams", "Pickup"]),
    );
  });
});

/** All messages of a session that plays the scenarios and then asks for every list that needs no parameter. */
async function trafficOf(lab: LabAsterisk): Promise<string[]> {
  let text = "";
  const socket = connect(lab.ports.ami, lab.host).setEncoding("utf8");
  socket.on("data", (chunk: string) => (text += chunk));
  const { user, secret } = lab.users.amiAdmin;
  socket.write(`Action: Login\r\nUsername: ${user}\r\nSecret: ${secret}\r\n\r\n`);
  for (const scenario of scenarios) if (played.includes(scenario.name)) await play(scenario, lab);
  for (const action of Object.keys(actionLists)) {
    if (action !== "WaitEvent" && action !== "Hangup") socket.write(`Action: ${action}\r\n\r\n`);
  }
  socket.write("Action: PJSIPShowEndpoint\r\nEndpoint: 1000\r\n\r\nAction: Logoff\r\n\r\n");
  await new Promise((resolve) => socket.once("close", resolve));
  return text.split("\r\n\r\n");
}

/** What an event may and what it must carry. */
function headersOf(
  event: ApiEvent,
  channel: readonly ApiHeader[],
  bridge: readonly ApiHeader[],
): { may: RegExp; must: string[] } {
  const may = [...common];
  const must: string[] = [];
  for (const snapshot of event.snapshots) {
    for (const header of snapshot.kind === "channel" ? channel : bridge) {
      may.push(snapshot.prefix + header.name);
      if (snapshot.certain && header.certain) must.push(snapshot.prefix + header.name);
    }
  }
  for (const header of event.headers) {
    may.push(header.name.replace("${number}", "\\d+"));
    if (header.certain && !header.pattern) must.push(header.name);
  }
  return { may: new RegExp(`^(${may.join("|")})$`), must };
}
