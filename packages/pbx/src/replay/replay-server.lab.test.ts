import { startAsterisk, type LabAsterisk } from "@cordboard/lab";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { importAmiText } from "../import-ami-text.ts";
import { replayServer, type ReplayServer } from "./replay-server.ts";
import { AmiTestClient } from "../testing/ami-test-client.ts";
import { traceBytes } from "../testing/trace-messages.ts";

type Question = readonly [action: string, headers?: Readonly<Record<string, string>>];

const many = Object.fromEntries(Array.from({ length: 130 }, (_, i) => [`H${i}`, "x"]));
const before: readonly Question[] = [["Ping"], ["Challenge"], [""], ["Bogus"], ["CoreShowChannels"]];
const after: readonly Question[] = [
  ["Login", { Username: "x", Secret: "y" }],
  ["Bogus"],
  [""],
  ["coreshowchannels"],
  ["Status"],
  ["Status", { Channel: "nope" }],
  ["BridgeList"],
  ["BridgeInfo"],
  ["BridgeInfo", { BridgeUniqueid: "nope" }],
  ["QueueStatus", { Queue: "nope" }],
  ["ParkedCalls"],
  ["ConfbridgeListRooms"],
  ["ConfbridgeList"],
  ["ConfbridgeList", { Conference: "nope" }],
  ["ExtensionStateList"],
  ["DeviceStateList"],
  ["PresenceStateList"],
  ["Events"],
  ["Events", { EventMask: "nope" }],
  ["Events", { EventMask: "call,nope" }],
  ["Events", { EventMask: "2" }],
  ["Events", { EventMask: "off" }],
  ["Ping", { Long: "x".repeat(1_500) }],
  ["Ping", many],
  ["Logoff"],
];

/** The replies to all of that, without the one thing that differs: what is there. */
async function replies(port: number, user: string, secret: string): Promise<string[]> {
  const client = new AmiTestClient(port);
  await client.until((message) => message.kind === "greeting");
  const said: string[] = [];
  const ask = async ([action, headers = {}]: Question): Promise<void> => {
    said.push(`${action} ${JSON.stringify(headers)}: ${(await client.action(action, headers)).text}`);
  };
  for (const question of before) await ask(question);
  const login = await client.action("Login", { Username: user, Secret: secret, Events: "off" });
  said.push(login.text);
  for (const question of after) await ask(question);
  await client.closed;
  const ends = client.messages.filter((message) => message.get("EventList") === "Complete");
  return [...said, ...ends.map((message) => message.text.replace(/^(ListItems|Items|Total): .*/gm, "$1"))];
}

/** Name and classes of the actions that may be used. */
async function commands(port: number, user: string, secret: string): Promise<ReadonlyMap<string, string>> {
  const client = new AmiTestClient(port);
  await client.login(user, secret, { Events: "off" });
  const reply = await client.action("ListCommands");
  client.socket.destroy();
  return new Map(
    reply.entries().flatMap(([name, value]) => {
      const classes = /\(Priv: (.*)\)$/.exec(value)?.[1];
      return classes === undefined ? [] : [[name, classes]];
    }),
  );
}

describe("a replay beside Asterisk 22", () => {
  let lab: LabAsterisk;
  let replay: ReplayServer;

  beforeAll(async () => {
    lab = await startAsterisk({ version: 22 });
    replay = await replayServer({
      recordings: [importAmiText(traceBytes("presence"))],
      pauseMs: 600_000,
      users: Object.values(lab.users).map(({ user, secret }) => ({ username: user, secret })),
    });
  });
  afterAll(async () => {
    await replay?.close();
    await lab?.stop();
  });

  it("says the same", async () => {
    const { user, secret } = lab.users.amiFull;
    expect(await replies(replay.port, user, secret)).toEqual(await replies(lab.ports.ami, user, secret));
  });

  it("asks for the same classes", async () => {
    const { user, secret } = lab.users.amiAdmin;
    const real = await commands(lab.ports.ami, user, secret);
    const ours = await commands(replay.port, user, secret);
    expect([...ours.keys()]).toEqual([...ours.keys()].sort((a, b) => a.localeCompare(b)));
    expect([...ours]).toEqual([...ours.keys()].map((name) => [name, real.get(name)]));
  });
});
