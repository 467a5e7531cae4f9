import type { Call, StreamEvent } from "@cordboard/sdk";
import { traceFiles } from "@cordboard/call-engine/testing";
import { describe, expect, it } from "vitest";
import { EnginePbx } from "../testing/events/engine-pbx.ts";
import { openPublishing } from "../testing/events/publishing.ts";
import type { Publishing } from "../testing/events/publishing.ts";
import { Viewer } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { webSocketFraming } from "./framing.ts";
import { framesFor } from "./viewer-group.ts";

const phones = ["1000", "1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008"];

/** Sessions in which people are in queues, rooms and parking lots, or come and go. */
const busyFiles = traceFiles.filter((file) => /22\/.*(?:queue|conference|park|transfer|pickup)/.test(file));

/** A publisher to which a PBX with the lab's phones is added. */
class Office implements AsyncDisposable {
  readonly publishing: Publishing;
  readonly pbx: EnginePbx = new EnginePbx("office");

  private constructor(publishing: Publishing) {
    this.publishing = publishing;
    publishing.publisher.add(this.pbx, "Office");
    this.pbx.knowsPhones(...phones);
  }

  static async open(): Promise<Office> {
    return new Office(await openPublishing());
  }

  /** A recorded session, published. */
  static async after(file: string): Promise<Office> {
    const office = await Office.open();
    office.pbx.plays(file);
    await office.publishing.publisher.flush();
    return office;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.publishing.publisher.close();
    await this.publishing.database.destroy();
  }
}

const of = (...extensions: string[]): Viewer => new Viewer({ pbxs: "*", extensions });

/** Whether somebody of extension `who` has a part in an event, read from what was told alone. `before` is the call as it was told before. */
function concerns(event: StreamEvent, who: string, before: Call | undefined): boolean {
  const has = (one: { readonly extension?: string | undefined } | undefined): boolean => one?.extension === who;
  if (!("call" in event)) {
    if (event.type === "pbx-changed") return true;
    if (event.type === "extension-changed") return event.extension.number === who;
    if (event.type === "presence-changed") return has(event.presence);
    if (event.type === "mailbox-changed") return has(event.mailbox);
    if (event.type === "originate-failed") return event.target === `PJSIP/${who}`;
    return false;
  }
  const { call } = event;
  if (call.connections.some(has) || (before?.connections ?? []).some(has)) return true;
  if ("connection" in event && has(event.connection)) return true;
  if ("from" in event && has(event.from)) return true;
  if (event.type === "transferred" && has(event.transferring)) return true;
  if (event.type === "conferenced" && has(event.conferencing)) return true;
  if ("connections" in event) {
    const moved = new Set(event.connections.flatMap(({ from, to }) => [from.connectionId, to.connectionId]));
    const known = [...call.connections, ...call.cleared, ...(before?.connections ?? [])];
    if (known.some((one) => moved.has(one.id) && has(one))) return true;
  }
  if (event.type !== "call-cleared") return false;
  const lastTalk =
    call.talks
      .map(({ endedAt = "" }) => endedAt)
      .toSorted()
      .at(-1) ?? "";
  return call.cleared.some((one) => has(one) && one.clearedAt >= lastTalk);
}

describe("what a token with some extensions sees", () => {
  it.each(traceFiles)("of %s is what concerns them, and nothing else, for each extension", async (file) => {
    await using office = await Office.after(file);
    const { published } = office.publishing;
    const wrong: string[] = [];
    for (const who of ["1000", "1002", "1006"]) {
      const viewer = of(who);
      const last = new Map<string, Call>();
      const before = new Map<string, Call | undefined>();
      for (const { event, audience } of published) {
        let known: Call | undefined;
        if ("call" in event) {
          const { id } = event.call;
          // What is told of one moment carries the same call.
          if (last.get(id) !== event.call) before.set(id, last.get(id));
          last.set(id, event.call);
          known = before.get(id);
        }
        const sees = viewer.admitsEvent(event.pbx, event.type, audience);
        const isWrong = viewer.redacts(event.type)
          ? sees && others(viewer.redact(event), who).length > 0
          : sees !== concerns(event, who, known);
        if (isWrong) wrong.push(`${who} ${sees ? "sees" : "does not see"} ${JSON.stringify(event)}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each(busyFiles)("of %s is the same live and replayed, for many filters", async (file) => {
    await using office = await Office.after(file);
    const { published, log } = office.publishing;
    const replayed = (await log.read(0, log.head, 100_000)) ?? [];
    expect(replayed).toHaveLength(published.length);
    const calls = published.flatMap(({ event }) => ("call" in event ? [event.call.id] : [])).slice(0, 1);
    const filters: Filter[] = [
      {},
      { extension: ["1002"] },
      { queue: ["support"] },
      { type: ["originated", "queue-changed"] },
      { call: calls },
    ];
    for (const filter of filters)
      for (const extensions of ["*", ["1000"], ["1002", "1006"]] as const) {
        const viewer = new Viewer({ pbxs: "*", extensions: extensions === "*" ? "*" : [...extensions] }, filter);
        const [live, again] = [published, replayed].map((events) => framesFor(viewer, events, webSocketFraming)?.bytes);
        expect(again?.equals(live ?? Buffer.alloc(0)) ?? live === undefined).toBe(true);
      }
  });

  it.each(busyFiles)("of %s in a snapshot is the calls they take part in, and nobody else's places", async (file) => {
    await using office = await Office.open();
    const { publisher } = office.publishing;
    const everybody = new Viewer({ pbxs: "*", extensions: "*" });
    for (const _ of office.pbx.playing(file)) {
      if (publisher.waiting === 0) continue;
      await publisher.flush();
      const all = publisher.live.content(everybody);
      for (const who of ["1000", "1002"]) {
        const seen = publisher.live.content(of(who));
        expect(seen.calls).toEqual(
          all.calls.filter(({ connections }) => connections.some(({ extension }) => extension === who)),
        );
        expect(others(seen, who)).toEqual([]);
        expect(seen.extensions.filter(({ number }) => number !== who)).toEqual([]);
      }
    }
  });
});

/** Something that may tell who stands in it. */
interface Place {
  readonly connection?: { readonly extension?: string };
  readonly callId?: string;
}

/** What a snapshot or an event of a queue, a room or a lot has of such places. */
interface Places {
  readonly queue?: { readonly callers: readonly Place[] };
  readonly queues?: readonly { readonly callers: readonly Place[] }[];
  readonly room?: { readonly participants: readonly Place[] };
  readonly conferenceRooms?: readonly { readonly participants: readonly Place[] }[];
  readonly parked?: Place;
  readonly parkedCalls?: readonly Place[];
}

/** Connections and calls of others that stand in queues, rooms or parking lots. */
function others(content: object, who: string): Place[] {
  const { queue, queues = [], room, conferenceRooms = [], parked, parkedCalls = [] } = content as Places;
  const places = [
    ...[...queues, ...(queue === undefined ? [] : [queue])].flatMap(({ callers }) => callers),
    ...[...conferenceRooms, ...(room === undefined ? [] : [room])].flatMap(({ participants }) => participants),
    ...parkedCalls,
    ...(parked === undefined ? [] : [parked]),
  ];
  return places.filter(({ connection, callId }) =>
    connection === undefined ? callId !== undefined : connection.extension !== who,
  );
}

describe("a viewer", () => {
  const call = (pbx: string, ...extensions: string[]): Call => ({
    id: "c1",
    pbx,
    connections: extensions.map((extension) => ({
      id: extension,
      device: `PJSIP/${extension}`,
      extension,
      role: "called",
      state: "connected",
      startedAt: "2026-11-21T00:00:00.000Z",
    })),
    cleared: [],
    startedAt: "2026-11-21T00:00:00.000Z",
    talks: [],
    userData: {},
  });

  it("sees nothing of a PBX outside of its scope, whatever the filter says", () => {
    const viewer = new Viewer({ pbxs: ["office"], extensions: "*" }, { pbx: ["office", "branch"] });
    expect(viewer.call(call("branch", "1000"))).toBeUndefined();
    expect(viewer.call(call("office", "1000"))).toBeDefined();
  });

  it("sees less with each list of a filter", () => {
    const all = { pbxs: "*", extensions: "*" } as const;
    expect(new Viewer(all, { extension: ["1000"] }).call(call("office", "1002"))).toBeUndefined();
    expect(new Viewer(all, { extension: ["1000"], pbx: ["branch"] }).call(call("office", "1000"))).toBeUndefined();
    expect(new Viewer(all, { extension: ["1000"], call: ["c2"] }).call(call("office", "1000"))).toBeUndefined();
    expect(new Viewer(all, { extension: [] }).call(call("office", "1000"))).toBeUndefined();
    expect(new Viewer(all, { extension: ["1000", "1001"], call: ["c1"] }).call(call("office", "1000"))).toBeDefined();
  });

  it("cannot widen its scope by a filter", () => {
    const viewer = new Viewer({ pbxs: "*", extensions: ["1000"] }, { extension: ["1002"] });
    expect(viewer.call(call("office", "1002"))).toBeUndefined();
    // Both: his call, in which the one he looks for takes part.
    expect(viewer.call(call("office", "1000", "1002"))).toBeDefined();
  });

  it("has the same key as one that sees the same, and another than one that does not", () => {
    const key = (...args: ConstructorParameters<typeof Viewer>): string => new Viewer(...args).key;
    const all = { pbxs: "*", extensions: "*" } as const;
    expect(key(all, { pbx: ["a", "b"] })).toBe(key(all, { pbx: ["b", "a"] }));
    const different = [
      key(all),
      key(all, { pbx: ["a"] }),
      key(all, { extension: ["a"] }),
      key(all, { queue: ["a"] }),
      key(all, { call: ["a"] }),
      key(all, { type: ["a"] }),
      key(all, { pbx: ["a,b"] }),
      key(all, { pbx: ["a", "b"] }),
      key({ pbxs: ["a"], extensions: "*" }),
      key({ pbxs: "*", extensions: ["a"] }),
    ];
    expect(new Set(different).size).toBe(different.length);
  });
});
