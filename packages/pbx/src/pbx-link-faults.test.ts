import type { AmiRuntime } from "@cordboard/ami";
import { expect, it, onTestFinished } from "vitest";
import type { ReceivedAction } from "./action-reader.ts";
import { failure, listReply } from "./ami-replies.ts";
import { messageText, type HeaderLine } from "./channel-lines.ts";
import { PbxLink } from "./pbx-link.ts";
import type { PbxLinkNotice, PbxLinkOptions } from "./pbx-link-options.ts";
import { ScriptedAmi } from "./testing/scripted-ami.ts";

const channel = (uniqueid: string, state = "Up"): HeaderLine[] => [
  ["Channel", `PJSIP/1000-0000000${uniqueid}`],
  ["ChannelStateDesc", state],
  ["CallerIDNum", "1000"],
  ["CallerIDName", "Kai"],
  ["Exten", "1002"],
  ["Uniqueid", uniqueid],
  ["Linkedid", uniqueid],
];

const event = (name: string, lines: readonly HeaderLine[], classes = "call,all"): string =>
  messageText([["Event", name], ["Privilege", classes], ...lines]);

/** A PBX with these channels; all else is unknown to it. */
const pbx =
  (channels: () => readonly string[]) =>
  (action: ReceivedAction): string =>
    action.get("Action") === "CoreShowChannels"
      ? listReply(
          action,
          "Channels will follow",
          "CoreShowChannelsComplete",
          channels().map((uniqueid) => [["Event", "CoreShowChannel"], ...channel(uniqueid), ["Duration", "00:01:00"]]),
        )
      : failure(action, "Invalid/unknown command: it.");

async function scripted(answer: (action: ReceivedAction) => string | undefined): Promise<ScriptedAmi> {
  const ami = await ScriptedAmi.start(answer);
  onTestFinished(() => ami.close());
  return ami;
}

function link(port: number, options: Partial<PbxLinkOptions> = {}, timeoutMs = 5_000): PbxLink {
  const one = new PbxLink({
    id: "office",
    ami: { host: "127.0.0.1", port, username: "u", secret: "s", ping: false, timeoutMs },
    checkEveryMs: 0,
    ...options,
  });
  onTestFinished(() => one.close());
  return one;
}

/** Resolves with the first notice of that code. */
const noticed = (one: PbxLink, code: string): Promise<PbxLinkNotice> =>
  new Promise((resolve) => {
    one.on("notice", (notice) => {
      if (notice.code === code) resolve(notice);
    });
  });

it("a snapshot that is not answered is told, and tried again until it is", async () => {
  let silent = true;
  const answer = pbx(() => ["1"]);
  const ami = await scripted((action) => (silent ? undefined : answer(action)));
  const one = link(ami.port, {}, 200);
  const failed = noticed(one, "PBX_SNAPSHOT_FAILED");
  const started = one.start();
  expect((await failed).message).toMatch(/timeoutMs/);
  expect(one.state).toBe("syncing");
  silent = false;
  await started;
  expect(one.table.channels.map((row) => row.uniqueid)).toEqual(["1"]);
  expect(one.notices).toEqual([]);
});

it("modules that are not loaded are no reason for a notice", async () => {
  const ami = await scripted(pbx(() => []));
  const one = link(ami.port);
  await one.start();
  expect(one.notices).toEqual([]);
  expect(ami.asked).toContain("ParkedCalls");
});

it("events that come while the snapshot is read are neither lost nor told twice", async () => {
  const answer = pbx(() => ["1"]);
  const ami: ScriptedAmi = await scripted((action) => {
    if (action.get("Action") !== "CoreShowChannels") return answer(action);
    // Older than the snapshot, of a channel in it, of one that came after, of one that has gone.
    ami.send(event("Newchannel", channel("1", "Ring")) + event("Hangup", channel("8")));
    return (
      answer(action) +
      event("Newstate", channel("1")) +
      event("Newchannel", channel("2", "Ring")) +
      event("Newchannel", channel("9", "Ring")) +
      event("Hangup", channel("9"))
    );
  });
  const one = link(ami.port);
  const changes: string[] = [];
  one.on("change", (change) => changes.push(`${change.type} ${"after" in change ? change.after.uniqueid : ""}`));
  await one.start();
  expect(changes).toEqual(["channel-new 1", "channel-new 2"]);
  expect(one.table.channels.map((row) => row.state)).toEqual(["Up", "Ring"]);
});

it("when Asterisk has booted only after the login, the snapshot is read again", async () => {
  let channels: string[] = [];
  const ami = await scripted(pbx(() => channels));
  const one = link(ami.port, { clock: () => 1_000_000 });
  await one.start();
  channels = ["1"];
  const changed = new Promise((resolve) => {
    one.on("change", resolve);
  });
  ami.send(event("FullyBooted", [["Uptime", 10]], "system,all"));
  expect(await changed).toMatchObject({ type: "channel-new", after: { uniqueid: "1" } });
  expect(one.server.startedAt).toBe(990_000);
});

it("a snapshot that is read again replaces the check that was due, so that no old one disturbs it", async () => {
  let channels: string[] = [];
  const ami = await scripted(pbx(() => channels));
  const checks = new Set<() => void>();
  const runtime: AmiRuntime = {
    now: () => performance.now(),
    random: () => 0.5,
    schedule: (delayMs, run) => {
      if (delayMs === 60_000) {
        checks.add(run);
        return () => checks.delete(run);
      }
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const one = link(ami.port, { runtime, checkEveryMs: 60_000 });
  await one.start();
  channels = ["1"];
  const live = new Promise<void>((resolve) => {
    one.on("state", ({ to }) => {
      if (to === "live") resolve();
    });
  });
  ami.send(event("FullyBooted", [["Uptime", 10]], "system,all"));
  await live;
  expect(checks.size).toBe(1);
});

it("a check that finds what no event told sets it right, and says so", async () => {
  let channels = ["1"];
  const ami = await scripted(pbx(() => channels));
  const one = link(ami.port, { checkEveryMs: 20 });
  await one.start();
  ami.send(event("Newchannel", channel("2", "Ring")) + event("Hangup", channel("2")));
  const drift = noticed(one, "PBX_DRIFT");
  channels = ["1", "3"];
  expect((await drift).message).toMatch(/eventfilter/);
  expect(one.table.channels.map((row) => row.uniqueid)).toEqual(["1", "3"]);
});

it("garbage from the other side ends neither the link nor the process", async () => {
  const ami = await scripted(pbx(() => []));
  const one = link(ami.port);
  await one.start();
  ami.send("\r\n\r\nnonsense\r\n\r\nEvent: Newchannel\r\nUniqueid\r\n\r\nEvent:\r\n\r\n");
  ami.send(event("Newchannel", [["Channel", ""]]) + event("BridgeEnter", []) + event("Hangup", []));
  ami.send(event("Newchannel", channel("1")));
  await one.client.action("Ping");
  expect(one.table.channels.map((row) => row.uniqueid)).toEqual(["1"]);
  expect(one.state).toBe("live");
});

it("a user who may not ask for parked calls is told of it only while somebody is parked", async () => {
  const parking: HeaderLine[] = [
    ["BridgeUniqueid", "lot"],
    ["BridgeType", "parking"],
  ];
  let parked: readonly HeaderLine[][] = [];
  const answer = pbx(() => ["1"]);
  const ami = await scripted((action) => {
    switch (action.get("Action")) {
      case "ParkedCalls":
        return failure(action, "Permission denied");
      case "BridgeList":
        return listReply(action, "Bridges", "BridgeListComplete", [[["Event", "BridgeListItem"], ...parking]]);
      case "BridgeInfo":
        return listReply(action, "Channels", "BridgeInfoComplete", parked);
      default:
        return answer(action);
    }
  });
  const quiet = link(ami.port);
  await quiet.start();
  expect(quiet.notices).toEqual([]);
  parked = [[["Event", "BridgeInfoChannel"], ...channel("1")]];
  const told = link(ami.port);
  await told.start();
  expect(told.notices).toMatchObject([{ code: "PBX_CLASS_MISSING", action: "ParkedCalls", classes: ["call"] }]);
});
