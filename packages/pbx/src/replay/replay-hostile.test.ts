import { connect, type Socket } from "node:net";
import { afterEach, expect, it, vi } from "vitest";
import { importAmiText } from "../import-ami-text.ts";
import { systemClock, type ReplayClock } from "../clock.ts";
import { replayServer, type ReplayServer } from "./replay-server.ts";
import { TestClock } from "../testing/test-clock.ts";
import { traceBytes } from "../testing/trace-messages.ts";

const open: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});

async function replay(clock: ReplayClock): Promise<ReplayServer> {
  const recordings = [importAmiText(traceBytes("basic"), { spacingMs: 100 })];
  const server = await replayServer({ recordings, clock });
  open.push(server);
  return server;
}

/** A client that never closes its side; resolves once it was greeted, or once it was cut. */
async function stubborn(server: ReplayServer): Promise<{ readonly socket: Socket; readonly said: () => string }> {
  const socket = connect({ port: server.port, host: "127.0.0.1", allowHalfOpen: true });
  open.push({ close: () => socket.destroy() });
  let text = "";
  socket.on("error", () => undefined);
  socket.on("data", (bytes) => (text += bytes.toString()));
  await new Promise((resolve) => {
    socket.once("data", resolve);
    socket.once("close", resolve);
    socket.once("end", resolve);
  });
  return { socket, said: () => text };
}

const until = (condition: () => void): Promise<void> => vi.waitFor(condition, { interval: 2, timeout: 5_000 });

it("those who are refused and never hang up keep nobody else out", async () => {
  const clock = new TestClock();
  const server = await replay(clock);
  const refused = await Promise.all(Array.from({ length: 50 }, () => stubborn(server)));
  for (const { socket } of refused) socket.write("Action: Login\r\nUsername: x\r\nSecret: y\r\nActionID: 1\r\n\r\n");
  await until(() => {
    clock.advance(1_000);
    for (const { said } of refused) expect(said()).toContain("Authentication failed");
  });
  await until(async () => expect((await stubborn(server)).said()).toContain("Asterisk Call Manager"));
});

it("who logs off and does not hang up is gone all the same", async () => {
  const server = await replay(new TestClock());
  const { socket, said } = await stubborn(server);
  socket.write("Action: Login\r\nUsername: replay\r\nSecret: replay\r\n\r\nAction: Logoff\r\n\r\n");
  await until(() => expect(said()).toContain("Thanks for all the fish"));
  await until(() => expect(server.clients).toBe(0));
});

it("a replay goes on when the machine's clock is set back by an hour", async () => {
  const clock = new TestClock();
  let skewMs = 0;
  const server = await replay({
    now: () => clock.now() + skewMs,
    schedule: (delayMs, run) => clock.schedule(delayMs, run),
  });
  let loops = 0;
  server.on("loop", () => loops++);
  clock.advance(300);
  skewMs = -3_600_000;
  clock.advance(60_000);
  expect(loops).toBeGreaterThan(1);
});

it("a moment too far away for a timer is waited for, not taken for now", () => {
  vi.useFakeTimers();
  try {
    const run = vi.fn();
    const cancel = systemClock.schedule(1e12, run);
    vi.advanceTimersByTime(60_000);
    expect(run).not.toHaveBeenCalled();
    cancel();
  } finally {
    vi.useRealTimers();
  }
});
