import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createClient, liveCalls } from "@cordboard/sdk";
import type { CallRecord, Cordboard, CreatedToken, NewToken } from "@cordboard/sdk";
import { callRecordSchema } from "@cordboard/sdk/schemas";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SERVER_CONFIG } from "./config/schema.ts";
import { LiveBoard } from "./live/live-board.ts";
import { startServer } from "./server.ts";
import type { RunningServer } from "./server.ts";
import { replayedCall } from "./testing/replayed-call.ts";

const everything: NewToken = { name: "all", scope: { pbxs: "*", extensions: "*", verbs: ["admin"] } };
const stack = new AsyncDisposableStack();
let server: RunningServer;
let url: string;
let cordboard: Cordboard;

// One server with a PBX on which 1000 calls 1002 over and over, and a client of it.
beforeAll(async () => {
  const storageFolder = mkdtempSync(join(tmpdir(), "cordboard-sdk-"));
  stack.defer(() => rmSync(storageFolder, { recursive: true }));
  const { host, port } = stack.use(await replayedCall());
  server = await startServer({
    pbxs: [{ id: "hq", name: "Head office", ami: { host, port, username: "replay", secret: "replay" } }],
    config: DEFAULT_SERVER_CONFIG,
    storageFolder,
    listen: { address: "127.0.0.1", port: 0 },
    board: new LiveBoard(),
    log: pino({ level: "silent" }),
  });
  stack.use(server);
  url = server.apiUrl ?? "";
  cordboard = createClient({ url, token: (await server.tokens.create(everything)).secret });
}, 30_000);
afterAll(() => stack.disposeAsync());

const failure = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => "It did not fail.",
    (error: unknown) => error,
  );

/** Waits until a call has ended, and returns what the history keeps of it. */
async function endedCall(): Promise<CallRecord> {
  for await (const event of cordboard.events({ type: ["call-cleared"], snapshots: false }))
    if (event.type === "call-cleared") return cordboard.callHistory.get(event.call.id);
  throw new Error("The stream ended.");
}

describe("the methods of the SDK, against the server", () => {
  it("follow a call from its first ring to the history, in a program of a few lines", async () => {
    // A call whose beginning the server has seen too.
    await endedCall();
    const seen: string[] = [];
    let id: string | undefined;
    for await (const { event, live } of liveCalls(cordboard.events())) {
      if (event.type === "originated") id ??= event.call.id;
      if (!("call" in event) || event.call.id !== id) continue;
      seen.push(event.type);
      expect(live.calls.has(event.call.id)).toBe(event.type !== "call-cleared");
      if (event.type === "call-cleared") break;
    }
    expect(seen.filter((type) => type !== "updated")).toEqual([
      "originated",
      "delivered",
      "established",
      "established",
      "connection-cleared",
      "connection-cleared",
      "call-cleared",
    ]);
    expect(await cordboard.callHistory.get(id ?? "")).toMatchObject({ pbx: "hq", result: "answered", dialled: "1002" });
  }, 30_000);

  it("list what there is, and take every query they offer", async () => {
    const ofPbx = { pbx: "hq" };
    const { items: pbxs, cursor } = await cordboard.pbxs.list();
    expect(pbxs).toMatchObject([{ id: "hq", name: "Head office", state: "up" }]);
    expect(await cordboard.pbxs.get("hq")).toMatchObject({ id: "hq" });
    const lists = [
      cordboard.calls.list({ ...ofPbx, extension: "1000", queue: "sales" }),
      cordboard.extensions.list({ ...ofPbx, search: "10" }),
      cordboard.presence.list(ofPbx),
      cordboard.queues.list(ofPbx),
      cordboard.conferenceRooms.list(ofPbx),
      cordboard.parking.list(ofPbx),
      cordboard.mailboxes.list(ofPbx),
    ];
    for (const list of await Promise.all(lists)) expect(list.cursor.split(".")[0]).toBe(cursor.split(".")[0]);
    const next = await cordboard.events({ after: cursor, pbx: ["hq"], extension: ["1000", "1002"] }).next();
    expect(next.value).toMatchObject({ pbx: "hq" });
  }, 30_000);

  it("say what is not there, and what may not be done", async () => {
    const methods = [
      cordboard.pbxs.get("no"),
      cordboard.calls.get("no"),
      cordboard.extensions.get("no"),
      cordboard.extensions.devices("no"),
      cordboard.presence.get("no"),
      cordboard.presence.get("CustomPresence:no"),
      cordboard.presence.set("no", { state: "away" }),
      cordboard.queues.get("no"),
      cordboard.conferenceRooms.get("no"),
      cordboard.mailboxes.get("no"),
      cordboard.callHistory.get("no"),
      cordboard.tokens.revoke("no"),
    ];
    const errors = await Promise.all(methods.map(failure));
    expect(errors).toMatchObject(methods.map(() => ({ status: 404, code: "NOT_FOUND" })));
    const guest = createClient({ url });
    expect(await failure(guest.calls.list())).toMatchObject({ status: 401, code: "TOKEN_REQUIRED" });
    const wrong = createClient({ url, token: "wrong" });
    expect(await failure(wrong.events().next())).toMatchObject({ status: 401, code: "TOKEN_INVALID" });
    expect(await failure(cordboard.events({ after: "x".repeat(101) }).next())).toMatchObject({ code: "BAD_REQUEST" });
  });

  it("search the history page by page, and export it", async () => {
    const first = await endedCall();
    const second = await endedCall();
    const found: CallRecord[] = [];
    const query = { from: first.startedAt, limit: 1, number: "1000", result: ["answered" as const] };
    for await (const record of cordboard.callHistory.search(query)) found.push(callRecordSchema.parse(record));
    expect(found.map(({ id }) => id)).toEqual(expect.arrayContaining([first.id, second.id]));
    expect(new Set(found.map(({ id }) => id)).size).toBe(found.length);
    for (const format of ["csv", "json"] as const) {
      const decoder = new TextDecoder();
      let text = "";
      for await (const bytes of await cordboard.callHistory.export({ format, from: first.startedAt }))
        text += decoder.decode(bytes, { stream: true });
      expect(text).toContain(second.id);
    }
  }, 60_000);

  it("make, list and revoke tokens, whose streams end with the server's error", async () => {
    const made: CreatedToken = await cordboard.tokens.create({
      name: "page",
      scope: { pbxs: ["hq"], extensions: ["1002"], verbs: ["read"] },
    });
    const page = createClient({ url, token: made.secret });
    expect(await failure(page.tokens.list())).toMatchObject({ status: 403, code: "FORBIDDEN" });
    const events = page.events({ backoff: { minMs: 1, maxMs: 5 } });
    expect((await events.next()).value?.type).toBe("snapshot");
    expect((await cordboard.tokens.list()).map(({ id }) => id)).toContain(made.id);
    await cordboard.tokens.revoke(made.id);
    const ended = (async () => {
      for await (const _event of events) {
        // What was on its way.
      }
    })();
    expect(await failure(ended)).toMatchObject({ status: 401, code: "TOKEN_INVALID" });
  }, 30_000);

  it("open a stream with a ticket for each connection, and with none twice", async () => {
    const tickets: string[] = [];
    const page = createClient({
      url,
      ticket: async () => {
        const { ticket } = await cordboard.tickets.create();
        tickets.push(ticket);
        return ticket;
      },
    });
    expect((await page.events().next()).value?.type).toBe("snapshot");
    const again = createClient({ url, ticket: () => tickets[0] ?? "" });
    expect(await failure(again.events().next())).toMatchObject({ status: 401, code: "TICKET_INVALID" });
  });
});
