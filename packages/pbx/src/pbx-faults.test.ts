import type { AmiRuntime } from "@cordboard/ami";
import { expect, it, onTestFinished, vi } from "vitest";
import type { ReceivedAction } from "./replay/action-reader.ts";
import { failure, listReply } from "./replay/ami-replies.ts";
import type { HeaderLine } from "./replay/channel-lines.ts";
import type { PbxChange, PbxNotice, PbxOptions } from "./pbx-options.ts";
import { Pbx } from "./pbx.ts";
import { channelLines, eventText, pbxWith, scripted } from "./testing/scripted-pbx.ts";
import type { ScriptedAmi } from "./testing/scripted-ami.ts";

function pbxOn(port: number, options: Partial<PbxOptions> = {}, timeoutMs = 5_000): Pbx {
  const one = new Pbx({
    id: "office",
    ami: { host: "127.0.0.1", port, username: "u", secret: "s", ping: false, timeoutMs, reconnect: { minMs: 1 } },
    checkEveryMs: 0,
    ...options,
  });
  onTestFinished(() => one.close());
  return one;
}

/** Resolves with the first notice of that code. */
const noticed = (one: Pbx, code: string): Promise<PbxNotice> =>
  new Promise((resolve) => {
    one.on("notice", (notice) => {
      if (notice.code === code) resolve(notice);
    });
  });

/** Resolves with the first change that meets the condition. */
const changed = (one: Pbx, condition: (change: PbxChange) => boolean): Promise<PbxChange> =>
  new Promise((resolve) => {
    one.on("change", (change) => {
      if (condition(change)) resolve(change);
    });
  });

/** Which channels are in calls. */
const channelsOf = (one: Pbx): string[] => one.calls.flatMap((call) => call.connections.map(({ id }) => id)).toSorted();

it("a snapshot that is not answered is told, and tried again until it is", async () => {
  let silent = true;
  const answer = pbxWith(() => ["1"]);
  const ami = await scripted((action) => (silent ? undefined : answer(action)));
  const one = pbxOn(ami.port, {}, 200);
  const failed = noticed(one, "PBX_SNAPSHOT_FAILED");
  const started = one.start();
  expect((await failed).message).toMatch(/timeoutMs/);
  expect(one.state).toBe("syncing");
  expect(one.health.failedSnapshots).toBe(1);
  silent = false;
  await started;
  expect(channelsOf(one)).toEqual(["1"]);
  expect(one.notices).toEqual([]);
});

it("modules that are not loaded are no reason for a notice", async () => {
  const ami = await scripted(pbxWith(() => []));
  const one = pbxOn(ami.port);
  await one.start();
  expect(one.notices).toEqual([]);
  expect(ami.asked).toContain("ParkedCalls");
  expect(ami.asked).toContain("PresenceStateList");
});

it("events that come while the snapshot is read are neither lost nor told twice", async () => {
  const answer = pbxWith(() => ["1"]);
  const ami: ScriptedAmi = await scripted((action) => {
    if (action.get("Action") !== "CoreShowChannels") return answer(action);
    // Older than the snapshot, of a channel in it, of one that came after, of one that has gone.
    ami.send(eventText("Newchannel", channelLines("1", "Ring")) + eventText("Hangup", channelLines("8")));
    return (
      answer(action) +
      eventText("Newstate", channelLines("1")) +
      eventText("Newchannel", channelLines("2", "Ring")) +
      eventText("Newchannel", channelLines("9", "Ring")) +
      eventText("Hangup", channelLines("9"))
    );
  });
  const one = pbxOn(ami.port);
  const changes: string[] = [];
  one.on("change", ({ change }) => "connection" in change && changes.push(`${change.type} ${change.connection?.id}`));
  await one.start();
  expect(changes.filter((text) => /^(?:originated|connection-cleared)/.test(text))).toEqual([
    "originated 1",
    "originated 2",
    "originated 9",
    "connection-cleared 9",
  ]);
  expect(one.calls.map((call) => call.connections[0]?.state)).toEqual(["connected", "initiated"]);
});

it("when Asterisk has booted only after the login, the snapshot is read again", async () => {
  let channels: string[] = [];
  const ami = await scripted(pbxWith(() => channels));
  const one = pbxOn(ami.port, { clock: () => 1_000_000 });
  await one.start();
  channels = ["1"];
  const told = changed(one, ({ change }) => change.type === "originated");
  ami.send(eventText("FullyBooted", [["Uptime", 10]], "system,all"));
  expect(await told).toMatchObject({ at: 1_000_000, change: { connection: { id: "1" } } });
  expect(one.server.startedAt).toBe(990_000);
});

it("a snapshot that is read again replaces the check that was due, so that no old one disturbs it", async () => {
  let channels: string[] = [];
  const ami = await scripted(pbxWith(() => channels));
  const checks = new Set<() => void>();
  const runtime: AmiRuntime = {
    now: () => performance.now(),
    random: () => 0.5,
    schedule: (delayMs, run) => {
      if (delayMs === 61_000) {
        checks.add(run);
        return () => checks.delete(run);
      }
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const one = pbxOn(ami.port, { runtime, checkEveryMs: 61_000 });
  await one.start();
  channels = ["1"];
  const live = new Promise<void>((resolve) => {
    one.on("state", ({ to }) => {
      if (to === "live") resolve();
    });
  });
  ami.send(eventText("FullyBooted", [["Uptime", 10]], "system,all"));
  await live;
  expect(checks.size).toBe(1);
});

it("a check that finds what no event told sets it right, and says so", async () => {
  let channels = ["1"];
  const ami = await scripted(pbxWith(() => channels));
  const one = pbxOn(ami.port, { checkEveryMs: 20 });
  await one.start();
  ami.send(eventText("Newchannel", channelLines("2", "Ring")) + eventText("Hangup", channelLines("2")));
  const drift = noticed(one, "PBX_DRIFT");
  channels = ["1", "3"];
  expect((await drift).message).toMatch(/eventfilter/);
  expect(channelsOf(one)).toEqual(["1", "3"]);
});

it("a check ends no call where the user may ask for no list of channels", async () => {
  let asked = 0;
  const ami = await scripted((action) => {
    if (action.get("Action") === "Status") asked++;
    return failure(action, "Permission denied");
  });
  const one = pbxOn(ami.port, { checkEveryMs: 5 });
  await one.start();
  ami.send(eventText("Newchannel", channelLines("1", "Ring")));
  await vi.waitFor(() => expect(asked).toBeGreaterThan(3), 10_000);
  expect(channelsOf(one)).toEqual(["1"]);
});

it("who hangs up while a check reads its lists is not lost", async () => {
  let channels = ["1"];
  let asked = 0;
  const answer = pbxWith(() => channels);
  const ami: ScriptedAmi = await scripted((action) => {
    if (action.get("Action") !== "CoreShowChannels" || ++asked === 1) return answer(action);
    // Gone from the list already; the event comes a moment later.
    channels = [];
    queueMicrotask(() => ami.send(eventText("Hangup", [...channelLines("1"), ["Cause", 16]])));
    return answer(action);
  });
  const one = pbxOn(ami.port, { checkEveryMs: 5 });
  const ended = changed(one, ({ change }) => change.type === "call-cleared");
  await one.start();
  expect(await ended).toMatchObject({ change: { cause: "normal" } });
});

it("who hangs up while the snapshot after a lost link is read is not lost, and who did before is", async () => {
  let channels = ["1", "2"];
  const answer = pbxWith(() => channels);
  const ami: ScriptedAmi = await scripted((action) => {
    if (action.get("Action") !== "CoreShowChannels" || channels.length > 0) return answer(action);
    return eventText("Hangup", [...channelLines("2"), ["Cause", 16]]) + answer(action);
  });
  const one = pbxOn(ami.port);
  const ended: string[] = [];
  one.on("change", ({ change }) => {
    if (change.type === "connection-cleared") ended.push(`${change.connection.id} ${change.cause}`);
  });
  await one.start();
  const again = new Promise<void>((resolve) => {
    one.on("resync", () => resolve());
  });
  channels = [];
  ami.hangUp();
  await again;
  expect(ended).toEqual(["2 normal", "1 lost"]);
});

it("measures how long the PBX takes to answer", async () => {
  const ami = await scripted(pbxWith(() => []));
  const pings: (() => void)[] = [];
  let time = 0;
  const runtime: AmiRuntime = {
    now: () => (time += 7),
    random: () => 0.5,
    schedule: (delayMs, run) => {
      if (delayMs === 10_000) {
        pings.push(run);
        return () => {};
      }
      const timer = setTimeout(run, delayMs);
      return () => clearTimeout(timer);
    },
  };
  const one = pbxOn(ami.port, { runtime, clock: () => 1_000 });
  await one.start();
  expect(one.health).toMatchObject({ logins: 1, snapshots: 1, events: 0, failedSnapshots: 0 });
  expect(one.health.roundTripMs).toBeUndefined();
  // The connection's own time-out is as long; the ping was scheduled after it.
  const scheduled = pings.length;
  pings.at(-1)?.();
  await vi.waitFor(() => expect(pings).toHaveLength(scheduled + 1));
  expect(one.health.roundTripMs).toBeGreaterThan(0);
  expect(one.health.lastHeardAt).toBe(1_000);
});

it("events go on being told while a check reads its lists, and stand against what these say", async () => {
  let checking: ((text: string) => void) | undefined;
  const answer = pbxWith(() => ["1"]);
  let asked = 0;
  const ami: ScriptedAmi = await scripted((action) => {
    if (action.get("Action") !== "CoreShowChannels" || ++asked === 1) return answer(action);
    checking?.(answer(action));
    return undefined;
  });
  const one = pbxOn(ami.port, { checkEveryMs: 5 });
  await one.start();
  const stale = await new Promise<string>((resolve) => {
    checking = resolve;
  });
  checking = undefined;
  const told = changed(one, ({ change }) => change.type === "call-cleared");
  ami.send(eventText("Hangup", channelLines("1")));
  await told;
  ami.send(stale);
  await one.client.action("Ping");
  expect(one.calls).toEqual([]);
});

it("garbage from the other side ends neither the link nor the process", async () => {
  const ami = await scripted(pbxWith(() => []));
  const one = pbxOn(ami.port);
  await one.start();
  ami.send("\r\n\r\nnonsense\r\n\r\nEvent: Newchannel\r\nUniqueid\r\n\r\nEvent:\r\n\r\n");
  ami.send(eventText("Newchannel", [["Channel", ""]]) + eventText("BridgeEnter", []) + eventText("Hangup", []));
  ami.send(eventText("QueueMemberStatus", []) + eventText("ExtensionStatus", []) + eventText("DialBegin", []));
  ami.send(eventText("NoSuchEventEver", channelLines("7")));
  ami.send(eventText("BridgeLeave", channelLines("8")) + eventText("Hangup", channelLines("8")));
  ami.send(eventText("Newchannel", channelLines("1")));
  await one.client.action("Ping");
  expect(channelsOf(one)).toEqual(["1"]);
  expect(one.state).toBe("live");
});

it("a user who may not ask for parked calls is told of it only while somebody is parked", async () => {
  let parked = 0;
  const answer = pbxWith(() => ["1"]);
  const ami = await scripted((action) => {
    switch (action.get("Action")) {
      case "ParkedCalls":
        return failure(action, "Permission denied");
      case "BridgeList": {
        const lot: HeaderLine[] = [
          ["Event", "BridgeListItem"],
          ["BridgeUniqueid", "lot"],
          ["BridgeType", "parking"],
        ];
        return listReply(action, "Bridges", "BridgeListComplete", [[...lot, ["BridgeNumChannels", parked]]]);
      }
      default:
        return answer(action);
    }
  });
  const quiet = pbxOn(ami.port);
  await quiet.start();
  expect(quiet.notices).toEqual([]);
  parked = 1;
  const told = pbxOn(ami.port);
  await told.start();
  expect(told.notices).toMatchObject([{ code: "PBX_CLASS_MISSING", action: "ParkedCalls", classes: ["call"] }]);
});

it("a PBX that shuts down ends all calls, and the stream goes on when it is back", async () => {
  let channels = ["1", "2"];
  const ami = await scripted(pbxWith(() => channels));
  const one = pbxOn(ami.port);
  const told: string[] = [];
  one.on("change", ({ change }) => told.push(`${change.type} ${"cause" in change ? change.cause : ""}`));
  await one.start();
  channels = [];
  const back = new Promise<void>((resolve) => {
    one.on("resync", () => resolve());
  });
  const stream = one.events({ types: ["originated"] });
  ami.send(eventText("Shutdown", [["Shutdown", "Cleanly"]], "system,all"));
  await changed(one, ({ change }) => change.type === "call-cleared");
  ami.hangUp();
  await back;
  expect(told.filter((text) => text.startsWith("call-cleared"))).toEqual([
    "call-cleared pbx-down",
    "call-cleared pbx-down",
  ]);
  ami.send(eventText("Newchannel", channelLines("5", "Ring")));
  expect(await stream.next()).toMatchObject({ value: { change: { connection: { id: "5" } } } });
});

it("a PBX that was killed ends its calls with lost, once it is back", async () => {
  let channels = ["1"];
  const ami = await scripted(pbxWith(() => channels));
  const one = pbxOn(ami.port);
  await one.start();
  const ended = changed(one, ({ change }) => change.type === "call-cleared");
  channels = [];
  ami.hangUp();
  expect(await ended).toMatchObject({ change: { cause: "lost" } });
});

it("a PBX that begins anew may give ids again that it gave before: its calls are new ones", async () => {
  let channels = ["1"];
  let uptime: number | undefined;
  const answer = pbxWith(() => channels);
  const ami = await scripted((action) => {
    const isList = action.get("Action") === "CoreShowChannels" && uptime !== undefined;
    return (isList ? eventText("FullyBooted", [["Uptime", uptime ?? 0]], "system,all") : "") + answer(action);
  });
  let time = 5_000_000;
  const one = pbxOn(ami.port, { clock: () => time });
  const told: string[] = [];
  one.on("change", ({ change }) => {
    if (change.type === "originated" || change.type === "call-cleared") told.push(`${change.type} ${change.cause}`);
  });
  await one.start();
  const hangUp = async (): Promise<void> => {
    const back = new Promise<void>((resolve) => {
      const stop = one.on("resync", () => {
        stop();
        resolve();
      });
    });
    ami.hangUp();
    await back;
  };
  [channels, uptime] = [[], 0];
  time += 900;
  await hangUp();
  ami.send(eventText("Newchannel", channelLines("1", "Ring")));
  await one.client.action("Ping").catch(() => {});
  expect(told).toEqual(["originated snapshot", "call-cleared pbx-down", "originated normal"]);
  // One that has been up for long has not begun anew: who has gone is lost, and does not come back.
  uptime = 3600;
  await hangUp();
  ami.send(eventText("NewCallerid", channelLines("1", "Ring")));
  await one.client.action("Ping").catch(() => {});
  expect(told.slice(3)).toEqual(["call-cleared lost"]);
});

it("a PBX that says only later that it has begun anew may have given ids again meanwhile", async () => {
  let channels = ["1"];
  const ami = await scripted(pbxWith(() => channels));
  const one = pbxOn(ami.port);
  await one.start();
  const lost = changed(one, ({ change }) => change.type === "call-cleared");
  channels = [];
  ami.hangUp();
  expect(await lost).toMatchObject({ change: { cause: "lost" } });
  await vi.waitFor(() => expect(one.state).toBe("live"));
  channels = ["1"];
  const found = changed(one, ({ change }) => change.type === "originated");
  ami.send(eventText("FullyBooted", [["Uptime", 0]], "system,all"));
  expect(await found).toMatchObject({ change: { cause: "snapshot", connection: { id: "1" } } });
});

it("a clock that is set back stands still", async () => {
  let time = 5_000_000;
  const ami = await scripted(pbxWith(() => []));
  const one = pbxOn(ami.port, { clock: () => time });
  const times: number[] = [];
  one.on("change", ({ at }) => times.push(at));
  await one.start();
  ami.send(eventText("Newchannel", channelLines("1", "Ring")));
  await one.client.action("Ping");
  time = -1_000;
  ami.send(eventText("Hangup", channelLines("1")));
  await one.client.action("Ping");
  expect(times.length).toBeGreaterThan(2);
  expect(new Set(times)).toEqual(new Set([5_000_000]));
});

it("starts without a PBX that can be reached, and is live once there is one", async () => {
  const ami = await scripted(pbxWith(() => ["1"]));
  const { port } = ami;
  await ami.close();
  const one = pbxOn(port);
  const lost = new Promise((resolve) => {
    one.on("error", resolve);
  });
  const started = one.start();
  expect(await lost).toMatchObject({ code: "AMI_CONNECT_FAILED" });
  expect(one.calls).toEqual([]);
  await scripted(
    pbxWith(() => ["1"]),
    port,
  );
  await started;
  expect(channelsOf(one)).toEqual(["1"]);
});

it("several PBXs with the same channel ids keep apart, and come and go while the others run", async () => {
  const [first, second] = await Promise.all([scripted(pbxWith(() => ["1"])), scripted(pbxWith(() => ["1"]))]);
  const hq = pbxOn(first.port, { id: "hq" });
  const branch = pbxOn(second.port, { id: "branch" });
  await Promise.all([hq.start(), branch.start()]);
  expect([hq.calls[0]?.pbx, branch.calls[0]?.pbx]).toEqual(["hq", "branch"]);
  expect(hq.calls[0]?.id).not.toBe(branch.calls[0]?.id);
  const told: string[] = [];
  for (const one of [hq, branch]) one.on("change", ({ pbx, change }) => told.push(`${pbx} ${change.type}`));
  await hq.close();
  second.send(eventText("Hangup", channelLines("1")));
  await branch.client.action("Ping");
  expect(told).toEqual(["branch connection-cleared", "branch call-cleared"]);
  expect([hq.state, branch.state, hq.calls.length, branch.calls.length]).toEqual(["closed", "live", 1, 0]);
  const third = pbxOn(first.port, { id: "again" });
  await third.start();
  expect(third.calls[0]?.pbx).toBe("again");
});

it("asks Asterisk to keep back noise once for each login, unless somebody wants it or all is recorded", async () => {
  const filters: string[] = [];
  const masks: string[] = [];
  const ami = await scripted((action: ReceivedAction) => {
    if (action.get("Action") === "Filter") filters.push(action.get("Filter"));
    return pbxWith(() => [])(action);
  });
  ami.onAction = (action) => void (action.get("Action") === "Login" && masks.push(action.get("Events")));
  await pbxOn(ami.port).start();
  expect(filters).toEqual([expect.stringMatching(/^!\^Event: \(VarSet\|BridgeCreate\|/)]);
  await pbxOn(ami.port, { wants: ["VarSet", "RTCPSent"] }).start();
  expect(filters[1]).not.toContain("VarSet");
  await pbxOn(ami.port, { wants: ["*"] }).start();
  expect(filters).toHaveLength(2);
  expect(masks).toEqual(["agent,call,dialplan,system", "agent,call,dialplan,reporting,system", "on"]);
});
