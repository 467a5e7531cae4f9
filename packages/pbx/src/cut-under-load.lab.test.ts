import { setTimeout as sleep } from "node:timers/promises";
import { AmiClient } from "@cordboard/ami";
import { placeLoad, startAsterisk } from "@cordboard/lab";
import { expect, it, onTestFinished } from "vitest";
import { PbxLink } from "./pbx-link.ts";
import { truthOf, viewOf } from "./testing/lab-truth.ts";
import { TcpRelay } from "./testing/tcp-relay.ts";

it.each([22, 16] as const)(
  "Asterisk %i: the table is right after a load during which the link was cut again and again",
  async (version) => {
    const lab = await startAsterisk({ version });
    onTestFinished(() => lab.stop());
    const ami = {
      host: lab.host,
      port: lab.ports.ami,
      username: lab.users.amiFull.user,
      secret: lab.users.amiFull.secret,
    };
    const witness = new AmiClient({ ...ami, events: "off" });
    onTestFinished(() => witness.close());
    await witness.connect();
    const relay = await TcpRelay.to(lab.ports.ami);
    onTestFinished(() => relay.close());
    const link = new PbxLink({
      id: "lab",
      ami: { ...ami, port: relay.port, reconnect: { minMs: 1, maxMs: 20 } },
      checkEveryMs: 0,
    });
    onTestFinished(() => link.close());
    const mirror = new Map<string, unknown>();
    let began = 0;
    link.on("change", (change) => {
      if (change.type === "channel-new") began++;
      if ("after" in change) mirror.set(change.after.uniqueid, change.after);
      else mirror.delete(change.before.uniqueid);
    });
    let losses = 0;
    link.on("state", ({ to }) => void (to === "waiting" && losses++));
    await link.start();

    const over = new AbortController();
    const cutting = (async (): Promise<void> => {
      for (let i = 0; !over.signal.aborted; i++) {
        await sleep(20 + ((i * 37) % 200));
        relay.cut();
      }
    })();
    const load = await placeLoad(lab, { calls: 150, rate: 30, seconds: 1 }).finally(() => over.abort());
    await cutting;
    await lab.waitUntilIdle({ timeoutMs: 20_000 });
    await lab.waitFor(() => link.state === "live" && link.table.channels.length === 0, { what: "an empty table" });
    expect(load.failed).toBe(0);
    expect(losses).toBeGreaterThan(10);
    expect(began).toBeGreaterThan(50);
    const now = await truthOf(witness);
    expect(viewOf(link.table)).toEqual(now);
    expect([...mirror.keys()].sort((a, b) => a.localeCompare(b))).toEqual(
      link.table.bridges.map((row) => row.uniqueid).sort((a, b) => a.localeCompare(b)),
    );
  },
);
