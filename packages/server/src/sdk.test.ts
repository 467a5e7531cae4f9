import { readdirSync } from "node:fs";
import type { AddressInfo } from "node:net";
import { createClient, liveCalls } from "@cordboard/sdk";
import type { Cordboard, EventMessage, EventsOptions, LiveState } from "@cordboard/sdk";
import { describe, expect, it } from "vitest";
import { callRoutes } from "./calls/routes.ts";
import { conferenceRoomRoutes } from "./conference-rooms/routes.ts";
import { eventRoutes } from "./events/routes.ts";
import { StreamHub } from "./events/stream-hub.ts";
import { extensionRoutes } from "./extensions/routes.ts";
import { mailboxRoutes } from "./mailboxes/routes.ts";
import { parkingRoutes } from "./parking/routes.ts";
import { pbxRoutes } from "./pbxs/routes.ts";
import { queueRoutes } from "./queues/routes.ts";
import { EnginePbx } from "./testing/events/engine-pbx.ts";
import { openPublishing } from "./testing/events/publishing.ts";
import type { Publishing } from "./testing/events/publishing.ts";
import { oneOf, randomFrom } from "./testing/faults/random.ts";
import { WildRelay } from "./testing/faults/wild-relay.ts";
import { testApp } from "./testing/test-app.ts";
import type { FakeTokens } from "./testing/test-app.ts";

const phones = ["1000", "1001", "1002", "1003", "1004", "1005", "1006"];

interface Served extends AsyncDisposable {
  readonly publisher: Publishing["publisher"];
  readonly live: Publishing["publisher"]["live"];
  readonly hub: StreamHub;
  readonly tokens: FakeTokens;
  readonly relay: WildRelay;
  readonly pbx: EnginePbx;
}

/** A server that is told of recorded sessions, and a wire to it that can be cut. */
async function serve(): Promise<Served> {
  const stack = new AsyncDisposableStack();
  const { database, log, publisher } = await openPublishing();
  stack.defer(() => database.destroy());
  stack.defer(() => publisher.close());
  const { live } = publisher;
  // So that every tick tells where the stream is, also to who sees none of the last events.
  const hub = new StreamHub({ log, live, heartbeatMs: 0 });
  publisher.listen(hub);
  const { app, tokens } = await testApp({
    routes: [
      ...callRoutes(live),
      ...conferenceRoomRoutes(live),
      ...eventRoutes(hub),
      ...extensionRoutes(live),
      ...mailboxRoutes(live),
      ...parkingRoutes(live),
      ...pbxRoutes(live),
      ...queueRoutes(live),
    ],
    requestsPerMinute: 100_000,
  });
  stack.defer(() => app.close());
  stack.defer(() => hub.close());
  await app.listen({ host: "127.0.0.1", port: 0 });
  const relay = stack.use(await WildRelay.to((app.server.address() as AddressInfo).port));
  const pbx = new EnginePbx("hq");
  publisher.add(pbx, "Head office");
  pbx.knowsPhones(...phones);
  return { publisher, live, hub, tokens, relay, pbx, [Symbol.asyncDispose]: () => stack.disposeAsync() };
}

const names = ["calls", "extensions", "mailboxes", "pbxs", "queues", "conferenceRooms", "parking"] as const;
type Lists = Record<string, readonly string[]>;

/** What a client has kept, as the lists of the API have it. */
function kept(live: LiveState): Lists {
  const { parkedCalls: parking, ...rest } = pick(live);
  const maps = { ...rest, parking };
  return Object.fromEntries(names.map((name) => [name, sorted(maps[name].values())]));
}

function pick(live: LiveState): Pick<LiveState, Exclude<(typeof names)[number], "parking"> | "parkedCalls"> {
  const { calls, extensions, mailboxes, pbxs, queues, conferenceRooms, parkedCalls } = live;
  return { calls, extensions, mailboxes, pbxs, queues, conferenceRooms, parkedCalls };
}

async function listed(cordboard: Cordboard): Promise<Lists> {
  const lists = names.map(async (name) => [name, sorted((await cordboard[name].list()).items)] as const);
  return Object.fromEntries(await Promise.all(lists));
}

function sorted(items: Iterable<object>): string[] {
  return [...items].map((item) => JSON.stringify(canonical(item))).toSorted();
}

/** With keys, and ids of calls, which have no order, in one. How many calls a PBX has in all, only some tokens see. */
function canonical(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(canonical);
  if (typeof value !== "object" || value === null) return value;
  const entries = Object.entries(value).filter(([, each]) => each !== undefined);
  return Object.fromEntries(
    entries
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, each]) => [key, key === "callIds" ? (each as string[]).toSorted() : canonical(each)]),
  );
}

const withoutCounts = ({ pbxs = [], ...rest }: Lists): Lists => ({
  ...rest,
  pbxs: pbxs.map((pbx) => pbx.replace(/"calls":\d+/, "")),
});

/** Recordings with transfers, a conference, a queue and a parking lot. */
const sessions = readdirSync(new URL("../../call-engine/fixtures/22", import.meta.url))
  .filter((file) => /^(blind-transfer|attended-transfer|conference-kick|queue-.*|park.*|forward.*)\.jsonl$/.test(file))
  .map((file) => `22/${file}`);

interface View {
  readonly token: string;
  readonly options: EventsOptions;
  /** What of the lists the stream is about. */
  readonly of: (lists: Lists) => Lists;
  readonly listed: (cordboard: Cordboard) => Promise<Lists>;
}

const views: readonly [string, View][] = [
  ["everything", { token: "all", options: {}, of: (lists) => lists, listed }],
  ["what its token may see", { token: "some", options: {}, of: withoutCounts, listed }],
  [
    "the calls in which one extension takes part",
    {
      token: "all",
      options: { extension: ["1000"] },
      of: ({ calls = [] }) => ({ calls }),
      listed: async ({ calls }) => ({ calls: sorted((await calls.list({ extension: "1000" })).items) }),
    },
  ],
];

describe("the client of the SDK, against the server", () => {
  it.each(views)(
    "has %s just as the API lists it, wherever the wire is cut",
    async (_name, view) => {
      await using server = await serve();
      const { live, hub, publisher, pbx, relay } = server;
      server.tokens.scopes.set("some", { pbxs: "*", extensions: ["1000"], verbs: ["read"] });
      const cordboard = createClient({ url: `http://127.0.0.1:${relay.port}`, token: view.token });
      const reliable = createClient({ url: `http://127.0.0.1:${relay.target}`, token: view.token });
      const stop = new AbortController();
      const stream = cordboard.events({ ...view.options, signal: stop.signal, backoff: { minMs: 1, maxMs: 5 } });
      const told: EventMessage[] = [];
      let state: LiveState | undefined;
      const following = (async () => {
        for await (const { event, live: now } of liveCalls(stream)) {
          state = now;
          told.push(event);
        }
      })();
      const random = randomFrom(7);
      const troubles: Promise<void>[] = [];
      for (const session of sessions) {
        for (const _ of pbx.playing(session)) {
          if (random(20) !== 0) continue;
          await publisher.flush();
          troubles.push(relay.make(oneOf(random, ["reset", "at-byte", "end"]), random, 20));
          if (random(2) === 0) continue;
          await expect.poll(() => (hub.tick(), stream.cursor), { timeout: 20_000, interval: 1 }).toBe(live.cursor);
          expect(view.of(kept(state as LiveState))).toEqual(view.of(await view.listed(reliable)));
        }
      }
      await Promise.all(troubles);
      stop.abort();
      await following;
      const seqs = told.flatMap((event) => ("seq" in event ? [event.seq] : []));
      expect(told.filter(({ type }) => type === "gap" || type === "snapshot")).toHaveLength(1);
      expect(seqs).toEqual([...new Set(seqs)].toSorted((a, b) => a - b));
      expect(seqs.length).toBeGreaterThan(50);
      expect(relay.connections).toBeGreaterThan(20);
    },
    120_000,
  );
});
