import { randomUUID } from "node:crypto";
import { labVersions, type LabAsterisk, startAsterisk } from "@cordboard/lab";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { AriClient, connectAri } from "./client.ts";
import type { AriError } from "./errors.ts";
import type { ChannelHandle } from "./handles/channel-handle.ts";
import type { AriClientOptions } from "./options.ts";
import { parseAriDate } from "./ari-date.ts";
import { cuttableWire } from "./testing/cuttable-wire.ts";

const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { interval: 20, timeout: 20_000 });

const codeOf = async (promise: Promise<unknown>): Promise<string> =>
  await promise.then(
    () => "resolved",
    (error: AriError) => error.code,
  );

describe.each(labVersions)("Asterisk %s", (version) => {
  let lab: LabAsterisk;
  const clients: AriClient[] = [];
  const cleanUps: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    lab = await startAsterisk({ version });
  });
  afterAll(() => lab.stop());
  afterEach(async () => {
    for (const client of clients.splice(0)) await client.close();
    for (const cleanUp of cleanUps.splice(0)) await cleanUp();
    await lab.cli("channel request hangup all");
    await lab.waitUntilIdle();
  });

  const options = (): { url: string; username: string; password: string } => ({
    url: `http://127.0.0.1:${lab.ports.http}/ari`,
    username: lab.users.ari.user,
    password: lab.users.ari.secret,
  });

  async function connect(more: Partial<AriClientOptions> = {}): Promise<AriClient> {
    const ari = await connectAri({ ...options(), apps: `app-${randomUUID()}`, ...more });
    clients.push(ari);
    return ari;
  }

  /** A Local channel whose one half is in our application while the other waits in the dialplan's echo. */
  async function inStasis(ari: AriClient, more: object = {}): Promise<ChannelHandle> {
    const channel = await ari.originate({ endpoint: "Local/600@internal", callerId: "Kai <1000>", ...more });
    await channel.waitFor("StasisStart", { timeoutMs: 10_000 });
    return channel;
  }

  it("connects with one application or several, and is known by its version", async () => {
    const ari = await connect({ apps: ["first", "second"] });
    expect((await ari.applications.list()).map(({ name }) => name).toSorted()).toEqual(["first", "second"]);
    const { system } = await ari.asterisk.getInfo();
    expect(system?.version.startsWith(`${version}.`)).toBe(true);
    expect(parseAriDate((await ari.asterisk.getInfo()).status?.startup_time ?? "")?.getTime()).toBeLessThan(Date.now());
    expect(await ari.asterisk.ping()).toMatchObject({ ping: "pong" });
  });

  it("refuses a wrong password at once", async () => {
    await expect(connectAri({ ...options(), password: "wrong", apps: "x" })).rejects.toMatchObject({
      code: "ARI_AUTH_FAILED",
      status: 401,
    });
    await expect(connectAri({ ...options(), password: "wrong" })).rejects.toMatchObject({ code: "ARI_AUTH_FAILED" });
  });

  it("refuses what a read-only user asks, but shows it the events", async () => {
    const ari = await connect({ username: lab.users.ariView.user, password: lab.users.ariView.secret });
    expect(await codeOf(ari.bridges.create())).toBe("ARI_FORBIDDEN");
    expect(Array.isArray(await ari.channels.list())).toBe(true);
  });

  it("says what is wrong in its own words", async () => {
    const ari = await connect();
    await expect(ari.channels.get({ channelId: "nope" })).rejects.toMatchObject({
      code: "ARI_NOT_FOUND",
      status: 404,
      serverMessage: "Channel not found",
    });
    await expect(ari.channels.originate({ endpoint: "NoTech/1", app: "x" })).rejects.toMatchObject({
      code: "ARI_ALLOCATION_FAILED",
      status: 500,
    });
    expect(await codeOf(ari.asterisk.getGlobalVar({ variable: "" }))).toBe("ARI_BAD_REQUEST");
    expect(await ari.asterisk.getGlobalVar({ variable: "NOT_SET" })).toEqual({ value: "" });
    expect((await ari.request("GET", "/nothing/there")).status).toBe(404);
  });

  it("plays: started and finished are seen, however short the sound", async () => {
    const ari = await connect();
    const channel = await inStasis(ari);
    const playback = await channel.play("sound:hello-world");
    expect(await playback.started({ timeoutMs: 10_000 })).toMatchObject({
      id: playback.id,
      media_uri: "sound:hello-world",
      state: "playing",
    });
    expect((await playback.finished({ timeoutMs: 10_000 })).state).toBe("done");
    const none = await channel.play("sound:there-is-no-such-file");
    expect(await codeOf(none.finished({ timeoutMs: 10_000 }))).toBe("ARI_PLAYBACK_FAILED");
    const ended = channel.waitFor("StasisEnd");
    await channel.hangup();
    await ended;
  });

  it("records, and gives the file back", async () => {
    const ari = await connect();
    const channel = await inStasis(ari);
    const name = `folder/${randomUUID()}`;
    const recording = await channel.record({ name, format: "wav", ifExists: "fail" });
    await recording.waitFor("RecordingStarted", { timeoutMs: 10_000 });
    await until(async () => expect((await recording.get()).state).toBe("recording"));
    await recording.stop();
    expect(await recording.finished({ timeoutMs: 10_000 })).toMatchObject({ name, state: "done" });
    const file = await ari.recordings.getStoredFile({ recordingName: name });
    const bytes = await file.buffer();
    expect(bytes.subarray(0, 4).toString()).toBe("RIFF");
    expect(bytes).toHaveLength(file.length ?? -1);
    await ari.recordings.deleteStored({ recordingName: name });
    expect(await codeOf(ari.recordings.getStored({ recordingName: name }))).toBe("ARI_NOT_FOUND");
    await channel.hangup();
  });

  it("mutes, holds, sends digits, sets variables, and goes back to the dialplan", async () => {
    const ari = await connect();
    const channel = await inStasis(ari, { variables: { GREETING: "größe, 1" } });
    expect(await channel.getVariable("GREETING")).toBe("größe, 1");
    await channel.setVariable("B", "x y&z");
    await until(async () => expect(await channel.getVariable("B")).toBe("x y&z"));
    await channel.mute();
    await channel.unmute();
    await channel.hold();
    await channel.unhold();
    // The echo sends them back.
    let digits = "";
    channel.on("ChannelDtmfReceived", ({ digit }) => (digits += digit));
    await channel.dtmf("12*");
    await until(() => expect(digits).toBe("12*"));
    await channel.startMoh();
    await channel.stopMoh();
    const ended = channel.waitFor("StasisEnd", { timeoutMs: 10_000 });
    await channel.continueInDialplan({ context: "internal", extension: "602", priority: 1 });
    await ended;
  });

  it("bridges two channels and takes them apart", async () => {
    const ari = await connect();
    const [a, b] = [await inStasis(ari), await inStasis(ari)];
    const bridge = await ari.createBridge({ type: "mixing", name: "test" });
    await bridge.addChannel([a, b]);
    await until(async () => expect((await bridge.get()).channels.toSorted()).toEqual([a.id, b.id].toSorted()));
    await (await bridge.play("sound:hello-world")).finished({ timeoutMs: 10_000 });
    // Asterisk answers 201 and says afterwards that a channel in a bridge cannot be recorded.
    const recording = await a.record({ name: randomUUID(), format: "wav" });
    expect(await codeOf(recording.finished({ timeoutMs: 10_000 }))).toBe("ARI_RECORDING_FAILED");
    const left = a.waitFor("ChannelLeftBridge", { timeoutMs: 10_000 });
    await bridge.removeChannel(a);
    await left;
    const destroyed = bridge.waitFor("BridgeDestroyed", { timeoutMs: 10_000 });
    await bridge.destroy();
    await destroyed;
    await a.hangup();
    await b.hangup();
  });

  it("snoops on a channel that is not in Stasis", async () => {
    const ari = await connect();
    const plain = await ari.originate({
      endpoint: "Local/600@internal",
      extension: "600",
      context: "internal",
      priority: 1,
    });
    await until(async () => expect((await plain.get()).state).toBe("Up"));
    expect(await codeOf(plain.answer())).toBe("ARI_CONFLICT");
    const snoop = await plain.snoop({ spy: "both", whisper: "none", appArgs: "a,b" });
    expect((await snoop.waitFor("StasisStart", { timeoutMs: 10_000 })).args).toEqual(["a", "b"]);
    await plain.hangup();
    await snoop.waitFor("StasisEnd", { timeoutMs: 10_000 });
  });

  it("filters events by type, again after a reconnect", async () => {
    const wire = await cuttableWire(lab.ports.http);
    cleanUps.push(() => wire.close());
    const ari = await connect({
      url: `http://127.0.0.1:${wire.port}/ari`,
      apps: "filtered",
      eventFilter: { disallowed: ["ChannelVarset", "ChannelDialplan"] },
      subscribeAll: true,
    });
    const types = new Set<string>();
    ari.on("*", ({ type }) => types.add(type));
    const back = new Promise((resolve) => ari.onNotice("resync", resolve));
    const channel = await inStasis(ari);
    await channel.setVariable("A", "b");
    await channel.hangup();
    await until(() => expect(types).toContain("ChannelDestroyed"));
    expect([...types].filter((type) => /Varset|Dialplan/.test(type))).toEqual([]);
    wire.cut();
    expect(await back).toMatchObject({ first: false });
    const application = await ari.applications.get({ applicationName: "filtered" });
    expect(application.events_disallowed).toEqual([{ type: "ChannelVarset" }, { type: "ChannelDialplan" }]);
  });

  it("lets a second program take an application over: an alarm for the first", async () => {
    const first = await connect({ apps: "taken" });
    const alarm = new Promise((resolve) => first.onNotice("application-replaced", resolve));
    await connect({ apps: "taken" });
    expect(await alarm).toEqual({ application: "taken" });
  });

  it("takes a call of a real phone through a Stasis application", async () => {
    const ari = await connect({ apps: "lobby" });
    const [kai] = await lab.addPhones(["1000"]);
    const seen: string[] = [];
    ari.on("*", ({ type }) => seen.push(type));
    let args: readonly string[] = [];
    const over = new Promise<void>((resolve, reject) => {
      ari.onNotice("listener-error", ({ error }) => reject(error as Error));
      ari.stasis("lobby", async (channel, given) => {
        args = given;
        await channel.answer();
        const digit = channel.waitFor("ChannelDtmfReceived", { timeoutMs: 10_000 });
        await (await channel.play("sound:hello-world")).finished();
        expect((await digit).digit).toBe("5");
        await channel.hangup();
        resolve();
      });
    });
    const leg = await kai?.call("stasis-lobby");
    await leg?.waitUntilUp();
    await leg?.waitToHear("sound");
    await leg?.sendDigits("5", "rtp");
    await over;
    await until(() => expect(leg?.state).toBe("ended"));
    expect(args).toEqual(["1000"]);
    expect(seen).toEqual(
      expect.arrayContaining([
        "StasisStart",
        "PlaybackStarted",
        "PlaybackFinished",
        "ChannelDtmfReceived",
        "StasisEnd",
      ]),
    );
  });

  it("has every operation that the table says it has, and no other", async () => {
    const ari = await connect();
    const codes = [
      await codeOf(ari.channels.progress({ channelId: "x" })),
      await codeOf(ari.channels.transfer_progress({ channelId: "x", states: "channel_answered" })),
      await codeOf(ari.channels.getChannelVars({ channelId: "x", variables: ["A"] })),
      await codeOf(ari.endpoints.refer({ to: "pjsip:x", from: "y", refer_to: "z" })),
      await codeOf(ari.events.claimChannel({ channelId: "x", application: "y" })),
    ];
    const unsupported = codes.filter((code) => code === "ARI_UNSUPPORTED").length;
    expect(unsupported).toBe(version === 22 ? 0 : codes.length);
  });

  it("does REST over the WebSocket if it can, else over HTTP", async () => {
    const ari = await connect({ rest: "websocket", eventFilter: { allowed: ["StasisStart", "StasisEnd"] } });
    const frames: string[] = [];
    ari.onFrame(({ direction, text }) => frames.push(`${direction} ${text}`));
    const expected = version === 22 ? "websocket" : "http";
    await until(() => expect(ari.restTransport).toBe(expected));
    const channel = await inStasis(ari);
    expect(await channel.getVariable("CHANNEL(name)")).toContain("Local/600@internal");
    expect(await codeOf(ari.channels.get({ channelId: "nope" }))).toBe("ARI_NOT_FOUND");
    await channel.hangup();
    expect(frames.filter((frame) => frame.includes("RESTResponse")).length > 0).toBe(version === 22);
  });

  it("shows itself over TLS too", async () => {
    const ca = await lab.certificate();
    const ari = await connect({ url: `https://127.0.0.1:${lab.ports.https}/ari`, tls: { ca } });
    const channel = await inStasis(ari);
    await channel.hangup();
    await expect(connectAri({ ...options(), url: `https://127.0.0.1:${lab.ports.https}/ari` })).rejects.toMatchObject({
      code: "ARI_CONNECT_FAILED",
    });
  });
});
