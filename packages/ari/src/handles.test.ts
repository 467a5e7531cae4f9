import { afterEach, describe, expect, it, vi } from "vitest";
import { AriClient } from "./client.ts";
import { AriError } from "./errors.ts";
import type { ChannelHandle } from "./handles/channel-handle.ts";
import type { AriListenerError } from "./options.ts";
import { channelEvent, playbackEvent, stamp, stasisStart } from "./testing/events.ts";
import { FakeAriServer } from "./testing/fake-ari-server.ts";

const cleanUps: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const cleanUp of cleanUps.splice(0).toReversed()) await cleanUp();
});

const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { interval: 2, timeout: 5_000 });

async function connected(): Promise<[FakeAriServer, AriClient]> {
  const server = await FakeAriServer.start();
  cleanUps.push(() => server.close());
  server.route(/^(POST|DELETE) /, { json: {} });
  const ari = new AriClient({ ...server.credentials, apps: ["hello", "other"], reconnect: { minMs: 1, maxMs: 5 } });
  cleanUps.push(() => ari.close());
  await ari.connect();
  await until(() => expect(server.sockets.size).toBe(1));
  return [server, ari];
}

const rejection = async (promise: Promise<unknown>): Promise<AriError> => {
  const error = await promise.then(
    () => new Error("it resolved"),
    (thrown: unknown) => thrown,
  );
  expect(error).toBeInstanceOf(AriError);
  return error as AriError;
};

/** After everything sent so far has been handed out. */
async function settled(server: FakeAriServer, ari: AriClient): Promise<void> {
  const marker = ari.waitFor("Marker");
  server.send({ type: "Marker", ...stamp() });
  await marker;
}

describe("a playback", () => {
  it("that starts and ends before Asterisk has even answered the request is not missed", async () => {
    const [server, ari] = await connected();
    server.route(/^POST \/channels\/c1\/play\//, async ({ target }) => {
      const id = /play\/([^?]+)/.exec(target)?.[1] ?? "";
      server.send(playbackEvent("PlaybackStarted", id, "c1", "playing"));
      server.send(playbackEvent("PlaybackFinished", id, "c1", "done"));
      await settled(server, ari);
      return { status: 201, json: { id } };
    });
    const playback = await ari.channel("c1").play("sound:hello-world", { lang: "en" });
    expect(playback.ended).toBe(true);
    expect((await playback.started()).state).toBe("playing");
    expect((await playback.finished()).state).toBe("done");
    expect(await rejection(playback.finished())).toMatchObject({ code: "ARI_RESOURCE_GONE" });
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      `POST /channels/c1/play/${playback.id}?media=sound%3Ahello-world&lang=en`,
    ]);
  });

  it("that fails is an error of `finished`", async () => {
    const [server, ari] = await connected();
    server.route(/\/play\//, { status: 201, json: {} });
    const playback = await ari.channel("c1").play(["sound:a", "sound:nope"]);
    const finished = rejection(playback.finished());
    server.send(playbackEvent("PlaybackFinished", playback.id, "c1", "failed"));
    expect(await finished).toMatchObject({ code: "ARI_PLAYBACK_FAILED" });
  });

  it("that Asterisk refuses leaves nothing behind", async () => {
    const [server, ari] = await connected();
    server.route(/\/play\//, { status: 409, json: { message: "Channel not in Stasis application" } });
    expect(await rejection(ari.channel("c1").play("sound:a"))).toMatchObject({
      code: "ARI_CONFLICT",
      operation: "channels.playWithId",
    });
    expect(watched(ari)).toEqual([]);
  });

  it("is steered by its id", async () => {
    const [server, ari] = await connected();
    await ari.playback("p1").control("pause");
    await ari.playback("p1").stop();
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual([
      "POST /playbacks/p1/control?operation=pause",
      "DELETE /playbacks/p1",
    ]);
  });
});

/** What the client still watches; a leak would show here. */
const watched = (ari: AriClient): string[] =>
  (ari as unknown as { hub: { resourceKeys(): string[] } }).hub.resourceKeys();

describe("a channel", () => {
  it("originated with an id of ours misses no event, however late its listeners come", async () => {
    const [server, ari] = await connected();
    server.route(/^POST \/channels\/[^/]+\?/, async ({ target }) => {
      const id = /channels\/([^?]+)/.exec(target)?.[1] ?? "";
      server.send(channelEvent("ChannelCreated", id));
      server.send(stasisStart(id, ["dialed"]));
      await settled(server, ari);
      return { json: {} };
    });
    const channel = await ari.originate({ endpoint: "Local/1@x" });
    server.send(channelEvent("ChannelDtmfReceived", channel.id, { digit: "1" }));
    await settled(server, ari);
    expect((await channel.waitFor("StasisStart")).args).toEqual(["dialed"]);
    const digits: string[] = [];
    channel.on("ChannelDtmfReceived", ({ digit }) => digits.push(digit));
    server.send(channelEvent("ChannelDtmfReceived", channel.id, { digit: "2" }));
    await until(() => expect(digits).toEqual(["1", "2"]));
    expect(server.requests[0]?.target).toBe(`/channels/${channel.id}?endpoint=Local%2F1%40x&app=hello`);
  });

  it("hears its own events only", async () => {
    const [server, ari] = await connected();
    const seen: string[] = [];
    ari.channel("a").on("*", (event) => seen.push(`a ${event.type}`));
    ari.channel("b").on("ChannelVarset", () => seen.push("b ChannelVarset"));
    ari.bridge("br").on("*", (event) => seen.push(`br ${event.type}`));
    server.send(channelEvent("ChannelVarset", "a"));
    server.send(channelEvent("ChannelVarset", "c"));
    server.send(channelEvent("ChannelHold", "b"));
    server.send({ type: "Dial", ...stamp(), peer: { id: "a" }, caller: { id: "b" }, dialstatus: "RINGING" });
    server.send(channelEvent("ChannelEnteredBridge", "a", { bridge: { id: "br" } }));
    server.send(playbackEvent("PlaybackStarted", "p", "a", "playing"));
    server.send(channelEvent("ChannelVarset", "b"));
    await until(() => expect(seen.at(-1)).toBe("b ChannelVarset"));
    expect(seen).toEqual([
      "a ChannelVarset",
      "a Dial",
      "a ChannelEnteredBridge",
      "br ChannelEnteredBridge",
      "a PlaybackStarted",
      "b ChannelVarset",
    ]);
  });

  it.each(["StasisEnd", "ChannelDestroyed"])(
    "ends with %s: listeners are dropped, waits settle, nothing leaks",
    async (type) => {
      const [server, ari] = await connected();
      const handles = Array.from({ length: 100 }, (_, i) => ari.channel(`c${i}`));
      let late = 0;
      const waits = handles.map((handle) => {
        handle.on("ChannelVarset", () => late++);
        return rejection(handle.waitFor("ChannelDtmfReceived"));
      });
      expect(watched(ari)).toHaveLength(100);
      const seen = handles[0]?.waitFor(type);
      for (const { id } of handles) server.send(channelEvent(type, id));
      for (const wait of waits) expect(await wait).toMatchObject({ code: "ARI_RESOURCE_GONE" });
      expect(await seen).toMatchObject({ type });
      expect(watched(ari)).toEqual([]);
      expect(handles.every(({ ended }) => ended)).toBe(true);
      server.send(channelEvent("ChannelVarset", "c0"));
      await settled(server, ari);
      expect(late).toBe(0);
    },
  );

  it("stops listening without leaving anything behind", async () => {
    const [server, ari] = await connected();
    const channel = ari.channel("c");
    let count = 0;
    const stop = channel.on("ChannelHold", () => count++);
    channel.once("ChannelHold", () => count++);
    server.send(channelEvent("ChannelHold", "c"));
    server.send(channelEvent("ChannelHold", "c"));
    await settled(server, ari);
    expect(count).toBe(3);
    stop();
    stop();
    expect(watched(ari)).toEqual([]);
    expect(await rejection(channel.waitFor("ChannelHold", { timeoutMs: 5 }))).toMatchObject({ code: "ARI_TIMEOUT" });
    const abort = new AbortController();
    const waiting = rejection(channel.waitFor("ChannelHold", { signal: abort.signal }));
    abort.abort();
    expect(await waiting).toMatchObject({ code: "ARI_ABORTED" });
    expect(watched(ari)).toEqual([]);
  });

  it("that ended while the link was down is known after the reconnect; the others go on", async () => {
    const [server, ari] = await connected();
    server.route(/^GET \/channels$/, { json: [{ id: "alive" }] });
    server.route(/^GET \/bridges$/, { json: [] });
    server.route(/^GET \/playbacks\/p1$/, { json: {} });
    const dead = rejection(ari.channel("dead").waitFor("StasisEnd"));
    const bridge = rejection(ari.bridge("b").waitFor("BridgeDestroyed"));
    const playback = rejection(ari.playback("gone").finished());
    const recording = rejection(ari.liveRecording("r").finished());
    const alive = ari.channel("alive").waitFor("StasisEnd");
    const playing = ari.playback("p1").finished();
    server.cut();
    for (const each of [dead, bridge, playback, recording]) {
      const error = await each;
      expect(error).toMatchObject({ code: "ARI_RESOURCE_GONE" });
      expect(error.message).toContain("link to Asterisk was down");
    }
    await until(() => expect(server.sockets.size).toBe(1));
    server.send(channelEvent("StasisEnd", "alive"));
    server.send(playbackEvent("PlaybackFinished", "p1", "alive", "done"));
    expect(await alive).toMatchObject({ type: "StasisEnd" });
    expect(await playing).toMatchObject({ state: "done" });
  });

  it("that a listener makes at the reconnect is not taken for one that ended in the gap", async () => {
    const [server, ari] = await connected();
    const old = ari.channel("old").waitFor("StasisEnd");
    let begin: () => void = () => undefined;
    const made = new Promise<ChannelHandle>((resolve) => {
      ari.onNotice("resync", () => resolve(ari.originate({ endpoint: "PJSIP/1000" })));
    });
    server.route(/^GET \/channels$/, { json: [] });
    server.route(/^POST \/channels\//, () => new Promise((resolve) => (begin = () => resolve({ json: {} }))));
    server.cut();
    expect(await rejection(old)).toMatchObject({ code: "ARI_RESOURCE_GONE" });
    await until(() => expect(server.requests.some(({ method }) => method === "POST")).toBe(true));
    begin();
    expect((await made).ended).toBe(false);
  });

  it("sent into the dialplan that is gone before it can be subscribed to has ended, and leaves nothing behind", async () => {
    const [server, ari] = await connected();
    server.route(/^POST \/applications\/hello\/subscription/, 422);
    const channel = await ari.originate({ endpoint: "PJSIP/1000", extension: "600", context: "internal" });
    expect(channel.ended).toBe(true);
    expect(await rejection(channel.waitFor("ChannelDestroyed"))).toMatchObject({ code: "ARI_RESOURCE_GONE" });
    expect(watched(ari)).toEqual([]);
  });

  it("has a verb for each thing a channel can do", async () => {
    const [server, ari] = await connected();
    server.route(/^GET \/channels\/c\/variable/, { json: { value: "v" } });
    server.route(/^GET \/channels\/c$/, { json: { id: "c" } });
    const channel = ari.channel("c");
    await channel.get();
    await channel.answer();
    await channel.ring();
    await channel.ringStop();
    await channel.progress();
    await channel.hold();
    await channel.unhold();
    await channel.mute();
    await channel.unmute("in");
    await channel.startMoh();
    await channel.startMoh("jazz");
    await channel.stopMoh();
    await channel.startSilence();
    await channel.stopSilence();
    await channel.dtmf("12#", { between: 50 });
    await channel.setVariable("A", "b");
    expect(await channel.getVariable("CHANNEL(linkedid)")).toBe("v");
    await channel.dial({ timeout: 5 });
    await channel.redirect("PJSIP/x");
    await channel.move("other", "x,y");
    await channel.continueInDialplan({ context: "a", extension: "1", priority: 1 });
    const snoop = await channel.snoop({ spy: "both" });
    await channel.record({ name: "r/1", format: "wav", signal: AbortSignal.timeout(5_000) });
    await channel.hangup({ reason: "busy" });
    expect(server.requests.map(({ method, target }) => `${method} ${target.replace("/channels/c", "")}`)).toEqual([
      "GET ",
      "POST /answer",
      "POST /ring",
      "DELETE /ring",
      "POST /progress",
      "POST /hold",
      "DELETE /hold",
      "POST /mute?direction=both",
      "DELETE /mute?direction=in",
      "POST /moh",
      "POST /moh?mohClass=jazz",
      "DELETE /moh",
      "POST /silence",
      "DELETE /silence",
      "POST /dtmf?dtmf=12%23&between=50",
      "POST /variable?variable=A&value=b",
      "GET /variable?variable=CHANNEL(linkedid)",
      "POST /dial?timeout=5",
      "POST /redirect?endpoint=PJSIP%2Fx",
      "POST /move?app=other&appArgs=x%2Cy",
      "POST /continue?context=a&extension=1&priority=1",
      `POST /snoop/${snoop.id}?spy=both&app=hello`,
      "POST /record?name=r%2F1&format=wav",
      "DELETE ?reason=busy",
    ]);
  });
});

describe("a recording", () => {
  const recordingEvent = (type: string, cause?: string): object => ({
    type,
    ...stamp(),
    recording: { name: "r", format: "wav", target_uri: "channel:c", state: "done", cause },
  });

  it("ends well, or with Asterisk's own cause", async () => {
    const [server, ari] = await connected();
    server.route(/\/record/, async () => {
      server.send(recordingEvent("RecordingStarted"));
      await settled(server, ari);
      return { status: 201, json: {} };
    });
    const good = await ari.channel("c").record({ name: "r", format: "wav" });
    await good.waitFor("RecordingStarted");
    server.send(recordingEvent("RecordingFinished"));
    expect(await good.finished()).toMatchObject({ name: "r" });
    const bad = await ari.channel("c").record({ name: "r", format: "wav" });
    server.send(recordingEvent("RecordingFailed", "Cannot record channel while in bridge"));
    const error = await rejection(bad.finished());
    expect(error.code).toBe("ARI_RECORDING_FAILED");
    expect(error.message).toContain("Cannot record channel while in bridge");
    expect(watched(ari)).toEqual([]);
  });

  it("has a verb for each thing it can do", async () => {
    const [server, ari] = await connected();
    const recording = ari.liveRecording("a/b");
    await recording.pause();
    await recording.unpause();
    await recording.mute();
    await recording.unmute();
    await recording.stop();
    await recording.cancel();
    expect(
      server.requests.map(({ method, target }) => `${method} ${target.replace("/recordings/live/a%2Fb", "")}`),
    ).toEqual(["POST /pause", "DELETE /pause", "POST /mute", "DELETE /mute", "POST /stop", "DELETE "]);
  });
});

describe("a bridge", () => {
  it("is made with an id of ours and takes handles or ids", async () => {
    const [server, ari] = await connected();
    const bridge = await ari.createBridge({ type: "mixing", name: "b", variables: { A: { value: "1" } } });
    await bridge.addChannel([ari.channel("1"), "2"], { mute: true });
    await bridge.removeChannel("1");
    await bridge.startMoh();
    await bridge.stopMoh();
    await bridge.destroy();
    const path = `/bridges/${bridge.id}`;
    expect(server.requests.map(({ method, target }) => `${method} ${target.replace(path, "")}`)).toEqual([
      "POST ?type=mixing&name=b",
      `POST /applications/hello/subscription?eventSource=bridge%3A${bridge.id}`,
      "POST /addChannel?channel=1%2C2&mute=true",
      "POST /removeChannel?channel=1",
      "POST /moh",
      "DELETE /moh",
      "DELETE ",
    ]);
    const destroyed = bridge.waitFor("BridgeDestroyed");
    server.send({ type: "BridgeDestroyed", ...stamp(), bridge: { id: bridge.id } });
    expect(await destroyed).toMatchObject({ type: "BridgeDestroyed" });
    expect(watched(ari)).toEqual([]);
  });
});

describe("an application", () => {
  it("gets each channel with the arguments of Stasis(app,args…), and no other application's", async () => {
    const [server, ari] = await connected();
    const calls: unknown[] = [];
    const stop = ari.stasis("hello", (channel, args, event) => calls.push([channel.id, args, event.type]));
    server.send(stasisStart("1", ["a", "b"]));
    server.send(stasisStart("2", [], "other"));
    await settled(server, ari);
    stop();
    server.send(stasisStart("3"));
    await settled(server, ari);
    expect(calls).toEqual([["1", ["a", "b"], "StasisStart"]]);
  });

  it("of another program's keeps nothing here, and a connection without any waits for nothing", async () => {
    const [server, ari] = await connected();
    await ari.originate({ endpoint: "Local/1@x", app: "another" });
    await ari.channel("1").snoop({ app: "another", spy: "in" });
    expect(watched(ari)).toEqual([]);
    const mute = new AriClient(server.credentials);
    cleanUps.push(() => mute.close());
    const playback = await mute.channel("1").play("sound:a");
    await mute.createBridge();
    expect(watched(mute)).toEqual([]);
    expect(await rejection(playback.finished())).toMatchObject({ code: "ARI_BAD_ARGUMENT" });
    expect(await rejection(mute.waitFor("StasisStart"))).toMatchObject({ code: "ARI_BAD_ARGUMENT" });
    expect(await rejection(mute.originate({ endpoint: "Local/1@x" }))).toMatchObject({ code: "ARI_BAD_ARGUMENT" });
  });

  it("that this connection does not serve is refused", async () => {
    const [, ari] = await connected();
    expect(() => ari.stasis("nope", () => undefined)).toThrow(expect.objectContaining({ code: "ARI_BAD_ARGUMENT" }));
  });

  it.each([
    ["continue", "POST /channels/1/continue"],
    ["hangup", "DELETE /channels/1"],
    ["stay", undefined],
  ] as const)("whose handler throws: %s", async (onError, request) => {
    const [server, ari] = await connected();
    const faults: AriListenerError[] = [];
    ari.onNotice("listener-error", (fault) => faults.push(fault));
    ari.stasis("hello", () => Promise.reject(new Error("a bug")), { onError });
    server.send(stasisStart("1"));
    await until(() => expect(faults).toEqual([{ name: "stasis hello", error: new Error("a bug") }]));
    expect(server.requests.map(({ method, target }) => `${method} ${target}`)).toEqual(
      request === undefined ? [] : [request],
    );
  });

  it("whose caller hangs up in the middle has not failed", async () => {
    const [server, ari] = await connected();
    const faults: AriListenerError[] = [];
    ari.onNotice("listener-error", (fault) => faults.push(fault));
    let ended: ((channel: ChannelHandle) => void) | undefined;
    const over = new Promise<ChannelHandle>((resolve) => (ended = resolve));
    ari.stasis("hello", async (channel) => {
      try {
        await channel.waitFor("ChannelDtmfReceived");
      } finally {
        ended?.(channel);
      }
    });
    server.send(stasisStart("1"));
    server.send(channelEvent("StasisEnd", "1"));
    expect((await over).ended).toBe(true);
    await settled(server, ari);
    expect(faults).toEqual([]);
    expect(server.requests).toEqual([]);
  });
});
