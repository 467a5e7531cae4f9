import { describe, expect, it, vi } from "vitest";
import { FakePbx } from "../testing/fake-pbx.ts";
import { LiveBoard } from "./live-board.ts";
import type { LiveChange } from "./live-types.ts";

const KAI = { number: "1000", name: "Kai" };
const PING = { number: "1002", name: "Ping" };

function boardWith(pbx: FakePbx): { board: LiveBoard; next: () => Promise<LiveChange> } {
  const board = new LiveBoard({ everyMs: 1, keep: 3, clock: () => pbx.now });
  board.add(pbx, "Head office");
  board.snapshot();
  return { board, next: () => new Promise((resolve) => board.on(resolve)) };
}

describe("the live board", () => {
  it("tells a call when it comes, when it changes, and when it goes", async () => {
    const pbx = new FakePbx("hq", 5000);
    const { board, next } = boardWith(pbx);
    let change = next();
    const call = pbx.dials(KAI, PING);
    expect((await change).calls?.map(({ id, state }) => [id, state])).toEqual([["hq-2", "ringing"]]);
    change = next();
    call.answer();
    expect((await change).calls?.map(({ id, state }) => [id, state])).toEqual([["hq-2", "talking"]]);
    change = next();
    call.end();
    expect(await change).toMatchObject({ now: 5000, gone: ["hq-2"] });
    expect(board.snapshot().calls).toEqual([]);
    board.close();
  });

  it("shows calls that were there before it", () => {
    const pbx = new FakePbx("hq");
    pbx.dials(KAI, PING).answer();
    const board = new LiveBoard();
    board.add(pbx, "Head office");
    expect(board.snapshot().calls.map(({ title, state }) => [title, state])).toEqual([
      ["Kai 1000 → Ping 1002", "talking"],
    ]);
    board.close();
  });

  it("counts the time of a party from the change of its state", () => {
    const pbx = new FakePbx("hq", 1000);
    const { board } = boardWith(pbx);
    const since = (): readonly number[] => board.snapshot().calls[0]?.parties.map((party) => party.since) ?? [];
    const call = pbx.dials(KAI, PING);
    expect(since()).toEqual([1000, 1000]);
    pbx.now = 2000;
    call.answer();
    expect(since()).toEqual([2000, 2000]);
    pbx.now = 6000;
    call.hold();
    expect(since()).toEqual([6000, 6000]);
    pbx.now = 7000;
    pbx.happens({ type: "channel-changed", channel: { ...call.called, state: "up", callerName: "Ping Chen" } });
    expect(since()).toEqual([6000, 6000]);
    board.close();
  });

  it("says nothing when nothing that is shown changed", () => {
    const pbx = new FakePbx("hq");
    const { board } = boardWith(pbx);
    const call = pbx.dials(KAI, PING);
    board.snapshot();
    const heard = vi.fn();
    board.on(heard);
    pbx.happens({ type: "channel-changed", channel: { ...call.caller, connectedNumber: "1002" } });
    pbx.happens({ type: "device-state", device: "PJSIP/1000", state: "INUSE" });
    board.snapshot();
    expect(heard).not.toHaveBeenCalled();
    board.close();
  });

  it("looks at no call but those that changed, however many there are", () => {
    const pbx = new FakePbx("hq");
    const all = vi.spyOn(pbx, "calls", "get");
    const { board } = boardWith(pbx);
    for (let number = 0; number < 500; number++) pbx.dials({ number: `a${number}` }, { number: `b${number}` });
    const before = new Map(board.snapshot().calls.map((call) => [call.id, call]));
    all.mockClear();
    pbx.dials(KAI, PING);
    const after = board.snapshot().calls;
    expect(after.filter((call) => before.get(call.id) !== call).map(({ title }) => title)).toEqual([
      "Kai 1000 → Ping 1002",
    ]);
    expect(all).not.toHaveBeenCalled();
    board.close();
  });

  it("keeps the last entries only", () => {
    const pbx = new FakePbx("hq");
    const { board } = boardWith(pbx);
    pbx.dials(KAI, PING).answer();
    pbx.dials({ number: "1001", name: "Ana" }, { number: "1003", name: "Omar" });
    expect(board.snapshot().timeline.map(({ seq, pbx: id, text }) => [seq, id, text])).toEqual([
      [3, "hq", "Ping <1002> answers"],
      [4, "hq", "Ana <1001> calls 1003"],
      [5, "hq", "Omar <1003> rings"],
    ]);
    board.close();
  });

  it("tells by itself what has waited for a better word", async () => {
    const pbx = new FakePbx("hq");
    const board = new LiveBoard({ everyMs: 1 });
    board.add(pbx, "Head office");
    const call = pbx.dials(KAI, PING);
    call.answer();
    pbx.happens({ type: "channel-gone", channel: call.called, cause: 16 });
    const texts = (): string[] => board.snapshot().timeline.map(({ text }) => text);
    expect(texts().at(-1)).toBe("Ping <1002> answers");
    const told: string[] = [];
    board.on(({ timeline = [] }) => told.push(...timeline.map(({ text }) => text)));
    await expect.poll(() => told).toEqual(["Ping <1002> leaves the call"]);
    board.close();
  });

  it("says what happened while the link was down", () => {
    const pbx = new FakePbx("hq");
    const { board } = boardWith(pbx);
    pbx.dials(KAI, PING).answer();
    board.snapshot();
    pbx.forgets(3000);
    expect(board.snapshot()).toMatchObject({
      calls: [],
      timeline: [
        { text: "Ping <1002> answers" },
        { text: "the link was down for 3.0 s: 1 call ended", concerns: [] },
        { text: "a call ended unseen: Kai 1000 → Ping 1002" },
      ],
    });
    board.close();
  });

  it("takes PBXs up and off again while it runs", () => {
    const [hq, branch] = [new FakePbx("hq"), new FakePbx("branch")];
    const { board } = boardWith(hq);
    board.add(branch, "Branch");
    hq.dials(KAI, PING);
    branch.dials(KAI, PING);
    expect(board.snapshot().pbxs.map(({ id }) => id)).toEqual(["hq", "branch"]);
    const changes: LiveChange[] = [];
    board.on((change) => changes.push(change));
    const [gone] = board.snapshot().calls;
    board.remove("hq");
    const { pbxs, calls, timeline } = board.snapshot();
    expect([pbxs.map(({ id }) => id), calls.map(({ pbx }) => pbx), board.size]).toEqual([["branch"], ["branch"], 1]);
    expect(timeline.some(({ pbx }) => pbx === "hq")).toBe(true);
    expect(changes).toMatchObject([{ gone: [gone?.id], pbxs: [{ id: "branch" }] }]);
    expect(hq.listeners).toBe(0);
    hq.dials(KAI, PING);
    expect(board.snapshot().calls).toHaveLength(1);
    board.remove("nobody");
    board.add(branch, "Branch, again");
    expect(board.snapshot()).toMatchObject({ pbxs: [{ name: "Branch, again" }], calls: [{ pbx: "branch" }] });
    board.close();
    expect(branch.listeners).toBe(0);
  });

  it("says since when a PBX is down and why, while it is tried again and again", () => {
    const pbx = new FakePbx("hq", 5000);
    const { board } = boardWith(pbx);
    pbx.become("live");
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "up", detail: "" });
    pbx.become("waiting", new Error("connection refused"));
    pbx.become("connecting");
    pbx.become("waiting", new Error("still refused"));
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "down", detail: "still refused", since: 5000 });
    pbx.become("syncing");
    pbx.become("live");
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "up", detail: "" });
    board.close();
  });

  it("tells trouble from what few rights cannot see", () => {
    const pbx = new FakePbx("hq");
    const { board } = boardWith(pbx);
    pbx.notices = [
      { code: "PBX_CLASS_MISSING", message: "No parked calls.", right: "write", classes: ["call"] },
      { code: "PBX_CLASS_MISSING", message: "No events.", right: "read", classes: ["call"] },
    ];
    pbx.become("live");
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "up", detail: "No events.", notes: ["No parked calls."] });
    board.close();
  });

  it("shows a PBX that refuses the login as refused", () => {
    const pbx = new FakePbx("hq");
    const { board } = boardWith(pbx);
    board.refuse("hq", "wrong secret");
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "refused", detail: "wrong secret" });
    board.close();
  });
});
