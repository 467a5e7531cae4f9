import { CallEngine, fromAmi } from "@cordboard/call-engine";
import type { Change } from "@cordboard/call-engine";
import { trace, traceFiles } from "@cordboard/call-engine/testing";
import { describe, expect, it } from "vitest";
import { FakePbx } from "../testing/fake-pbx.ts";
import { TimelineWriter } from "./timeline-writer.ts";
import type { NewEntry } from "./timeline-writer.ts";

/** The timeline of a recorded session: each entry with the devices and numbers it concerns. */
function timelineOf(file: string): string[] {
  const engine = new CallEngine({ pbx: "test", newCallId: () => `call-${made++}` });
  const writer = new TimelineWriter(new FakePbx("test"));
  const entries: NewEntry[] = [];
  let made = 0;
  let started = false;
  const steps = trace(file).steps;
  for (const step of steps) {
    entries.push(...writer.flush(step.at));
    let changes: readonly Change[] = [];
    if (step.kind === "event") {
      const event = fromAmi(step.message);
      if (event !== undefined) changes = engine.apply(event, step.at);
    } else if (!started) changes = engine.reconcile(step.snapshot, step.at);
    const atSnapshot = step.kind === "snapshot";
    started ||= atSnapshot;
    for (const change of changes) entries.push(...writer.write(change, step.at, atSnapshot));
    if (atSnapshot) entries.push(...writer.resynced({ at: step.at, first: true, gapMs: 0, changes }));
  }
  entries.push(...writer.flush(Number.MAX_SAFE_INTEGER));
  return entries.map(({ text, concerns }) => {
    const whom = concerns.map(({ device, numbers }) => device?.slice(device.indexOf("/") + 1) ?? numbers.join("/"));
    return `${text}   [${whom.join(" ")}]`;
  });
}

describe("the timeline of each recorded session", () => {
  it.each(["16", "22", "22-shared"])("of Asterisk %s", async (folder) => {
    const files = traceFiles.filter((file) => file.startsWith(`${folder}/`));
    const sessions = files.map((file) => {
      const title = [file.replace(/^.*\/|\..*$/gu, ""), trace(file).note].filter(Boolean).join(": ");
      return [`# ${title}`, ...timelineOf(file), ""].join("\n");
    });
    await expect(sessions.join("\n")).toMatchFileSnapshot(`timelines/${folder}.txt`);
  });
});

/** The timeline of a PBX that a test leads. */
function written(pbx: FakePbx): { readonly texts: () => string[]; readonly entries: NewEntry[] } {
  const writer = new TimelineWriter(pbx);
  const entries: NewEntry[] = [];
  writer.know(pbx);
  pbx.on("change", ({ change, at }) => entries.push(...writer.write(change, at, pbx.state === "syncing")));
  pbx.on("resync", (resync) => entries.push(...writer.resynced(resync)));
  return {
    entries,
    texts: () => {
      entries.push(...writer.flush(Number.MAX_SAFE_INTEGER));
      return entries.splice(0).map(({ text }) => text);
    },
  };
}

const OMAR = {
  queue: "sales",
  interface: "PJSIP/1003",
  name: "Omar",
  status: 1,
  paused: false,
  penalty: 0,
  callsTaken: 0,
};

describe("the timeline", () => {
  it("says who comes to a queue, pauses, is back, and goes, but not who was there before", () => {
    const pbx = new FakePbx("hq");
    const { texts } = written(pbx);
    pbx.snapshots({ channels: [], queueMembers: [OMAR, { ...OMAR, interface: "PJSIP/1002", name: "Ping" }] });
    expect(texts()).toEqual([]);
    const member = (facts: Partial<typeof OMAR> & { pausedReason?: string }): void =>
      pbx.happens({ type: "queue-member", member: { ...OMAR, ...facts } });
    member({ status: 6 });
    member({ paused: true, pausedReason: "lunch" });
    member({ paused: false });
    member({ interface: "PJSIP/1006", name: "Lena", paused: true });
    pbx.happens({ type: "queue-member", member: { ...OMAR, interface: "PJSIP/1001", name: "Ana" }, added: true });
    pbx.happens({ type: "queue-member-removed", queue: "sales", interface: "PJSIP/1003" });
    expect(texts()).toEqual([
      "Omar pauses in queue sales (lunch)",
      "Omar is back in queue sales",
      "Ana logs into queue sales",
      "Omar logs out of queue sales",
    ]);
  });

  it("tells presence and mailboxes when they change, and to whom they belong", () => {
    const pbx = new FakePbx("hq");
    const { texts, entries } = written(pbx);
    const away = {
      type: "presence",
      presentity: "CustomPresence:batman",
      state: "away",
      subtype: "",
      message: "",
    } as const;
    const mailbox = { type: "mailbox", mailbox: "b7@default", newMessages: 1, oldMessages: 2 } as const;
    pbx.snapshots({ channels: [], states: [away, mailbox] });
    expect(texts()).toEqual([]);
    pbx.knows({
      number: "1111",
      name: "Batman",
      devices: [],
      mailbox: "b7@default",
      presentity: "CustomPresence:batman",
    });
    pbx.happens({ ...away, state: "dnd", subtype: "night", message: "In the batcave" }, { ...mailbox, newMessages: 2 });
    expect(entries.map(({ kind, concerns }) => [kind, concerns[0]?.numbers])).toEqual([
      ["presence", ["1111"]],
      ["voicemail", ["b7", "1111"]],
    ]);
    expect(texts()).toEqual([
      "Batman <1111> does not want to be disturbed (night): In the batcave",
      "mailbox b7: 2 new messages, 2 old",
    ]);
    pbx.snapshots({ channels: [], states: [{ ...mailbox, newMessages: 0, oldMessages: 0 }] }, 1000);
    expect(texts()).toEqual(["mailbox b7: no new message", "the link was down for 1.0 s: no call came or went"]);
    const found = { type: "mailbox", oldMessages: 0 } as const;
    pbx.happens(
      { ...found, mailbox: "c1@default", newMessages: 0 },
      { ...found, mailbox: "c2@default", newMessages: 1 },
    );
    expect(texts()).toEqual(["mailbox c2: 1 new message"]);
  });

  it("says in one line that many calls were found, or ended unseen", () => {
    const before = new FakePbx("hq");
    for (let number = 0; number < 6; number++)
      before.dials({ number: `a${number}` }, { number: `b${number}` }).answer();
    const { texts } = written(before);
    before.forgets(2000);
    expect(texts()).toEqual(["the link was down for 2.0 s: 6 calls ended", "6 calls ended unseen"]);
  });

  it("says when a room is recorded, and when the PBX itself stops", () => {
    const pbx = new FakePbx("hq");
    const { texts } = written(pbx);
    pbx.happens({ type: "conference-recording", room: "800", recording: true });
    pbx.dials({ number: "1000", name: "Kai" }, { number: "1002", name: "Ping" }).answer();
    pbx.stops();
    expect(texts()).toEqual([
      "conference 800 is recorded",
      "Kai <1000> calls 1002",
      "Ping <1002> rings",
      "Ping <1002> answers",
      "the PBX stops: the call of Kai <1000> and Ping <1002> ends",
    ]);
  });

  it("lets no caller break a line or fill the page", () => {
    const pbx = new FakePbx("hq");
    const { texts } = written(pbx);
    pbx.dials({ number: "1000", name: `Kai\r\n\u0007${"x".repeat(1000)}` }, { number: "1002" });
    const [calls = "", rings] = texts();
    expect(calls).toMatch(/^Kai x{290,}$/u);
    expect(calls.length).toBe(300);
    expect(rings).toBe("1002 rings");
  });

  it("tells the end of a hold once it is sure that no transfer follows, and before what comes next", () => {
    const pbx = new FakePbx("hq", 1000);
    const writer = new TimelineWriter(pbx);
    const entries: NewEntry[] = [];
    pbx.on("change", ({ change, at }) => entries.push(...writer.write(change, at, false)));
    const call = pbx.dials({ number: "1000", name: "Kai" }, { number: "1002", name: "Ping" });
    call.answer();
    call.hold();
    entries.length = 0;
    pbx.now = 5000;
    pbx.happens({ type: "retrieved", channel: { ...call.caller, state: "up" } });
    expect([entries, writer.due]).toEqual([[], 5400]);
    expect(writer.flush(5399)).toEqual([]);
    expect(writer.flush(5400)).toMatchObject([
      { at: 5000, kind: "retrieve", text: "Kai <1000> retrieves Ping <1002>" },
    ]);
    expect(writer.due).toBeUndefined();
    pbx.now = 6000;
    call.hold();
    pbx.happens({ type: "retrieved", channel: { ...call.caller, state: "up" } });
    call.hold();
    expect(entries.map(({ text }) => text.split(" ")[2])).toEqual(["holds", "retrieves", "holds"]);
  });

  it("remembers nothing of calls that are over", () => {
    const pbx = new FakePbx("hq");
    const writer = new TimelineWriter(pbx);
    pbx.on("change", ({ change, at }) => void writer.write(change, at, false));
    for (let number = 0; number < 100; number++) {
      const call = pbx.dials({ number: "1000" }, { number: "1002" });
      call.answer();
      call.end();
    }
    expect(writer.remembered).toBe(0);
  });
});
