import { createServer, type AddressInfo } from "node:net";
import { inspect } from "node:util";
import { afterEach, describe, expect, it } from "vitest";
import { AriClient } from "./client.ts";
import type { AriClientOptions } from "./options.ts";
import { FakeAriServer } from "./testing/fake-ari-server.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

async function pair(options: Partial<AriClientOptions> = {}): Promise<[FakeAriServer, AriClient]> {
  const fake = await FakeAriServer.start();
  cleanUps.push(() => fake.close());
  const ari = new AriClient({ ...fake.credentials, ...options });
  cleanUps.push(() => ari.close());
  return [fake, ari];
}

describe("a redirect", () => {
  it.each([301, 302, 307])("with %i is a refusal, never a success, and is not followed", async (status) => {
    const [server, ari] = await pair();
    server.route(/./, { status, headers: { Location: `${server.url}/elsewhere` } });
    const refused = { code: "ARI_HTTP_ERROR", status };
    await expect(ari.channels.hangup({ channelId: "1" })).rejects.toMatchObject(refused);
    await expect(ari.channels.list()).rejects.toMatchObject(refused);
    await expect(ari.recordings.getStoredFile({ recordingName: "a" })).rejects.toMatchObject(refused);
    expect(server.requests).toHaveLength(3);
  });
});

describe("a download", () => {
  it("shows nobody the credentials it was asked for with", async () => {
    const [server, ari] = await pair();
    server.route(/file/, { raw: "RIFF" });
    const file = await ari.recordings.getStoredFile({ recordingName: "a" });
    expect(inspect(file, { depth: 8, showHidden: true })).not.toMatch(/authorization|Basic /i);
    expect((await file.buffer()).toString()).toBe("RIFF");
  });

  it("that stops in the middle ends by the time limit of the call", async () => {
    const stalling = createServer((socket) => {
      socket.on("error", () => undefined);
      socket.resume();
      socket.write("HTTP/1.1 200 OK\r\nContent-Length: 400\r\n\r\nRIFF");
    });
    await new Promise<void>((resolve) => stalling.listen(0, "127.0.0.1", resolve));
    const url = `http://127.0.0.1:${(stalling.address() as AddressInfo).port}/ari`;
    const ari = new AriClient({ url, username: "a", password: "b" });
    cleanUps.push(async () => {
      await ari.close();
      await new Promise((resolve) => stalling.close(resolve));
    });
    const file = await ari.recordings.getStoredFile({ recordingName: "a" }, { timeoutMs: 50 });
    await expect(file.buffer()).rejects.toMatchObject({ code: "ARI_TIMEOUT" });
  });

  it("that is aborted says so", async () => {
    const [server, ari] = await pair();
    server.route(/file/, { raw: "RIFF", headers: { "Content-Length": "400" } });
    const abort = new AbortController();
    const file = await ari.recordings.getStoredFile({ recordingName: "a" }, { signal: abort.signal });
    const broken = file.buffer();
    abort.abort();
    await expect(broken).rejects.toMatchObject({ code: "ARI_ABORTED" });
  });

  it("that nobody reads and that breaks off crashes nothing", async () => {
    const [server, ari] = await pair();
    server.route(/file/, { raw: "RIFF", headers: { "Content-Length": "400" } });
    const { stream } = await ari.recordings.getStoredFile({ recordingName: "a" });
    const closed = new Promise((resolve) => stream.once("close", resolve));
    await ari.close();
    await closed;
    expect(stream.destroyed).toBe(true);
  });
});

describe("a time limit that no timer can keep", () => {
  it("of a call is the longest that one can", async () => {
    const [server, ari] = await pair();
    server.route(/GET \/channels/, async () => {
      await new Promise((resolve) => setTimeout(resolve, 20));
      return { json: [] };
    });
    await expect(ari.channels.list({ timeoutMs: Infinity })).resolves.toEqual([]);
    await expect(ari.channels.list({ timeoutMs: 1e12 })).resolves.toEqual([]);
  });

  it.each([
    ["timeoutMs", { timeoutMs: NaN }],
    ["connectTimeoutMs", { connectTimeoutMs: Infinity }],
    ["ping.idleMs", { ping: { idleMs: Infinity } }],
    ["ping.timeoutMs", { ping: { timeoutMs: 1e12 } }],
    ["reconnect.maxMs", { reconnect: { maxMs: 1e12 } }],
  ])("is refused as the option %s", (name, options) => {
    expect(() => new AriClient({ url: "http://localhost", username: "a", password: "b", ...options })).toThrow(
      expect.objectContaining({ code: "ARI_BAD_OPTION", message: expect.stringContaining(name) }),
    );
  });
});
