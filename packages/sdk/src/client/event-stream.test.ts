import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeFetch } from "../testing/fake-fetch.ts";
import type { Fate } from "../testing/fake-fetch.ts";
import { FakeLog } from "../testing/fake-log.ts";
import { createClient } from "./client.ts";
import type { EventMessage, EventsOptions, SnapshotEvents } from "./events-options.ts";
import { liveCalls } from "./live-calls.ts";

const quick = { minMs: 0.1, maxMs: 1 };
const url = "http://cordboard.test";

function stream(fetch: FakeFetch, options: EventsOptions = {}): SnapshotEvents {
  return createClient({ url, token: "secret", fetch: fetch.fetch }).events({ backoff: quick, ...options });
}

async function take(events: AsyncIterable<EventMessage>, count: number): Promise<EventMessage[]> {
  const taken: EventMessage[] = [];
  for await (const event of events) {
    taken.push(event);
    if (taken.length === count) break;
  }
  return taken;
}

const seqs = (messages: readonly EventMessage[]): number[] =>
  messages.flatMap((message) => ("seq" in message ? [message.seq] : []));
const types = (messages: readonly EventMessage[]): string[] => messages.map(({ type }) => type);

/** Tells of some calls: each number is what happens to the call of that number next. */
function happen(log: FakeLog, what: readonly number[]): void {
  for (const number of what) {
    const id = `c${number}`;
    log.tell(log.calls.has(id) ? (log.seq % 2 === 0 ? "established" : "call-cleared") : "originated", id);
  }
}

/** A gap is followed by its snapshot, an event or a snapshot by the event with the next number. */
function mayFollow(event: EventMessage, before: EventMessage | undefined): boolean {
  if (before === undefined || event.type === "gap") return true;
  if (event.type === "snapshot") return before.type === "gap";
  return before.type !== "gap" && event.seq === Number(before.cursor.split(".")[1]) + 1;
}

const happening = fc.array(fc.integer({ min: 1, max: 4 }), { maxLength: 6 });
const fate = fc.record({ cutAfter: fc.integer({ min: 0, max: 4000 }), pieceLength: fc.integer({ min: 1, max: 900 }) });

describe("the stream of events", () => {
  it("begins with a snapshot and goes on with what happens", async () => {
    const log = new FakeLog();
    log.tell("originated", "c1");
    const fetch = new FakeFetch(log);
    const events = stream(fetch);
    expect(types(await take({ [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }, 1))).toEqual([
      "snapshot",
    ]);
    log.tell("established", "c1");
    log.tell("call-cleared", "c1");
    expect(types(await take(events, 2))).toEqual(["established", "call-cleared"]);
    expect(events.cursor).toBe("e1.3");
    expect(fetch.requests[0]?.url.href).toBe(`${url}/api/v1/events`);
  });

  it("tells every event exactly once and in order, wherever connections are cut", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fate, happening), { maxLength: 12 }), happening, async (cuts, first) => {
        const log = new FakeLog();
        const start = log.cursor;
        happen(log, first);
        const fetch = new FakeFetch(
          log,
          cuts.map(([{ cutAfter, pieceLength }, what]) => ({ cutAfter, pieceLength, before: () => happen(log, what) })),
        );
        const got: EventMessage[] = [];
        const end = (): boolean => fetch.fatesLeft === 0 && got.length === log.seq;
        const onLink = (): void => {
          if (fetch.fatesLeft === 0) log.tell("originated", "last");
        };
        for await (const event of stream(fetch, { after: start, onLink })) {
          got.push(event);
          if (end()) break;
        }
        expect(seqs(got)).toEqual(Array.from({ length: log.seq }, (_, at) => at + 1));
      }),
      { numRuns: 150 },
    );
  }, 60_000);

  it("always shows the calls that there are, also when the log was lost or is too short meanwhile", async () => {
    const mishap = fc.constantFrom("none", "forget", "epoch");
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fate, happening, mishap), { maxLength: 10 }), async (cuts) => {
        const log = new FakeLog();
        let epochs = 1;
        const fates = cuts.map(([{ cutAfter, pieceLength }, what, what2]): Fate => ({
          cutAfter,
          pieceLength,
          before: () => {
            happen(log, what);
            if (what2 === "forget") log.forget();
            if (what2 === "epoch") log.begin(`e${++epochs}`);
          },
        }));
        const fetch = new FakeFetch(log, fates);
        const events = stream(fetch, {
          onLink: () => {
            if (fetch.fatesLeft === 0) log.tell("originated", "last");
          },
        });
        const got: EventMessage[] = [];
        for await (const { event, live } of liveCalls(events)) {
          got.push(event);
          if (fetch.fatesLeft > 0 || events.cursor !== log.cursor || !log.calls.has("last")) continue;
          expect(new Map(live.calls)).toEqual(log.calls);
          break;
        }
        expect(got.filter((event, at) => !mayFollow(event, got[at - 1]))).toEqual([]);
      }),
      { numRuns: 150 },
    );
  }, 60_000);
});
