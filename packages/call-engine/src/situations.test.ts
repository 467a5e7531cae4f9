import { describe, expect, it } from "vitest";
import { trace, traceFiles } from "./testing/fixtures.ts";
import { replay } from "./testing/replay.ts";

/** What must be told of a situation, on every Asterisk it was recorded on. */
interface Situation {
  readonly name: string;
  /** Beginnings of changes, in this order among others: type, device, cause. */
  readonly tells: readonly string[];
  /** Never told. */
  readonly not?: RegExp;
  /** Who talked to whom, of all calls, in any order. */
  readonly talks: readonly string[];
  /** How many calls there were. */
  readonly calls: number;
}

const plainCall = [
  "originated PJSIP/1000",
  "delivered PJSIP/1002",
  "established PJSIP/1002",
  "established PJSIP/1000",
  "call-cleared (normal)",
];
const consultByCode = ["held PJSIP/1000", "originated PJSIP/1000 (normal) | #2", "established PJSIP/1003"];
const attended = ["transferred by PJSIP/1000 moves #2>#1 (transferred)", "call-cleared into #1 (transferred)"];

const situations: readonly Situation[] = [
  { name: "basic", tells: plainCall, talks: ["1000+1002"], calls: 1 },
  { name: "callee-hangs-up", tells: plainCall, talks: ["1000+1002"], calls: 1 },
  { name: "busy", tells: ["failed PJSIP/1002 (busy)", "call-cleared (busy)"], talks: [], calls: 1 },
  { name: "busy-number", tells: ["failed PJSIP/1000 (busy)", "call-cleared (busy)"], talks: [], calls: 1 },
  { name: "decline", tells: ["failed PJSIP/1002 (rejected)", "call-cleared (rejected)"], talks: [], calls: 1 },
  { name: "no-answer", tells: ["delivered PJSIP/1002", "call-cleared (no-answer)"], talks: [], calls: 1 },
  {
    name: "cancel",
    tells: ["connection-cleared PJSIP/1002 (cancelled)", "call-cleared (cancelled)"],
    talks: [],
    calls: 1,
  },
  { name: "unknown-number", tells: [], talks: [], calls: 0 },
  { name: "phone-off", tells: ["failed PJSIP/1000", "call-cleared (congestion)"], talks: [], calls: 1 },
  { name: "congestion", tells: ["failed PJSIP/1000 (congestion)", "call-cleared (congestion)"], talks: [], calls: 1 },
  { name: "hold", tells: ["held PJSIP/1000", "retrieved PJSIP/1000"], talks: ["1000+1002", "1000+1002"], calls: 1 },
  { name: "hang-up-on-hold", tells: ["held PJSIP/1000", "call-cleared (normal)"], talks: ["1000+1002"], calls: 1 },
  {
    name: "ring-group",
    tells: ["established PJSIP/1002", "connection-cleared PJSIP/1003 (answered-elsewhere)"],
    not: /failed/u,
    talks: ["1000+1002"],
    calls: 1,
  },
  ...["ring-group-local", "ring-group-local-n"].map((name) => ({
    name,
    tells: ["established PJSIP/1002", "connection-cleared PJSIP/1001 (answered-elsewhere)"],
    not: /failed|Local\//u,
    talks: ["1000+1002"],
    calls: 1,
  })),
  {
    name: "click-to-call",
    tells: ["originated PJSIP/1000", "established PJSIP/1000", "delivered PJSIP/1002", "established PJSIP/1002"],
    not: /Local\//u,
    talks: ["1000+1002"],
    calls: 1,
  },
  { name: "originate", tells: ["delivered PJSIP/1000", "established PJSIP/1002"], talks: ["1000+1002"], calls: 1 },
  { name: "originate-local-n", tells: ["delivered PJSIP/1002"], not: /Local\//u, talks: ["1000+1002"], calls: 1 },
  { name: "originate-fails-at-a", tells: ["failed PJSIP/1000 (busy)", "call-cleared (busy)"], talks: [], calls: 1 },
  {
    name: "originate-fails-at-b",
    tells: ["failed PJSIP/1002 (rejected)", "call-cleared (rejected)"],
    talks: [],
    calls: 1,
  },
  { name: "originate-phone-off", tells: ["originate-failed PJSIP/1111"], talks: [], calls: 0 },
  { name: "auto-answer", tells: ["established PJSIP/1000", "established PJSIP/1002"], talks: ["1000+1002"], calls: 1 },
  { name: "forward-chain", tells: ["delivered PJSIP/1002"], not: /Local\//u, talks: ["1000+1002"], calls: 1 },
  { name: "forward-database", tells: ["delivered PJSIP/1003"], not: /Local\//u, talks: ["1000+1003"], calls: 2 },
  {
    name: "forward-302",
    tells: [
      "diverted from PJSIP/1002 to 1003 (forwarded)",
      "connection-cleared PJSIP/1002 (forwarded)",
      "delivered PJSIP/1003",
    ],
    not: /failed/u,
    talks: ["1000+1003"],
    calls: 1,
  },
  {
    name: "ivr-queue",
    tells: [
      "originated PJSIP/1000",
      "established PJSIP/1000",
      "queued PJSIP/1000 sales (queue)",
      "established PJSIP/1003",
    ],
    not: /failed/u,
    talks: ["1000+1003"],
    calls: 1,
  },
  { name: "ivr-info", tells: ["established PJSIP/1000", "delivered PJSIP/1002"], talks: ["1000+1002"], calls: 1 },
  {
    name: "queue-rrmemory",
    tells: ["queued PJSIP/1000 support", "queued PJSIP/1000 support"],
    talks: ["1000+1001", "1000+1002"],
    calls: 2,
  },
  {
    name: "queue-next-agent",
    tells: ["queued PJSIP/1000 support", "failed PJSIP/1001 (no-answer)", "established PJSIP/1002"],
    talks: ["1000+1002"],
    calls: 1,
  },
  {
    name: "queue-agent-rejects",
    tells: ["failed PJSIP/1002 (busy)", "established PJSIP/1003"],
    talks: ["1000+1003"],
    calls: 1,
  },
  { name: "queue-abandon", tells: ["queued PJSIP/1000 sales", "call-cleared (abandoned)"], talks: [], calls: 1 },
  {
    name: "queue-timeout-voicemail",
    tells: ["queued PJSIP/1000 sales", "updated PJSIP/1000 (queue)", "updated PJSIP/1000", "call-cleared (normal)"],
    talks: [],
    calls: 1,
  },
  { name: "queue-local", tells: ["queued PJSIP/1000 local", "established PJSIP/1003"], talks: ["1000+1003"], calls: 1 },
  {
    name: "queue-transfer",
    tells: ["established PJSIP/1003", "transferred by PJSIP/1003 to 1006", "established PJSIP/1006"],
    talks: ["1000+1003", "1000+1006"],
    calls: 1,
  },
  ...["blind-transfer", "feature-blind-transfer", "ami-blind-transfer"].map((name) => ({
    name,
    tells: ["transferred by PJSIP/1000 to 1003 (transferred)", "delivered PJSIP/1003", "established PJSIP/1003"],
    talks: ["1000+1002", "1002+1003"],
    calls: 1,
  })),
  {
    name: "transfer-by-callee",
    tells: ["transferred by PJSIP/1002 to 1003 (transferred)", "established PJSIP/1003"],
    talks: ["1000+1002", "1000+1003"],
    calls: 1,
  },
  {
    name: "blind-transfer-to-group",
    tells: [
      "transferred by PJSIP/1000 to 751",
      "established PJSIP/1006",
      "connection-cleared PJSIP/1001 (answered-elsewhere)",
    ],
    talks: ["1000+1002", "1002+1006"],
    calls: 1,
  },
  {
    name: "blind-transfer-to-nobody",
    tells: ["established PJSIP/1000"],
    not: /transferred|failed/u,
    talks: ["1000+1002"],
    calls: 1,
  },
  {
    name: "blind-transfer-to-busy",
    tells: ["transferred by PJSIP/1000 to 1003", "failed PJSIP/1003 (busy)"],
    talks: ["1000+1002"],
    calls: 1,
  },
  { name: "attended-transfer", tells: attended, talks: ["1000+1003", "1000+1002", "1002+1003"], calls: 2 },
  {
    name: "attended-transfer-by-callee",
    tells: ["transferred by PJSIP/1002 moves #2>#1 (transferred)"],
    talks: ["1002+1003", "1000+1002", "1000+1003"],
    calls: 2,
  },
  { name: "attended-transfer-of-callers", tells: attended, talks: ["1000+1003", "1000+1002", "1002+1003"], calls: 2 },
  ...["feature-attended-transfer", "ami-attended-transfer", "feature-complete"].map((name) => ({
    name,
    tells: [...consultByCode, ...attended],
    not: /Local\//u,
    talks: ["1000+1003", "1000+1002", "1002+1003"],
    calls: 2,
  })),
  {
    name: "feature-consultation-ends",
    tells: [...consultByCode, "retrieved PJSIP/1000 (normal) | #1", "call-cleared (normal) | #2"],
    not: /transferred/u,
    talks: ["1000+1003", "1000+1002", "1000+1002"],
    calls: 2,
  },
  {
    name: "feature-swap",
    tells: [...consultByCode, "held PJSIP/1000 (normal) | #2", "retrieved PJSIP/1000 (normal) | #1"],
    not: /transferred/u,
    talks: ["1000+1003", "1000+1002", "1000+1002"],
    calls: 2,
  },
  {
    name: "feature-threeway",
    tells: [...consultByCode, "conferenced by PJSIP/1000 moves #2>#1 (conferenced)"],
    not: /transferred/u,
    talks: ["1000+1003", "1000+1002", "1000+1002+1003", "1002+1003"],
    calls: 2,
  },
  {
    name: "blonde-transfer",
    tells: ["delivered PJSIP/1003", ...attended, "established PJSIP/1003"],
    talks: ["1000+1002", "1002+1003"],
    calls: 2,
  },
  { name: "blonde-unanswered", tells: [...attended, "failed PJSIP/1003 (rejected)"], talks: ["1000+1002"], calls: 2 },
  {
    name: "feature-blonde-transfer",
    tells: ["delivered PJSIP/1003", ...attended, "established PJSIP/1003"],
    talks: ["1000+1002", "1002+1003"],
    calls: 2,
  },
  {
    name: "pickup-directed",
    tells: ["diverted from PJSIP/1002 to 1003 moves #2>#1 (picked-up)", "call-cleared into #1 (picked-up)"],
    not: /failed/u,
    talks: ["1000+1003"],
    calls: 2,
  },
  { name: "pickup-group", tells: ["diverted from PJSIP/1002 to 1006"], not: /failed/u, talks: ["1000+1006"], calls: 2 },
  { name: "pickup-of-group", tells: ["diverted from PJSIP/"], not: /failed/u, talks: ["1000+1006"], calls: 2 },
  {
    name: "park",
    tells: ["parked PJSIP/1002", "retrieved PJSIP/1002 (unparked)", "call-cleared into #1 (unparked)"],
    talks: ["1000+1002", "1002+1006"],
    calls: 2,
  },
  {
    name: "park-feature",
    tells: ["parked PJSIP/1002", "retrieved PJSIP/1002 (unparked)"],
    talks: ["1000+1002", "1002+1006"],
    calls: 2,
  },
  {
    name: "park-timeout",
    tells: ["parked PJSIP/1002", "updated PJSIP/1002 (park-timeout)", "delivered PJSIP/1000", "established PJSIP/1000"],
    talks: ["1000+1002", "1000+1002"],
    calls: 1,
  },
  { name: "park-give-up", tells: ["parked PJSIP/1002", "call-cleared (normal)"], talks: ["1000+1002"], calls: 1 },
  {
    name: "three-party",
    tells: ["held PJSIP/1000", "retrieved PJSIP/1000"],
    talks: ["1000+1003", "1000+1002", "1000+1002"],
    calls: 2,
  },
  {
    name: "two-calls",
    tells: ["held PJSIP/1000 (normal) | #1", "held PJSIP/1000 (normal) | #2"],
    talks: ["1000+1001", "1000+1002", "1000+1002"],
    calls: 2,
  },
  {
    name: "two-devices",
    tells: ["connection-cleared PJSIP/1001 (answered-elsewhere)"],
    talks: ["1000+1006"],
    calls: 1,
  },
  {
    name: "conference",
    tells: ["conferenced moves", "conferenced moves", "call-cleared (normal)"],
    talks: ["1000+1002", "1000+1002+1003"],
    calls: 3,
  },
  {
    name: "conference-kick",
    tells: ["connection-cleared PJSIP/1003 (normal)"],
    talks: ["1000+1002", "1000+1002+1003", "1000+1002"],
    calls: 3,
  },
  { name: "conference-talking", tells: ["talking PJSIP/1002"], talks: ["1000+1002"], calls: 2 },
  { name: "echo", tells: ["updated PJSIP/1000", "call-cleared (normal)"], talks: [], calls: 2 },
  {
    name: "voicemail",
    tells: ["updated PJSIP/1000", "established PJSIP/1000", "call-cleared (normal)"],
    talks: [],
    calls: 1,
  },
  { name: "stasis-bridge", tells: ["transferred moves #2>#1 (joined)"], talks: ["1000+1002"], calls: 2 },
  { name: "stasis-dial", tells: ["delivered PJSIP/1002", "established PJSIP/1002"], talks: ["1000+1002"], calls: 1 },
  { name: "redirect-pair", tells: ["updated"], not: /call-cleared into/u, talks: ["1000+1002"], calls: 1 },
  { name: "redirect-one", tells: ["established PJSIP/1003"], talks: ["1000+1002", "1002+1003"], calls: 1 },
  {
    name: "bridge-two-calls",
    tells: ["transferred moves #2>#1 (joined)"],
    talks: ["1001+1003", "1000+1002", "1000+1003"],
    calls: 2,
  },
  {
    name: "before-we-connected",
    tells: ["originated PJSIP/1000 (snapshot)", "delivered PJSIP/1003 (snapshot)", "established PJSIP/1003 (normal)"],
    talks: ["1000+1002", "1001+1003"],
    calls: 2,
  },
  { name: "freepbx-call", tells: plainCall, talks: ["1000+1002"], calls: 1 },
  {
    name: "freepbx-queue",
    tells: ["queued PJSIP/1000", "established PJSIP/1003"],
    not: /Local\//u,
    talks: ["1000+1003"],
    calls: 1,
  },
  { name: "freepbx-follow-me", tells: ["established PJSIP/1006"], not: /Local\//u, talks: ["1000+1006"], calls: 1 },
  { name: "freepbx-ring-group", tells: ["established PJSIP/1001"], not: /Local\//u, talks: ["1000+1001"], calls: 1 },
  {
    name: "chan-sip",
    tells: ["originated SIP/102", "held SIP/102", "retrieved SIP/102"],
    talks: ["1000+102"],
    calls: 1,
  },
  {
    name: "chan-sip-transfer",
    tells: ["transferred by SIP/102 moves #2>#1 (transferred)"],
    talks: ["102+103", "1000+102", "1000+103"],
    calls: 2,
  },
];

const cases = situations.flatMap((situation) =>
  ["22", "16"]
    .map((version) => `${version}/${situation.name}.jsonl`)
    .filter((file) => traceFiles.includes(file))
    .map((file) => [file, situation] as const),
);

describe("the situations", () => {
  it("have each been recorded", () => {
    const recorded = new Set(traceFiles.map((file) => file.replace(/^[^/]*\//u, "").replace(".jsonl", "")));
    expect(situations.map(({ name }) => name).filter((name) => !recorded.has(name))).toEqual([]);
  });

  it.each(cases)("%s", (file, { tells, not, talks, calls }) => {
    const lines = replay(trace(file), ({ type }) => !/^(?:device|extension)-state/u.test(type));
    let from = 0;
    for (const beginning of tells) {
      const index = lines.findIndex((line, at) => at >= from && line.startsWith(beginning));
      expect(index, `${beginning} after line ${from} of\n${lines.join("\n")}`).toBeGreaterThanOrEqual(from);
      from = index + 1;
    }
    expect(lines.filter((line) => not?.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("originated"))).toHaveLength(calls);
    expect(lines.filter((line) => line.startsWith("call-cleared"))).toHaveLength(calls);
    const talked = lines.filter((line) => line.includes("talked: ")).map((line) => line.trim().slice(8));
    expect(talked.toSorted()).toEqual(talks.toSorted());
  });
});
