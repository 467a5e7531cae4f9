import { describe, expect, it } from "vitest";
import type { Pbx } from "../pbx-state.ts";
import type { SnapshotMessage, StreamEvent } from "../stream-event.ts";
import { FakeLog } from "../testing/fake-log.ts";
import { LiveState } from "./live-state.ts";

const time = "2026-11-21T15:04:05.678Z";
const base = { seq: 1, epoch: "e1", cursor: "e1.1", pbx: "hq", time } as const;
const presence = { pbx: "hq", presentity: "CustomPresence:1000", extension: "1000", subtype: "", message: "" } as const;
const mailbox = { pbx: "hq", mailbox: "1000@default", extension: "1000", newMessages: 1, oldMessages: 0 } as const;
const caller = { channelId: "c1.0", position: 1, joinedAt: time };

/** The events of a log in which calls are told of, and more. */
function stateAfter(tell: (log: FakeLog) => void, ...more: readonly StreamEvent[]): LiveState {
  const log = new FakeLog();
  const live = new LiveState();
  live.apply(log.snapshot() as SnapshotMessage);
  tell(log);
  for (const event of [...more, ...log.events]) live.apply(event);
  return live;
}

describe("the state that a client keeps", () => {
  it("shows an extension with its calls, its presence and its mailbox as they are now", () => {
    const extension = { pbx: "hq", number: "1000", devices: [], callIds: ["old"] };
    const live = stateAfter(
      (log) => log.tell("originated", "c1"),
      { ...base, type: "extension-changed", extension },
      { ...base, type: "presence-changed", presence: { ...presence, state: "away" } },
      { ...base, type: "mailbox-changed", mailbox },
    );
    expect(live.extensions.get("hq/1000")).toMatchObject({ callIds: ["c1"], presence: { state: "away" }, mailbox });
    live.apply({ ...base, type: "presence-changed", presence: { ...presence, state: "dnd" } });
    expect(live.extensions.get("hq/1000")?.presence?.state).toBe("dnd");
    expect(live.presences.get("hq/CustomPresence:1000")?.state).toBe("dnd");
  });

  it("shows who waits in a queue with the call that was told of since", () => {
    const queue = { pbx: "hq", name: "sales", callers: [caller], members: [] };
    const live = stateAfter((log) => log.tell("originated", "c1"), { ...base, type: "queue-changed", queue });
    expect(live.queues.get("hq/sales")?.callers[0]).toMatchObject({ callId: "c1", connection: { extension: "1000" } });
  });

  it("drops a call that ends, and calls, queues and rooms that go on without those who are watched", () => {
    const live = stateAfter((log) => {
      for (const id of ["c1", "c2"]) log.tell("originated", id);
      log.tell("call-cleared", "c1");
    });
    expect([...live.calls.keys()]).toEqual(["c2"]);
    const [call] = live.calls.values();
    if (call !== undefined) live.apply({ ...base, type: "updated", cause: "normal", call, gone: true });
    live.apply({
      ...base,
      type: "queue-changed",
      queue: { pbx: "hq", name: "a", callers: [], members: [] },
      gone: true,
    });
    const room = { pbx: "hq", name: "7000", participants: [], recording: false };
    live.apply({ ...base, type: "conference-room-changed", room });
    expect([live.calls.size, live.queues.size, live.conferenceRooms.size]).toEqual([0, 0, 0]);
  });

  it("knows nothing any more of a PBX that was removed", () => {
    const state: Pbx = {
      id: "hq",
      name: "hq",
      state: "up",
      detail: "",
      notes: [],
      since: time,
      recording: false,
      calls: 0,
    };
    const live = stateAfter((log) => log.tell("originated", "c1"), { ...base, type: "pbx-changed", state });
    expect(live.pbxs.get("hq")?.calls).toBe(1);
    live.apply({ ...base, type: "pbx-changed", state, removed: true });
    expect([live.calls.size, live.pbxs.size]).toEqual([0, 0]);
  });
});
