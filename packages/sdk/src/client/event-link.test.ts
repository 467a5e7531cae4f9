import { inspect } from "node:util";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { FakeFetch } from "../testing/fake-fetch.ts";
import { FakeLog, sseText } from "../testing/fake-log.ts";
import { sendProblem, startHttp } from "../testing/http-server.ts";
import type { HttpServer } from "../testing/http-server.ts";
import { createClient } from "./client.ts";
import type { ClientOptions } from "./client-options.ts";
import type { EventMessage, EventsOptions, Link, SnapshotEvents } from "./events-options.ts";

const backoff = { minMs: 0.1, maxMs: 1 };
const sse = { "content-type": "text/event-stream" };

/** A log of so many events, each of a call of its own. */
function logOf(count: number): FakeLog {
  const log = new FakeLog();
  for (let at = 1; at <= count; at++) log.tell("originated", `c${at}`);
  return log;
}

function eventsOf(
  server: HttpServer,
  options: EventsOptions = {},
  client: Partial<ClientOptions> = {},
): SnapshotEvents {
  return createClient({ url: server.url, token: "secret", ...client }).events({ backoff, ...options });
}

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "It did not fail.",
    (error: unknown) => error,
  );
const lost = (links: readonly Link[]): string[] =>
  links.flatMap((link) => (link.state === "lost" ? [link.error.message] : []));

/** Takes messages up to this cursor. */
async function until(events: SnapshotEvents, cursor: string): Promise<string[]> {
  const cursors: string[] = [];
  for await (const event of events) {
    cursors.push(event.cursor);
    if (event.cursor === cursor) break;
  }
  return cursors;
}

describe("a stream that is lost", () => {
  it("goes on behind the last event, after TOO_SLOW and SERVER_STOPS too, and tells of it", async () => {
    const log = logOf(3);
    const codes = ["TOO_SLOW", "SERVER_STOPS"];
    await using server = await startHttp(({ url }, response) => {
      response.writeHead(200, sse);
      const after = new URL(url, "http://x").searchParams.get("after") ?? "";
      const code = codes.shift();
      const events = log.after(Number(after.split(".")[1]));
      for (const event of code === undefined ? events : events.slice(0, 1)) response.write(sseText(event));
      // The connection stays open: the message alone has to be enough.
      if (code !== undefined)
        response.write(sseText({ type: "closing", code, message: "said so", cursor: log.cursor }));
    });
    const links: Link[] = [];
    expect(await until(eventsOf(server, { after: "e1.0", onLink: (link) => links.push(link) }), "e1.3")).toEqual([
      "e1.1",
      "e1.2",
      "e1.3",
    ]);
    expect(server.requests.map(({ url }) => url)).toEqual([0, 1, 2].map((seq) => `/api/v1/events?after=e1.${seq}`));
    expect(lost(links)).toEqual(["TOO_SLOW", "SERVER_STOPS"].map((code) => `GET /api/v1/events: ${code}: said so.`));
    expect(links.filter(({ state }) => state === "open")).toHaveLength(3);
  });

  it("goes on behind the last heartbeat, where a filter lets nothing pass", async () => {
    const log = logOf(9);
    await using server = await startHttp(({ url }, response) => {
      response.writeHead(200, sse);
      if (url.includes("after=e1.9")) response.write(sseText({ ...log.events[0], cursor: "e1.10", seq: 10 }));
      else response.end(sseText(log.heartbeat()));
    });
    const events = eventsOf(server, { after: "e1.2", extension: ["1000", "1001"], type: ["held"], snapshots: false });
    expect(await until(events, "e1.10")).toEqual(["e1.10"]);
    expect(server.requests[1]?.url).toBe("/api/v1/events?after=e1.9&extension=1000%2C1001&type=held&snapshot=false");
  });

  it("forgets a gap that was cut off from its snapshot, if there is none any more", async () => {
    const log = logOf(2);
    let first = true;
    await using server = await startHttp((_request, response) => {
      response.writeHead(200, sse);
      const messages = first ? [{ type: "gap", cursor: "e1.2", reason: "unknown" }] : log.events;
      first = false;
      response.end(messages.map(sseText).join(""));
    });
    expect(await until(eventsOf(server, { after: "e1.0" }), "e1.2")).toEqual(["e1.1", "e1.2"]);
  });

  it("ends with the server's error once the token has ended or may not", async () => {
    for (const [status, code] of [
      [401, "TOKEN_INVALID"],
      [403, "FORBIDDEN"],
      [400, "BAD_REQUEST"],
    ] as const) {
      let first = true;
      await using server = await startHttp((_request, response) => {
        if (!first) {
          sendProblem(response, status, code, "It has ended.");
          return;
        }
        first = false;
        response.writeHead(200, sse);
        response.end(sseText({ type: "closing", code: "TOKEN_ENDED", message: "", cursor: "e1.0" }));
      });
      const events = eventsOf(server);
      expect(await failure(events.next())).toMatchObject({ status, code });
      expect(await events.next()).toEqual({ done: true, value: undefined });
    }
  });

  it("asks for a new token before each attempt, so that one may replace another", async () => {
    const log = logOf(1);
    await using server = await startHttp(({ headers }, response) => {
      response.writeHead(200, sse);
      if (headers.authorization === "Bearer t2") response.write(sseText(log.snapshot()));
      else response.end(sseText({ type: "closing", code: "TOKEN_ENDED", message: "", cursor: "e1.0" }));
    });
    let asked = 0;
    expect(await until(eventsOf(server, {}, { token: () => `t${++asked}` }), "e1.1")).toEqual(["e1.1"]);
  });

  it("asks for a new ticket before each attempt, and sends the token nowhere then", async () => {
    const log = logOf(1);
    await using server = await startHttp(({ url }, response) => {
      if (url.endsWith("ticket=k2")) response.writeHead(200, sse).write(sseText(log.snapshot()));
      else response.destroy();
    });
    let asked = 0;
    const links: Link[] = [];
    const ticket = (): Promise<string> => {
      asked++;
      return asked === 1 ? Promise.reject(new Error("no ticket today")) : Promise.resolve(`k${asked - 1}`);
    };
    expect(await until(eventsOf(server, { onLink: (link) => links.push(link) }, { ticket }), "e1.1")).toEqual(["e1.1"]);
    expect(server.requests.map(({ url, headers }) => [url, headers.authorization])).toEqual([
      ["/api/v1/events?ticket=k1", undefined],
      ["/api/v1/events?ticket=k2", undefined],
    ]);
    expect(lost(links)[0]).toBe("The function that gives the ticket failed.");
  });

  it("is tried again for as long as the server says, and with growing waits else", async () => {
    const log = logOf(1);
    const waits: number[] = [];
    const controller = new AbortController();
    let attempts = 0;
    await using server = await startHttp((_request, response) => {
      attempts++;
      if (attempts === 6) response.setHeader("retry-after", "60");
      if (attempts === 4) response.writeHead(200, sse).end(sseText(log.snapshot()));
      else sendProblem(response, 503, "PBX_UNAVAILABLE", "Later.");
    });
    const onLink = (link: Link): void => {
      if (link.state !== "lost") return;
      waits.push(link.retryInMs);
      if (waits.length === 6) controller.abort();
    };
    const events = eventsOf(server, { onLink, signal: controller.signal, backoff: { minMs: 2, maxMs: 8 } });
    expect((await events.next()).value?.type).toBe("snapshot");
    expect(await events.next()).toEqual({ done: true, value: undefined });
    const between = [
      [1, 2],
      [2, 4],
      [4, 8],
      [1, 2],
      [2, 4],
      [60_000, 60_000],
    ];
    expect(waits.filter((wait, at) => wait < (between[at]?.[0] ?? 0) || wait > (between[at]?.[1] ?? 0))).toEqual([]);
  });

  it("is taken for dead when nothing comes, and when it does not even open", async () => {
    const log = logOf(1);
    let attempts = 0;
    await using server = await startHttp((_request, response) => {
      attempts++;
      if (attempts === 1) return;
      response.writeHead(200, sse);
      response.write(attempts === 2 ? ": hello\n\n" : sseText(log.snapshot()));
    });
    const links: Link[] = [];
    const events = eventsOf(server, { silenceMs: 30, timeoutMs: 40, onLink: (link) => links.push(link) });
    expect(await until(events, "e1.1")).toEqual(["e1.1"]);
    expect(lost(links)).toEqual([40, 30].map((ms) => `GET /api/v1/events: nothing came within ${ms} ms.`));
    await expect.poll(() => server.connections()).toBe(0);
  });
});

describe("a server that is not one", () => {
  const answers: readonly [string, Record<string, string>, string][] = [
    ["a page", { "content-type": "text/html" }, "<html>"],
    ["JSON", { "content-type": "application/json" }, "{}"],
    ["no type at all", {}, "data: {}\n\n"],
    ["a stream of something else", sse, "data: hello\n\n"],
    ["a stream of numbers", sse, "data: 7\n\n"],
    ["a message without end", sse, `data: ${"x".repeat(20_000)}`],
    ["a message of very many lines", sse, "data: x\n".repeat(5000)],
    ["a snapshot of nonsense", sse, sseText({ type: "snapshot", cursor: "e1.1", calls: [{ connections: 7 }] })],
    ["bytes that are no text", sse, `data: {"type":"held\u0000\n\n`],
  ];
  it.each(answers)("ends the stream with an error: %s", async (_name, headers, body) => {
    await using server = await startHttp((_request, response) => response.writeHead(200, headers).write(body));
    const error = await failure(eventsOf(server, {}, { maxLength: 10_000 }).next());
    expect(error).toMatchObject({ code: "SDK_BAD_REPLY" });
    expect(inspect(error)).not.toContain("secret");
    expect(server.requests).toHaveLength(1);
    await expect.poll(() => server.connections()).toBe(0);
  });
});

describe("who takes the events", () => {
  it("is never sent more than a little ahead, however slow", async () => {
    const log = logOf(1);
    const event = log.events[0];
    let seq = 0;
    await using server = await startHttp((_request, response) => {
      response.writeHead(200, sse);
      const write = (): void => {
        let more = true;
        while (more && !response.destroyed) {
          seq++;
          more = response.write(sseText({ ...event, seq, cursor: `e1.${seq}`, filler: "x".repeat(9000) }));
        }
        response.once("drain", write);
      };
      write();
    });
    const events = eventsOf(server, { after: "e1.0" });
    const taken: string[] = [];
    for await (const { cursor } of events) {
      taken.push(cursor);
      if (taken.length === 5000) break;
    }
    expect(taken.at(-1)).toBe("e1.5000");
    // What the kernel's buffers hold between the two, some megabytes, and no more.
    expect(seq - taken.length).toBeLessThan(2000);
  }, 60_000);

  it("can stop at any point: whatever is waited for ends, and the connection with it", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ cutAfter: fc.integer({ min: 0, max: 2000 }), status: fc.constantFrom(undefined, 503) })),
        fc.integer({ min: 0, max: 60 }),
        fc.constantFrom("signal", "client", "return"),
        async (fates, ticks, how) => {
          const fetch = new FakeFetch(logOf(3), fates);
          const controller = new AbortController();
          const { signal } = controller;
          const client = createClient({ url: "http://h", fetch: fetch.fetch, ...(how === "client" ? { signal } : {}) });
          const events = client.events({ backoff, ...(how === "signal" ? { signal } : {}) });
          const taking = (async () => {
            for await (const _event of { [Symbol.asyncIterator]: () => ({ next: () => events.next() }) }) {
              // Nothing to do with it.
            }
          })();
          for (let tick = 0; tick < ticks; tick++) await (tick % 7 === 6 ? new Promise(setImmediate) : undefined);
          if (how === "return") await events.return?.();
          else controller.abort();
          await taking;
          expect(await events.next()).toEqual({ done: true, value: undefined });
          expect(fetch.open).toBe(0);
        },
      ),
      { numRuns: 300 },
    );
  }, 60_000);

  it("gets nothing more once it has stopped, though more has come", async () => {
    const controller = new AbortController();
    const fetch = new FakeFetch(logOf(3), [{ pieceLength: 100_000 }]);
    const events = createClient({ url: "http://h", fetch: fetch.fetch }).events({
      after: "e1.0",
      signal: controller.signal,
    });
    const taken: EventMessage[] = [];
    for await (const event of events) {
      taken.push(event);
      controller.abort();
    }
    expect(taken).toHaveLength(1);
    expect(events.cursor).toBe("e1.1");
    expect(fetch.open).toBe(0);
  });

  it("is never behind a gap without its snapshot", async () => {
    const log = logOf(3);
    log.forget();
    const fetch = new FakeFetch(log);
    const events = createClient({ url: "http://h", fetch: fetch.fetch }).events({ after: "e1.1" });
    expect([(await events.next()).value?.type, events.cursor]).toEqual(["gap", "e1.1"]);
    expect([(await events.next()).value?.type, events.cursor]).toEqual(["snapshot", "e1.3"]);
    await events.return?.();
  });

  it("leaves nothing behind on a signal that lives longer", async () => {
    const { signal } = new AbortController();
    let listeners = 0;
    const add = signal.addEventListener.bind(signal);
    const remove = signal.removeEventListener.bind(signal);
    signal.addEventListener = (...parts: Parameters<typeof add>) => (listeners++, add(...parts));
    signal.removeEventListener = (...parts: Parameters<typeof remove>) => (listeners--, remove(...parts));
    const fetch = new FakeFetch(logOf(3), [{ cutAfter: 500 }, { status: 503 }]);
    const client = createClient({ url: "http://h", fetch: fetch.fetch, signal });
    await until(client.events({ after: "e1.0", signal, backoff }), "e1.3");
    expect(listeners).toBe(0);
  });
});
