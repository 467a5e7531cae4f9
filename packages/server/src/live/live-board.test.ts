import { describe, expect, it } from "vitest";
import { bridgeRow, channelRow } from "../testing/channel-rows.ts";
import { FakeLink } from "../testing/fake-link.ts";
import { LiveBoard } from "./live-board.ts";
import type { LiveChange } from "./live-types.ts";

function boardWith(link: FakeLink): { board: LiveBoard; next: () => Promise<LiveChange> } {
  const board = new LiveBoard({ everyMs: 1, keep: 3, clock: () => 5000 });
  board.add(link, "Head office");
  board.snapshot();
  return { board, next: () => new Promise((resolve) => board.on(resolve)) };
}

describe("the live board", () => {
  it("tells a call when it comes, when it changes, and when it goes", async () => {
    const link = new FakeLink("hq");
    const { board, next } = boardWith(link);
    link.setRows([channelRow("PJSIP/1000-1", { state: "Ring" })]);
    expect((await next()).calls?.map((call) => call.state)).toEqual(["calling"]);
    link.setRows([channelRow("PJSIP/1000-1", { bridge: "b" })], [bridgeRow("b", ["PJSIP/1000-1", "x"])]);
    expect((await next()).calls?.map((call) => call.state)).toEqual(["talking"]);
    link.setRows([]);
    expect(await next()).toEqual({ now: 5000, gone: ["hq/PJSIP/1000-1"] });
    board.close();
  });

  it("counts the time of a party from the change of its state", () => {
    let now = 5000;
    const link = new FakeLink("hq");
    const board = new LiveBoard({ clock: () => now });
    board.add(link, "Head office");
    const show = (facts: Parameters<typeof channelRow>[1]): number | undefined => {
      link.setRows([channelRow("PJSIP/1000-1", { bridge: "b", ...facts })], [bridgeRow("b", ["PJSIP/1000-1", "x"])]);
      return board.snapshot().calls[0]?.parties[0]?.since;
    };
    expect(show({ answeredAt: 2000 })).toBe(2000);
    now = 6000;
    expect(show({ answeredAt: 2000, held: true })).toBe(6000);
    now = 7000;
    expect(show({ answeredAt: 2000, held: true, priority: 9 })).toBe(6000);
    board.close();
  });

  it("says nothing when nothing that is shown changed", async () => {
    const link = new FakeLink("hq");
    const { board, next } = boardWith(link);
    link.setRows([channelRow("PJSIP/1000-1", { priority: 1 })]);
    await next();
    const change = next();
    link.setRows([channelRow("PJSIP/1000-1", { priority: 2 })]);
    link.say("hangup", "Kai hung up");
    expect(await change).toMatchObject({ timeline: [{ seq: 1, pbx: "hq", text: "Kai hung up" }] });
    expect(await change).not.toHaveProperty("calls");
    board.close();
  });

  it("keeps the last entries only, and leaves plumbing out", () => {
    const link = new FakeLink("hq");
    const { board } = boardWith(link);
    for (let number = 1; number <= 5; number++) link.say("digit", `${number}`);
    link.say("call", "Local", true);
    expect(board.snapshot().timeline.map(({ seq, text }) => [seq, text])).toEqual([
      [3, "3"],
      [4, "4"],
      [5, "5"],
    ]);
    board.close();
  });

  it("says since when a PBX is down and why, while it is tried again and again", () => {
    const link = new FakeLink("hq");
    const { board } = boardWith(link);
    link.become("live");
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "up", detail: "" });
    link.become("waiting", new Error("connection refused"));
    link.become("connecting");
    link.become("waiting", new Error("still refused"));
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "down", detail: "still refused", since: 5000 });
    link.become("syncing");
    link.become("live");
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "up", detail: "" });
    board.close();
  });

  it("tells trouble from what few rights cannot see", () => {
    const link = new FakeLink("hq");
    const { board } = boardWith(link);
    link.notices = [
      { code: "PBX_CLASS_MISSING", message: "No parked calls.", right: "write", classes: ["call"] },
      { code: "PBX_CLASS_MISSING", message: "No events.", right: "read", classes: ["call"] },
    ];
    link.become("live");
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "up", detail: "No events.", notes: ["No parked calls."] });
    board.close();
  });

  it("shows a PBX that refuses the login as refused", () => {
    const link = new FakeLink("hq");
    const { board } = boardWith(link);
    board.refuse("hq", "wrong secret");
    expect(board.snapshot().pbxs[0]).toMatchObject({ state: "refused", detail: "wrong secret" });
    board.close();
  });

  it("leaves most of the time to others when a look at all calls takes long", async () => {
    const link = new FakeLink("hq");
    let busy = 0;
    const { table } = link;
    Object.defineProperty(link, "table", {
      get: () => {
        const began = performance.now();
        while (performance.now() - began < 10);
        busy += performance.now() - began;
        return table;
      },
    });
    using clean = new DisposableStack();
    const board = new LiveBoard({ everyMs: 1 });
    clean.defer(() => board.close());
    board.add(link, "Head office");
    const began = performance.now();
    const flood = setInterval(() => link.say("digit", "1"), 1);
    clean.defer(() => clearInterval(flood));
    await expect.poll(() => busy, { timeout: 10_000 }).toBeGreaterThan(100);
    expect(busy / (performance.now() - began)).toBeLessThan(0.4);
  });
});
