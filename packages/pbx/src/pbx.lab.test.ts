import { AmiClient } from "@cordboard/ami";
import { AriClient } from "@cordboard/ari";
import { startAsterisk, type LabAsterisk } from "@cordboard/lab";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { PbxChange, PbxOptions } from "./pbx-options.ts";
import { connect, Pbx } from "./pbx.ts";
import { demoScenarios, stageOn, type Stage } from "./testing/demo-scenarios.ts";
import { compareAtRest, leavingOf } from "./testing/pbx-truth.ts";

describe.each([22, 16] as const)("on Asterisk %i", (version) => {
  let lab: LabAsterisk;
  let pbx: Pbx;
  let witness: AmiClient;
  let stage: Stage;
  let leaving: ReadonlySet<string>;
  let scenarioName = "";
  const moments: string[] = [];

  const amiOf = (name: "amiFull" | "amiCall" | "amiView"): PbxOptions["ami"] => ({
    host: lab.host,
    port: lab.ports.ami,
    username: lab.users[name].user,
    secret: lab.users[name].secret,
  });

  beforeAll(async () => {
    lab = await startAsterisk({ version });
    witness = new AmiClient({ ...amiOf("amiFull"), events: "off" });
    await witness.connect();
    pbx = new Pbx({ id: "lab", ami: amiOf("amiFull"), checkEveryMs: 0 });
    leaving = leavingOf(pbx);
    await pbx.start();
    stage = stageOn(lab, async (what) => {
      moments.push(what);
      await agree(`${scenarioName}: ${what}`);
    });
  });

  afterAll(async () => {
    await pbx?.close();
    await witness?.close();
    await lab?.stop();
  });

  /** Both sides say the same, at once or when the last events have come; else what the difference is. */
  async function agree(what: string): Promise<void> {
    let problems: readonly string[] | undefined;
    const agreed = async (): Promise<boolean> => {
      problems = await compareAtRest(pbx, witness, leaving);
      return problems?.length === 0;
    };
    await lab.waitFor(agreed, { timeoutMs: 6_000, what }).catch(() => {});
    expect({ what, problems }).toEqual({ what, problems: [] });
  }

  /** Kai's call to Ping, answered. */
  async function talk() {
    const fresh = stageOn(lab, () => Promise.resolve());
    const [kai, ping] = await Promise.all([fresh.phone("1000"), fresh.phone("1002")]);
    const caller = await kai.call("1002");
    (await ping.waitForCall()).answer();
    await caller.waitUntilUp();
    return { caller, ping };
  }

  it.each(demoScenarios.map((scenario) => [scenario.name, scenario] as const))(
    "the calls are what Asterisk lists at each settled moment of %s",
    async (_, scenario) => {
      const before = moments.length;
      scenarioName = scenario.name;
      try {
        await scenario.run(stage);
      } finally {
        await lab.cli("channel request hangup all");
        await lab.waitUntilIdle();
      }
      await agree(`${scenario.name}: idle`);
      expect(pbx.calls).toEqual([]);
      expect(moments.length).toBeGreaterThan(before);
    },
  );

  it("all calls end when Asterisk restarts, no ghost stays, and the stream goes on", async () => {
    await talk();
    await agree("restart: talking");
    expect(pbx.calls[0]?.connections).toHaveLength(2);
    const told: PbxChange["change"][] = [];
    const stop = pbx.on("change", ({ change }) => void (change.type === "call-cleared" && told.push(change)));
    onTestFinished(stop);
    const live = new Promise<void>((resolve) => {
      onTestFinished(pbx.on("resync", () => resolve()));
    });
    const stream = pbx.events({ types: ["originated"] });
    await lab.cli("core restart now").catch(() => {});
    await live;
    await lab.waitFor(() => witness.state === "ready" && pbx.state === "live", {
      timeoutMs: 20_000,
      what: "both links to be back",
    });
    await agree("restart: after it");
    expect(pbx.calls).toEqual([]);
    expect(told).toMatchObject([{ cause: expect.stringMatching(/^(?:pbx-down|lost|normal)$/) }]);
    expect(pbx.server.asteriskVersion).toMatch(new RegExp(`^${version}\\.`));
    const { caller } = await talk();
    expect((await stream.next()).value?.change).toMatchObject({ connection: { device: "PJSIP/1000" } });
    caller.hangUp();
    await lab.waitUntilIdle();
  });

  it.each(["amiCall", "amiView"] as const)("the lab's user %s sees a call and who there is", async (name) => {
    await using few = await connect({ id: name, ami: amiOf(name), checkEveryMs: 0 });
    const { caller } = await talk();
    await lab.waitFor(() => few.calls.some((call) => call.talks.length > 0), { what: "the call to be seen" });
    expect(few.calls[0]?.connections.map(({ name: who, state }) => [who, state])).toEqual([
      ["Kai", "connected"],
      ["Ping", "connected"],
    ]);
    for (const notice of few.notices) expect(notice).toMatchObject({ code: "PBX_CLASS_MISSING", right: "write" });
    await lab.waitFor(() => few.extension("1000")?.mailbox, { what: "the mailboxes to be read" });
    expect(few.extension("1000")).toMatchObject({
      name: "Kai",
      devices: ["PJSIP/1000"],
      mailbox: "1000@default",
      presentity: "CustomPresence:1000",
    });
    expect(few.extensionOf("PJSIP/trunk")).toBeUndefined();
    caller.hangUp();
    await lab.waitUntilIdle();
  });

  it("follows channels through a Stasis bridge", async () => {
    const ari = new AriClient({
      url: `http://${lab.host}:${lab.ports.http}/ari`,
      username: lab.users.ari.user,
      password: lab.users.ari.secret,
      apps: "hello-world",
    });
    onTestFinished(() => ari.close());
    await ari.connect();
    const fresh = stageOn(lab, () => Promise.resolve());
    for (const number of ["1000", "1002", "1006"]) await (await fresh.phone(number)).call("900");
    const inStasis = (): string[] =>
      pbx.calls.flatMap((call) =>
        call.connections.flatMap(({ application, id }) => (application === "Stasis" ? [id] : [])),
      );
    await lab.waitFor(() => inStasis().length === 3, { what: "three channels in Stasis" });
    const bridge = await ari.bridges.create({ type: "mixing" });
    // The youngest first, so that the others bring an older linkedid.
    for (const channel of inStasis().toReversed()) {
      await ari.channels.answer({ channelId: channel });
      await ari.bridges.addChannel({ bridgeId: bridge.id, channel });
      await agree("Stasis: one more in the bridge");
    }
    expect(pbx.calls.map((call) => call.connections.length)).toEqual([3]);
    await ari.bridges.destroy({ bridgeId: bridge.id });
    await lab.cli("channel request hangup all");
    await lab.waitUntilIdle();
    await agree("Stasis: idle");
  });

  it("reads odd names as they were meant", async () => {
    const name = `Pat O'Brien 50% <b> "x"? é`;
    await talk();
    const caller = pbx.calls[0]?.connections[0];
    await witness.action("Setvar", { Channel: caller?.channel ?? "", Variable: "CALLERID(name)", Value: name });
    await lab.waitFor(() => pbx.calls[0]?.connections[0]?.name === name, { what: "the new name" }).catch(() => {});
    expect(pbx.calls[0]?.connections.map((connection) => connection.name)).toEqual([name, "Ping"]);
    await using late = await connect({ id: "late", ami: amiOf("amiView"), checkEveryMs: 0 });
    expect(late.calls[0]?.connections.map((connection) => connection.name)).toEqual([name, "Ping"]);
    await lab.cli("channel request hangup all");
    await lab.waitUntilIdle();
  });

  it("has Asterisk keep VarSet back, unless somebody wants it", async () => {
    const everything = new AmiClient(amiOf("amiFull"));
    onTestFinished(() => everything.close());
    await everything.connect();
    await using quiet = await connect({ id: "quiet", ami: amiOf("amiFull"), checkEveryMs: 0 });
    await using wanting = await connect({ id: "wants", ami: amiOf("amiFull"), checkEveryMs: 0, wants: ["VarSet"] });
    const variables: string[] = [];
    wanting.client.onEvent("VarSet", (event) => variables.push(event.get("Variable") ?? ""));
    const kept: string[] = [];
    quiet.client.onEvent("VarSet", (event) => kept.push(event.get("Variable") ?? ""));
    await lab.waitFor(() => quiet.mailboxes.length > 0, { what: "the directory to be read" });
    const bytes = (): number[] => [everything, quiet.client].map((client) => client.stats.bytesRead);
    const before = bytes();
    const { caller } = await talk();
    caller.hangUp();
    await lab.waitUntilIdle();
    for (const client of [everything, quiet.client, wanting.client]) await client.action("Ping");
    const [all = 0, some = 0] = bytes().map((count, index) => count - (before[index] ?? 0));
    expect(variables).toContain("DIALSTATUS");
    expect(kept).toEqual([]);
    expect(some).toBeLessThan(all * 0.6);
  });

  it("writes presence field by field, whatever its texts hold, and hears of it", async () => {
    const told: PbxChange["change"][] = [];
    onTestFinished(pbx.on("change", ({ change }) => void (change.type === "presence-changed" && told.push(change))));
    const message = String.raw`back at 5, "maybe" (é) \n`;
    await pbx.setPresence("1111", { state: "away", message: "In the batcave" });
    await pbx.setPresence("1111", { subtype: "hero, masked" });
    expect(await pbx.setPresence("1111", { message })).toEqual({
      presentity: "CustomPresence:1111",
      state: "away",
      subtype: "hero, masked",
      message,
    });
    await using late = await connect({ id: "late", ami: amiOf("amiView"), checkEveryMs: 0 });
    expect(late.presences).toMatchObject([{ state: "away", subtype: "hero, masked", message }]);
    await pbx.setPresence("1111", { state: "not_set", subtype: "", message: "" });
    expect(told.map((change) => (change.type === "presence-changed" ? change.presence.message : ""))).toEqual([
      "In the batcave",
      "In the batcave",
      message,
      "",
    ]);
    await expect(late.setPresence("1111", { state: "away" })).rejects.toMatchObject({ code: "PBX_PRESENCE_DENIED" });
  });

  it("counts the messages of a mailbox, live", async () => {
    const box = (): number | undefined => pbx.mailboxes.find(({ mailbox }) => mailbox === "1003@default")?.newMessages;
    await lab.waitFor(() => box() === 0, { what: "the mailbox to be known" });
    const fresh = stageOn(lab, () => Promise.resolve());
    const kai = await fresh.phone("1000");
    const call = await kai.call("51003");
    await call.waitUntilUp();
    await lab.waitFor(() => pbx.calls[0]?.connections[0]?.application === "VoiceMail", {
      what: "the mailbox to answer",
    });
    await new Promise((resolve) => setTimeout(resolve, 4_000));
    call.hangUp();
    await lab.waitFor(() => box() === 1, { what: "one message", timeoutMs: 10_000 }).catch(() => {});
    expect(box()).toBe(1);
    await lab.waitUntilIdle();
  });
});
