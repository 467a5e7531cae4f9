import { AriClient } from "../client.ts";
import { AriError } from "../errors.ts";
import { cuttableWire } from "./cuttable-wire.ts";
import { chance, type SoakOptions } from "./frames-soak.ts";
import { FakeAriServer } from "./fake-ari-server.ts";

/**
 * Cuts the link at random moments while calls, waits and playbacks are pending: every one settles, once, and the client
 * comes back.
 * @throws {Error} when that does not hold.
 */
export async function linkSoak({ rounds, seed, report }: SoakOptions): Promise<void> {
  const random = chance(seed);
  const server = await FakeAriServer.start({ restOverWebSocket: true });
  const wire = await cuttableWire(server.port);
  server.route(/^(GET|POST) /, async () => {
    await new Promise((resolve) => setTimeout(resolve, random() * 4));
    return { json: [] };
  });
  const ari = new AriClient({
    ...server.credentials,
    url: `http://127.0.0.1:${wire.port}/ari`,
    apps: "hello",
    rest: random() < 0.5 ? "http" : "websocket",
    reconnect: { minMs: 1, maxMs: 4 },
    timeoutMs: 5_000,
  });
  let settled = 0;
  let expected = 0;
  const count = (promise: Promise<unknown>): Promise<void> => {
    expected++;
    return promise.then(
      () => void settled++,
      (error: unknown) => {
        if (!(error instanceof AriError)) throw error;
        settled++;
      },
    );
  };
  try {
    await ari.connect();
    for (let round = 0; round < rounds; round++) {
      const back =
        ari.state === "connected" ? new Promise((resolve) => ari.onNotice("resync", resolve)) : ari.connect();
      const pending = [
        count(ari.channels.list()),
        count(ari.channel("x").answer()),
        count(ari.channel("x").play("sound:a")),
        count(ari.waitFor("StasisStart", { timeoutMs: 10 + random() * 10 })),
      ];
      await new Promise((resolve) => setTimeout(resolve, random() * 4));
      wire.cut();
      await Promise.all(pending);
      await back;
      if (round % 250 === 249)
        report(
          `${round + 1} cuts, ${settled} of ${expected} calls settled, ${Math.round(process.memoryUsage().heapUsed / 1e6)} MB of heap`,
        );
    }
    if (settled !== expected) throw new Error(`${settled} of ${expected} calls settled`);
  } finally {
    await ari.close();
    await wire.close();
    await server.close();
  }
}
