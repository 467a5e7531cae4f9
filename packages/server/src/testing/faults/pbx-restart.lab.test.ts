import { startAsterisk, waitFor } from "@cordboard/lab";
import { expect, it, onTestFinished } from "vitest";
import { Follower } from "./follower.ts";
import { randomFrom } from "./random.ts";
import { ServerProcess } from "./server-process.ts";
import { WildRelay } from "./wild-relay.ts";

it("when Asterisk dies all its calls end, the stream goes on, and the calls of the new one are seen", async () => {
  const secret = "the-same-before-and-after";
  await using things = new AsyncDisposableStack();
  onTestFinished(() => things.disposeAsync());
  const first = things.use(await startAsterisk({ version: 22, secret }));
  const wire = things.use(await WildRelay.to(first.ports.ami));
  const server = things.use(
    await ServerProcess.start(`ami://${first.users.amiFull.user}:${secret}@127.0.0.1:${wire.port}`),
  );
  await waitFor(() => server.isPbxUp(), { timeoutMs: 20_000, what: "the PBX to be up" });
  const follower = things.use(
    new Follower({
      name: "stream",
      transport: "websocket",
      port: server.port,
      token: server.token,
      random: randomFrom(1),
    }),
  );
  const [kai, ping, ana] = await first.addPhones(["1000", "1002", "1001"]);
  await kai?.call("1002");
  const waiting = await ana?.call("700");
  await waiting?.waitUntilUp();
  await waitFor(async () => (await server.calls()).length === 2, { what: "two calls" });
  const before = (await server.calls()).map(({ id }) => id).toSorted();
  expect(ping?.legs.length).toBeGreaterThan(0);

  process.kill(first.pid, "SIGKILL");
  await waitFor(async () => !(await server.isPbxUp()), { what: "the PBX to be down" });
  const second = things.use(await startAsterisk({ version: 22, secret }));
  wire.target = second.ports.ami;
  await waitFor(() => server.isPbxUp(), { timeoutMs: 30_000, what: "the PBX to be up again" });
  await waitFor(() => follower.cleared.length === 2, { what: "both calls to end" });
  expect(follower.cleared.toSorted()).toEqual(before);
  expect(await server.calls()).toEqual([]);
  expect((await server.history()).map(({ id }) => id).toSorted()).toEqual(before);

  const [lena] = await second.addPhones(["1006"]);
  const call = await lena?.call("600");
  await call?.waitUntilUp();
  await waitFor(async () => (await server.calls()).length === 1, { what: "the new call" });
  call?.hangUp();
  await waitFor(() => follower.cleared.length === 3, { what: "the new call to end" });
  expect(follower.problems).toEqual([]);
  expect(follower.connections).toBe(1);
});
