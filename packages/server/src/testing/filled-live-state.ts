import type { Call, Connection, Extension, Pbx } from "@cordboard/sdk";
import type { EventBody } from "../events/event-body.ts";
import { LiveState } from "../events/live-state.ts";

const time = "2026-11-21T12:00:00.000Z";

/** Each thing of an extension bears its mark somewhere, so that a test sees it in any reply. */
function connection(pbx: string, extension: string, role: Connection["role"]): Connection {
  return {
    id: `${pbx}-${extension}`,
    device: `PJSIP/${extension}`,
    extension,
    number: extension,
    name: `Name-${pbx}-${extension}`,
    role,
    state: "connected",
    channel: `PJSIP/${extension}-${pbx}`,
    startedAt: time,
    answeredAt: time,
  };
}

function call(pbx: string, ...extensions: readonly string[]): Call {
  return {
    id: `call-${pbx}-${extensions.join("-")}`,
    pbx,
    connections: extensions.map((extension, index) => connection(pbx, extension, index === 0 ? "caller" : "called")),
    cleared: [],
    startedAt: time,
    establishedAt: time,
    talks: [],
    userData: {},
  };
}

function extension(pbx: string, number: string): Extension {
  return {
    pbx,
    number,
    name: `Name-${pbx}-${number}`,
    devices: [{ name: `PJSIP/${number}`, state: "INUSE" }],
    state: "InUse",
    callIds: [],
  };
}

function pbxState(id: string): Pbx {
  return { id, name: `Pbx-${id}`, state: "up", detail: "", notes: [], since: time, recording: false, calls: 0 };
}

function eventsOf(pbx: string): EventBody[] {
  const base = { pbx, time };
  const talk = call(pbx, "1000", "1001");
  const other = call(pbx, "2000", "2001");
  const mine = { connection: connection(pbx, "1000", "caller"), callId: talk.id, channelId: `${pbx}-1000` };
  const theirs = { connection: connection(pbx, "2000", "caller"), callId: other.id, channelId: `${pbx}-2000` };
  const numbers = ["1000", "1001", "2000", "2001"];
  return [
    { ...base, type: "pbx-changed", state: pbxState(pbx) },
    ...numbers.map((number): EventBody => ({ ...base, type: "extension-changed", extension: extension(pbx, number) })),
    ...[talk, other].map((each): EventBody => ({ ...base, type: "updated", cause: "normal", call: each })),
    ...numbers.map((number): EventBody => ({
      ...base,
      type: "presence-changed",
      presence: {
        pbx,
        presentity: `CustomPresence:${number}`,
        extension: number,
        state: "away",
        subtype: "",
        message: `Message-${pbx}-${number}`,
      },
    })),
    ...numbers.map((number): EventBody => ({
      ...base,
      type: "mailbox-changed",
      mailbox: { pbx, mailbox: `${number}@default`, extension: number, newMessages: 1, oldMessages: 2 },
    })),
    ...[
      { name: "sales", callers: [mine, theirs] },
      { name: `hidden-${pbx}`, callers: [theirs] },
    ].map(({ name, callers }): EventBody => ({
      ...base,
      type: "queue-changed",
      queue: {
        pbx,
        name,
        callers: callers.map((caller, index) => ({ ...caller, position: index + 1, joinedAt: time })),
        members: [],
      },
    })),
    ...[
      { name: "600", people: [mine, theirs] },
      { name: `hidden-${pbx}`, people: [theirs] },
    ].map(({ name, people }): EventBody => ({
      ...base,
      type: "conference-room-changed",
      room: {
        pbx,
        name,
        participants: people.map((one) => ({ ...one, admin: false, muted: false, talking: false })),
        recording: false,
      },
    })),
    ...[mine, theirs].map((one, index): EventBody => ({
      ...base,
      type: "parking-changed",
      parked: { pbx, lot: "default", space: index === 0 ? "701" : `702-hidden`, parkedAt: time, ...one },
      occupied: true,
    })),
  ];
}

/** Two PBXs with the same extensions, each in everything: 1000 talks to 1001, 2000 to 2001. */
export function filledLiveState(pbxs: readonly string[] = ["hq", "branch"]): LiveState {
  const live = new LiveState("e", 0);
  for (const event of pbxs.flatMap(eventsOf)) live.apply(event);
  live.moveTo("e", 42);
  return live;
}
