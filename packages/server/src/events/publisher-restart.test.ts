import { describe, expect, it } from "vitest";
import { EnginePbx } from "../testing/events/engine-pbx.ts";
import { openPublishing } from "../testing/events/publishing.ts";
import type { Publishing } from "../testing/events/publishing.ts";
import { EventLog } from "./event-log.ts";
import { Viewer } from "./filter.ts";
import { LiveState } from "./live-state.ts";
import type { Publisher } from "./publisher.ts";

const everything = new Viewer({ pbxs: "*", extensions: "*" });
const phones = ["1000", "1001", "1002", "1003", "1004", "1005", "1006"];

/** Sessions with people in queues, rooms, lots and transfers. */
const files = [
  "22/basic.jsonl",
  "22/queue-rrmemory.jsonl",
  "22/conference.jsonl",
  "22/park.jsonl",
  "22/attended-transfer.jsonl",
  "22/feature-swap.jsonl",
  "22/pickup-group.jsonl",
];

/** Plays a session and stops in the middle, with the most calls there are at once. */
async function inTheMiddleOf(file: string): Promise<Publishing> {
  const scout = new EnginePbx("office");
  let [step, most, best] = [0, -1, 0];
  for (const _ of scout.playing(file)) {
    step++;
    const count = [
      scout.calls,
      scout.queues.flatMap(({ callers }) => callers),
      scout.conferenceRooms,
      scout.parkedCalls,
    ]
      .map((list) => list.length)
      .reduce((sum, length) => sum + length);
    if (count > most) [most, best] = [count, step];
  }
  const publishing = await openPublishing();
  const pbx = new EnginePbx("office");
  publishing.publisher.add(pbx, "Office");
  pbx.knowsPhones(...phones);
  step = 0;
  for (const _ of pbx.playing(file)) if (++step === best) break;
  await publishing.publisher.flush();
  return publishing;
}

/** Projects events as a client does that had all of them. */
function clientOf(publishing: Publishing): LiveState {
  const client = new LiveState("", 0);
  for (const { json } of publishing.published) client.apply(JSON.parse(json) as never);
  return client;
}

function content(publisher: Publisher): unknown {
  return publisher.live.content(everything);
}

describe("a publisher that was killed", () => {
  it.each(files)("takes up %s where it was, and the events go on without a gap", async (file) => {
    const first = await inTheMiddleOf(file);
    const second = await openPublishing({ database: first.database });
    expect(second.log.epoch).toBe(first.log.epoch);
    expect(second.log.head).toBe(first.log.head);
    expect(content(second.publisher)).toEqual(content(first.publisher));
    expect(second.log.placeOf(`${first.log.epoch}.1`)).toEqual({ seq: 1 });
  });

  it.each(files)("ends all that %s left behind when the PBX knows nothing of it: no ghost", async (file) => {
    const first = await inTheMiddleOf(file);
    const before = first.publisher.live.calls();
    const client = clientOf(first);
    const second = await openPublishing({ database: first.database });
    const pbx = new EnginePbx("office", second.publisher.restoredCalls("office"));
    second.publisher.add(pbx, "Office");
    pbx.knowsPhones(...phones);
    pbx.comesUp({ channels: [] });
    await second.publisher.flush();
    for (const { json } of second.published) client.apply(JSON.parse(json) as never);
    const left = second.publisher.live.content(everything);
    expect(left).toMatchObject({ calls: [], conferenceRooms: [], parkedCalls: [] });
    expect(left.queues.flatMap(({ callers }) => callers)).toEqual([]);
    expect(client.content(everything)).toEqual(left);
    // Each of them is in the history, and its way goes on where it was.
    const lost = second.ended.filter(({ event }) => before.some(({ id }) => id === event.call.id));
    expect(lost).toHaveLength(before.length);
    for (const { event, steps } of lost) {
      expect(event.cause).toBe("lost");
      expect(event.call.cause).toBe("lost");
      expect(steps.length).toBeGreaterThan(2);
    }
  });

  it.each(files)("ends the calls of %s when the PBX is not configured any more", async (file) => {
    const first = await inTheMiddleOf(file);
    const before = first.publisher.live.calls().map(({ id }) => id);
    const client = clientOf(first);
    const second = await openPublishing({ database: first.database });
    second.publisher.keepOnly(["branch"]);
    await second.publisher.flush();
    for (const { json } of second.published) client.apply(JSON.parse(json) as never);
    const nothing = {
      pbxs: [],
      calls: [],
      queues: [],
      conferenceRooms: [],
      parkedCalls: [],
      extensions: [],
      presences: [],
      mailboxes: [],
    };
    expect(content(second.publisher)).toEqual(nothing);
    expect(client.content(everything)).toEqual(nothing);
    expect(second.ended.map(({ event }) => event.call.id).toSorted()).toEqual(before.toSorted());
    expect(second.published.at(-1)?.event).toMatchObject({ type: "pbx-changed", removed: true });
    const third = await openPublishing({ database: first.database });
    expect(content(third.publisher)).toEqual(nothing);
  });

  it("ends the extensions that the directory does not have any more, once that is read as a whole", async () => {
    const first = await inTheMiddleOf("22/basic.jsonl");
    const second = await openPublishing({ database: first.database, directorySettlesMs: 1 });
    const pbx = new EnginePbx("office", second.publisher.restoredCalls("office"));
    second.publisher.add(pbx, "Office");
    expect(second.publisher.live.extensions()).toHaveLength(phones.length);
    pbx.knowsPhones(...phones.slice(1));
    while (!second.published.some(({ event }) => "removed" in event)) {
      await new Promise((resolve) => setTimeout(resolve, 1));
      await second.publisher.flush();
    }
    expect(second.publisher.live.extension("office", "1000")).toBeUndefined();
    expect(second.publisher.live.extensions()).toHaveLength(phones.length - 1);
  });

  it("begins another epoch when the machine itself went down", async () => {
    const first = await inTheMiddleOf("22/basic.jsonl");
    const { log, wasLost } = await EventLog.open(first.database, { newEpoch: () => "next", boot: "another run" });
    expect(wasLost).toBe(true);
    expect(log.epoch).toBe("next");
    expect(log.head).toBe(first.log.head);
    expect(log.placeOf(`${first.log.epoch}.3`)).toEqual({ gap: "other-epoch" });
  });

  it("keeps the epoch when the log was closed before the machine went down", async () => {
    const first = await inTheMiddleOf("22/basic.jsonl");
    await first.log.close();
    const { log, wasLost } = await EventLog.open(first.database, { newEpoch: () => "next", boot: "another run" });
    expect(wasLost).toBe(false);
    expect(log.epoch).toBe(first.log.epoch);
  });
});

describe("the log", () => {
  async function filled(count: number): Promise<Publishing> {
    const publishing = await openPublishing();
    const pbx = new EnginePbx("office");
    publishing.publisher.add(pbx, "Office");
    for (let made = 1; made < count; made++) {
      pbx.now += 1_000;
      pbx.happens({ type: "device-state", device: "PJSIP/x", state: `STATE-${made}` });
    }
    await publishing.publisher.flush();
    return publishing;
  }

  it("forgets what is too old, a little at a time", async () => {
    const { log, published } = await filled(1_300);
    const last = Date.parse(published.at(-1)?.event.time ?? "");
    const steps: number[] = [];
    while (await log.prune({ keepMs: 100_000, keepBytes: Infinity }, last)) steps.push(log.first);
    expect(steps).toEqual([501, 1_001]);
    expect(log.first).toBe(1_200);
    expect(await log.read(log.first - 1, log.head, 1_000)).toHaveLength(101);
    expect(await log.read(log.first - 2, log.head, 1_000)).toBeUndefined();
  });

  it("forgets what is too much, but never the newest", async () => {
    const { log } = await filled(700);
    const size = async (): Promise<number> =>
      ((await log.read(log.first - 1, log.head, 1_000)) ?? []).reduce((sum, { json }) => sum + json.length, 0);
    while (await log.prune({ keepMs: Infinity, keepBytes: 20_000 }, 0));
    expect(await size()).toBeLessThan(20_000);
    expect(await size()).toBeGreaterThan(5_000);
    while (await log.prune({ keepMs: Infinity, keepBytes: 0 }, 0));
    expect(log.first).toBe(log.head);
  });

  it("goes on with its numbers and its size after a restart", async () => {
    const first = await filled(100);
    while (await first.log.prune({ keepMs: Infinity, keepBytes: 5_000 }, 0));
    const { log } = await openPublishing({ database: first.database });
    expect([log.first, log.head]).toEqual([first.log.first, 100]);
    expect(await log.prune({ keepMs: Infinity, keepBytes: 5_000 }, 0)).toBe(false);
    expect(log.first).toBe(first.log.first);
  });
});

describe("what is told of a PBX", () => {
  it("is its state: connecting, up, down with the reason and since when, refused", async () => {
    const { publisher, published } = await openPublishing();
    const pbx = new EnginePbx("office");
    publisher.add(pbx, "Office");
    pbx.becomes("connecting");
    pbx.comesUp();
    pbx.becomes("waiting", new Error("The link was cut."));
    pbx.becomes("connecting");
    pbx.becomes("waiting", new Error("Nobody answers."));
    pbx.comesUp();
    // Asterisk has loaded all modules, and is read again.
    pbx.becomes("syncing");
    pbx.becomes("live");
    pbx.becomes("closed", new Error("Wrong secret."));
    await publisher.flush();
    const told = published.map(({ event }) =>
      event.type === "pbx-changed" ? [event.state.state, event.state.detail] : [],
    );
    expect(told).toEqual([
      ["connecting", ""],
      ["up", ""],
      ["down", "The link was cut."],
      ["down", "Nobody answers."],
      ["up", ""],
      ["refused", "Wrong secret."],
    ]);
  });

  it("is its directory: new, renamed and removed extensions, and whose a device, a presence and a mailbox are", async () => {
    const { publisher, published } = await openPublishing();
    const pbx = new EnginePbx("office");
    publisher.add(pbx, "Office");
    pbx.happens({ type: "device-state", device: "PJSIP/1000", state: "INUSE" });
    pbx.happens({ type: "mailbox", mailbox: "1000@default", newMessages: 2, oldMessages: 1 });
    pbx.knows({ number: "1000", name: "Kai", devices: ["PJSIP/1000"], mailbox: "1000@default" });
    pbx.knows({ number: "1000", name: "Kai", devices: ["PJSIP/1000"], mailbox: "1000@default" });
    pbx.happens({ type: "device-state", device: "PJSIP/1000", state: "NOT_INUSE" });
    pbx.knows({ number: "1001", devices: ["PJSIP/1000"] });
    await publisher.flush();
    const told = published.slice(1).map(({ event }) => {
      if (event.type === "extension-changed")
        return [event.extension.number, event.extension.devices[0]?.state, event.removed === true];
      if (event.type === "mailbox-changed") return ["mailbox", event.mailbox.extension];
      return [event.type];
    });
    expect(told).toEqual([
      ["device-state-changed"],
      ["mailbox", undefined],
      ["1000", "INUSE", false],
      ["mailbox", "1000"],
      ["1000", "NOT_INUSE", false],
      ["1001", "NOT_INUSE", false],
      ["1000", "NOT_INUSE", true],
      ["mailbox", undefined],
    ]);
  });

  it("is told again of a call when it becomes known whose its devices are", async () => {
    const { publisher, published } = await openPublishing();
    const pbx = new EnginePbx("office");
    publisher.add(pbx, "Office");
    let step = 0;
    for (const _ of pbx.playing("22/basic.jsonl")) if (pbx.calls.length > 0 && ++step === 12) break;
    const clerk = new Viewer({ pbxs: "*", extensions: ["1000"] });
    await publisher.flush();
    expect(publisher.live.content(clerk).calls).toEqual([]);
    pbx.knowsPhones(...phones);
    await publisher.flush();
    expect(publisher.live.content(clerk).calls).toHaveLength(1);
    expect(publisher.live.extension("office", "1000")?.callIds).toHaveLength(1);
    const updated = published.filter(({ type }) => type === "updated").at(-1);
    expect(updated?.audience.extensions).toContain("1000");
  });
});
