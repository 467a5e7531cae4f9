import { callRecordSchema } from "@cordboard/sdk/schemas";
import { describe, expect, it } from "vitest";
import { describePath } from "./describe-path.ts";
import { MadeCall, party } from "./testing/made-call.ts";
import { recordsOf } from "./testing/trace-records.ts";

const caller = party("1000", { role: "caller", state: "initiated", name: "Kai" });
const waiting = { ...caller, state: "queued" as const };

describe("the way of a call", () => {
  it("tells once and counts how often a queue rang the same phones", () => {
    const call = new MadeCall();
    call.tell(0, { type: "originated", connection: caller }, [caller], { dialled: "700" });
    call.tell(0, { type: "queued", connection: waiting, queue: "sales", cause: "queue" }, [waiting]);
    for (let round = 0; round < 30; round++)
      for (const id of ["1002", "1003"]) {
        const agent = party(id, { id: `${id}.${String(round)}`, role: "agent" });
        call.tell(round * 10, { type: "delivered", connection: agent }, [waiting, agent]);
        call.tell(round * 10 + 5, { type: "failed", connection: agent, cause: "no-answer" }, [waiting]);
        call.clear(round * 10 + 5, agent, "no-answer", [waiting]);
      }
    call.clear(300, waiting, "abandoned", []);
    const record = call.end(300, "abandoned");
    expect(describePath(record)).toBe(
      "1000 Kai dialled 700; 1000 Kai waited 300 s in queue sales (abandoned); 1002 rang 30 times, 295 s (no-answer); " +
        "1003 rang 30 times, 295 s (no-answer); ended by 1000 Kai (abandoned)",
    );
    expect(record).toMatchObject({ result: "abandoned", queueSeconds: 300, queue: "sales", callerNumber: "1000" });
  });

  it("tells once and counts how often a phone that is off was tried", () => {
    const call = new MadeCall();
    call.tell(0, { type: "originated", connection: caller }, [caller], { dialled: "700" });
    for (let round = 0; round < 3; round++) {
      const off = party("1111", { id: `off.${String(round)}`, state: "null" });
      call.tell(round, { type: "failed", connection: off, cause: "unreachable" }, [caller]);
      call.clear(round, off, "unreachable", [caller]);
    }
    call.clear(4, caller, "congestion", []);
    const record = call.end(4, "congestion");
    expect(describePath(record)).toBe(
      "1000 Kai dialled 700; 1111 could not be reached 3 times (unreachable); ended (congestion)",
    );
    expect(record.result).toBe("failed");
  });

  it("tells of a conference of five who came when and who left", () => {
    const call = new MadeCall();
    const people = ["1000", "1001", "1002", "1003", "1006"].map((id) =>
      party(id, { role: "caller", state: "connected", answeredAt: "2026-11-21T12:00:00.000Z" }),
    );
    const room = { conferenceRoom: "800", dialled: "800" };
    call.tell(
      0,
      { type: "originated", connection: { ...party("1000"), role: "caller", state: "initiated" } },
      [],
      room,
    );
    call.tell(1, { type: "updated" }, people.slice(0, 1), room);
    for (let count = 2; count <= 5; count++) {
      const id = people[count - 1]?.id ?? "";
      const connections = [
        { from: { callId: `own-${id}`, connectionId: id }, to: { callId: "made", connectionId: id } },
      ];
      call.tell(count, { type: "conferenced", cause: "conferenced", connections }, people.slice(0, count));
    }
    for (let gone = 1; gone <= 5; gone++) {
      const one = people[gone - 1];
      if (one !== undefined) call.clear(10 * gone, one, "normal", people.slice(gone));
    }
    const record = call.end(50);
    expect(describePath(record)).toBe(
      "1000 dialled 800; 1000 joined room 800; 1001 joined room 800; 1002 joined room 800; 1003 joined room 800; " +
        "1006 joined room 800; 1000 left; 1001 left; 1002 left; 1003 left; ended",
    );
    expect(record.path[3]).toMatchObject({ type: "conferenced", fromCall: "own-1002", connectionId: "1002" });
    expect(callRecordSchema.parse(record)).toEqual(record);
  });

  it("leaves steps out of the middle where there are more than five hundred, and says how many", () => {
    const call = new MadeCall();
    const called = party("1002", { state: "connected", answeredAt: "2026-11-21T12:00:00.000Z" });
    const talking = { ...caller, state: "connected" as const };
    call.tell(0, { type: "originated", connection: caller }, [caller], { dialled: "1002" });
    for (let round = 1; round <= 1000; round++) {
      call.tell(round, { type: "held", connection: { ...talking, state: "hold" } }, [
        { ...talking, state: "hold" },
        called,
      ]);
      call.tell(round + 0.5, { type: "retrieved", connection: talking }, [talking, called]);
    }
    const { path } = call.end(1001);
    expect(path).toHaveLength(500);
    expect(path[0]).toMatchObject({ type: "dialled" });
    expect(path[250]?.omitted).toBe(502);
    expect(path.filter(({ omitted }) => omitted !== undefined)).toHaveLength(1);
    expect(path.at(-1)).toMatchObject({ type: "cleared" });
    expect(describePath({ path })).toContain("… 502 more;");
  });

  it("learns the number of who dialled later than the call began", () => {
    const call = new MadeCall();
    call.tell(0, { type: "originated", connection: { ...caller, number: "+49301" } }, [caller]);
    call.tell(1, { type: "updated" }, [caller], { dialled: "1002" });
    expect(call.steps[0]).toMatchObject({ type: "dialled", to: "1002" });
  });
});

describe("a call that ended while nobody watched", () => {
  it("is lost if nobody had answered", () => {
    const { records } = recordsOf("22", "basic", (told) => told.some(({ type }) => type === "delivered"));
    expect(records).toHaveLength(1);
    expect(records[0]).toMatchObject({ result: "lost", cause: "lost", dialled: "1002", callerNumber: "1000" });
    expect(records.map(describePath)[0]).toMatch(
      /^1000 Kai dialled 1002; 1002 Ping rang 1\d s \(lost\); ended \(lost\)$/u,
    );
  });

  it("was answered if somebody had, and its seconds are the most that it can have been", () => {
    const { records } = recordsOf("22", "hold", (told) => told.some(({ type }) => type === "held"));
    expect(records[0]).toMatchObject({ result: "answered", cause: "lost", answeredBy: "1002" });
    expect(records[0]?.holdSeconds).toBeGreaterThanOrEqual(10);
    expect(records.map(describePath)[0]).toMatch(/1000 Kai held 1\d s; ended \(lost\)$/u);
  });

  it("is lost out of a queue", () => {
    const { records } = recordsOf("22", "queue-abandon", (told) => told.some(({ type }) => type === "queued"));
    expect(records[0]).toMatchObject({ result: "lost", cause: "lost", queue: "sales" });
    expect(records.map(describePath)[0]).toMatch(/waited 1\d s in queue sales \(lost\); ended \(lost\)$/u);
  });
});
