import { AmiClient } from "@cordboard/ami";
import { placeLoad, startAsterisk } from "@cordboard/lab";
import { expect, it, onTestFinished } from "vitest";
import { Pbx } from "./pbx.ts";
import { OpenCalls } from "./testing/open-calls.ts";
import { differences, truthOf } from "./testing/pbx-truth.ts";
import { TcpRelay } from "./testing/tcp-relay.ts";

it.each([22, 16] as const)(
  "Asterisk %i: the calls are right after a load during which the link was cut again and again",
  async (version) => {
    const lab = await startAsterisk({ version });
    onTestFinished(() => lab.stop());
    const { user: username, secret } = lab.users.amiFull;
    const ami = { host: lab.host, port: lab.ports.ami, username, secret };
    const witness = new AmiClient({ ...ami, events: "off" });
    onTestFinished(() => witness.close());
    await witness.connect();
    const relay = await TcpRelay.to(lab.ports.ami);
    onTestFinished(() => relay.close());
    const pbx = new Pbx({
      id: "lab",
      ami: { ...ami, port: relay.port, reconnect: { minMs: 1, maxMs: 20 } },
      checkEveryMs: 0,
    });
    onTestFinished(() => pbx.close());
    const told = new OpenCalls();
    pbx.on("change", (change) => told.take(change));
    let losses = 0;
    pbx.on("state", ({ to }) => void (to === "waiting" && losses++));
    await pbx.start();

    let cuts = 0;
    relay.cutEvery(() => 4_000 + ((cuts++ * 9_973) % 60_000));
    const load = await placeLoad(lab, { calls: 150, rate: 30, seconds: 1 });
    relay.cutEvery(() => Number.POSITIVE_INFINITY);
    await lab.waitUntilIdle({ timeoutMs: 20_000 });
    await lab.waitFor(() => pbx.state === "live" && pbx.calls.length === 0, { what: "all calls to be over" });
    // A machine that is busy may lose a packet of SIP; what counts is what is left afterwards.
    expect(load.failed).toBeLessThan(15);
    expect(losses).toBeGreaterThan(10);
    expect(told.begun).toBeGreaterThan(50);
    expect(differences(pbx, await truthOf(witness), new Set())).toEqual([]);
    expect(told.calls).toEqual([]);
  },
);
