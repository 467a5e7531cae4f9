import { isDeepStrictEqual } from "node:util";
import { AmiClient } from "@cordboard/ami";
import { AriClient } from "@cordboard/ari";
import { startAsterisk, type LabAsterisk } from "@cordboard/lab";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { PbxLink } from "./pbx-link.ts";
import type { TableChange } from "./table-change.ts";
import { demoScenarios, stageOn, type Stage } from "./testing/demo-scenarios.ts";
import { forgiving, truthOf, viewOf, type View } from "./testing/lab-truth.ts";

describe.each([22, 16] as const)("on Asterisk %i", (version) => {
  let lab: LabAsterisk;
  let link: PbxLink;
  let witness: AmiClient;
  let stage: Stage;
  let scenarioName = "";
  const moments: string[] = [];

  beforeAll(async () => {
    lab = await startAsterisk({ version });
    const ami = {
      host: lab.host,
      port: lab.ports.ami,
      username: lab.users.amiFull.user,
      secret: lab.users.amiFull.secret,
    };
    witness = new AmiClient({ ...ami, events: "off" });
    await witness.connect();
    link = new PbxLink({ id: "lab", ami, checkEveryMs: 0 });
    await link.start();
    stage = stageOn(lab, async (what) => {
      moments.push(what);
      await agree(`${scenarioName}: ${what}`);
    });
  });

  afterAll(async () => {
    await link?.close();
    await witness?.close();
    await lab?.stop();
  });

  /** Both sides equal, at once or when the last events have come; else what the difference is. */
  async function agree(what: string): Promise<void> {
    let truth: View | undefined;
    let view: View | undefined;
    const agreed = async (): Promise<boolean> => {
      const before = await truthOf(witness);
      await link.client.action("Ping");
      view = viewOf(link.table);
      const now = await truthOf(witness);
      truth = forgiving(now, view);
      // Two equal readings around it: nothing moved meanwhile.
      return isDeepStrictEqual(before, now) && isDeepStrictEqual(view, truth);
    };
    await lab.waitFor(agreed, { timeoutMs: 3_000, what }).catch(() => {});
    expect({ what, view }).toEqual({ what, view: truth });
  }

  it.each(demoScenarios.map((scenario) => [scenario.name, scenario] as const))(
    "the table is what Asterisk says at each settled moment of %s",
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
      expect(link.table.channels).toEqual([]);
      expect(moments.length).toBeGreaterThan(before);
    },
  );

  it("keeps no ghost when Asterisk restarts in mid-call", async () => {
    const fresh = stageOn(lab, () => Promise.resolve());
    const [kai, ping] = await Promise.all([fresh.phone("1000"), fresh.phone("1002")]);
    const caller = await kai.call("1002");
    (await ping.waitForCall()).answer();
    await caller.waitUntilUp();
    await agree("restart: talking");
    expect(link.table.channels).toHaveLength(2);
    const gone: TableChange[] = [];
    link.on("change", (change) => void (change.type === "channel-gone" && gone.push(change)));
    const live = new Promise<void>((resolve) => {
      link.on("state", ({ to }) => void (to === "live" && resolve()));
    });
    await lab.cli("core restart now").catch(() => {});
    await live;
    await lab.waitFor(() => witness.state === "ready", { timeoutMs: 20_000, what: "the witness to be back" });
    await agree("restart: after it");
    expect(link.table.channels).toEqual([]);
    expect(gone).toHaveLength(2);
    expect(link.server.asteriskVersion).toMatch(new RegExp(`^${version}\\.`));
  });

  it.each(["amiCall", "amiView"] as const)(
    "the lab's user %s sees a call, or is told what it may not",
    async (name) => {
      const { user, secret } = lab.users[name];
      const few = new PbxLink({
        id: name,
        ami: { host: lab.host, port: lab.ports.ami, username: user, secret },
        checkEveryMs: 0,
      });
      onTestFinished(() => few.close());
      await few.start();
      const fresh = stageOn(lab, () => Promise.resolve());
      const [kai, ping] = await Promise.all([fresh.phone("1000"), fresh.phone("1002")]);
      const caller = await kai.call("1002");
      (await ping.waitForCall()).answer();
      await caller.waitUntilUp();
      await lab.waitFor(() => few.table.bridges.some((row) => row.channels.length === 2), {
        what: "the call in the table",
      });
      expect(few.table.channels.map((row) => [row.callerIdName, row.state])).toEqual([
        ["Kai", "Up"],
        ["Ping", "Up"],
      ]);
      for (const notice of few.notices) expect(notice).toMatchObject({ code: "PBX_CLASS_MISSING", right: "write" });
      caller.hangUp();
      await lab.waitUntilIdle();
    },
  );

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
    await lab.waitFor(() => link.table.channels.filter((row) => row.application === "Stasis").length === 3, {
      what: "three channels in Stasis",
    });
    const bridge = await ari.bridges.create({ type: "mixing" });
    // The youngest first, so that the others bring an older linkedid.
    for (const { uniqueid } of link.table.channels.toReversed()) {
      await ari.channels.answer({ channelId: uniqueid });
      await ari.bridges.addChannel({ bridgeId: bridge.id, channel: uniqueid });
      await agree("Stasis: one more in the bridge");
    }
    expect(new Set(link.table.channels.map((row) => row.linkedid)).size).toBe(1);
    await ari.bridges.destroy({ bridgeId: bridge.id });
    await agree("Stasis: the bridge is gone");
    await lab.cli("channel request hangup all");
    await lab.waitUntilIdle();
  });

  it("reads odd names as they were meant", async () => {
    const fresh = stageOn(lab, () => Promise.resolve());
    const ping = await fresh.phone("1002");
    const name = `Pat O'Brien 50% <b> "x"? é`;
    await witness.action("Originate", {
      Channel: "PJSIP/1002",
      Application: "Wait",
      Data: "30",
      CallerID: `"${name.replaceAll('"', String.raw`\"`)}" <77>`,
      Async: true,
    });
    await ping.waitForCall();
    await agree("odd names");
    expect(link.table.channels.map((row) => row.callerIdName)).toEqual([name]);
    await lab.cli("channel request hangup all");
    await lab.waitUntilIdle();
  });
});
