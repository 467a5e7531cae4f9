import { setTimeout as sleep } from "node:timers/promises";
import { fork } from "node:child_process";
import { join } from "node:path";
import { placeLoad, startAsterisk, type LabAsterisk, type Phone } from "../../lab/src/index.ts";
import type { ClientsAsked } from "./clients.ts";
import { usageOf } from "./process-usage.ts";
import { ServerUnderTest } from "./server-under-test.ts";

/** CPU seconds that both took for the same calls. */
export interface SameCalls {
  readonly what: string;
  readonly calls: number;
  readonly seconds: number;
  readonly asteriskCpuSeconds: number;
  readonly serverCpuSeconds: number;
}

/** Who listens to the server meanwhile. */
const clients = 5;
/** Calls with voice at the same time, and how long each of them lasts, in seconds. */
const talksAtOnce = 20;
const talkSeconds = 60;

/** The server and a real Asterisk of the lab, both measured over the same calls: `/proc/PID/stat` of both. */
export async function againstAsterisk(seconds: number, say: (line: string) => void): Promise<readonly SameCalls[]> {
  await using lab = await startAsterisk({ version: 22 });
  const { user, secret } = lab.users.amiView;
  await using server = await ServerUnderTest.start(`ami://${user}:${secret}@127.0.0.1:${lab.ports.ami}`);
  const token = await server.token();
  await server.untilUp(token);
  const readers = fork(join(import.meta.dirname, "clients.ts"), [], { stdio: ["ignore", "ignore", "inherit", "ipc"] });
  try {
    const open = Array.from({ length: clients }, () => "/api/v1/events");
    readers.send({ open, port: server.port, token, slow: false } satisfies ClientsAsked);
    const measure = async (what: string, place: () => Promise<number>): Promise<SameCalls> => {
      say(`… ${what}`);
      await sleep(3000);
      const [asterisk, own, began] = [usageOf(lab.pid), usageOf(server.pid), performance.now()];
      const calls = await place();
      const tookSeconds = (performance.now() - began) / 1000;
      return {
        what,
        calls,
        seconds: tookSeconds,
        asteriskCpuSeconds: usageOf(lab.pid).cpuSeconds - asterisk.cpuSeconds,
        serverCpuSeconds: usageOf(server.pid).cpuSeconds - own.cpuSeconds,
      };
    };
    // The first calls are slower, on both sides.
    await placeLoad(lab, { calls: 100, rate: 10, seconds: 2 });
    return [
      await measure("nobody calls", () => sleep(seconds * 500, 0)),
      await measure("signalling alone: 10 calls/s of 2 s without a voice (`lab load`)", async () => {
        const { successful } = await placeLoad(lab, { calls: seconds * 10, rate: 10, seconds: 2 });
        return successful;
      }),
      await measure(`with voices: ${talksAtOnce} calls at a time, each of ${talkSeconds} s`, () => talk(lab, seconds)),
    ];
  } finally {
    readers.kill("SIGKILL");
  }
}

/** People talk, both ways, 50 packets a second each; returns how many calls there were. */
async function talk(lab: LabAsterisk, seconds: number): Promise<number> {
  const numbers = ["1000", "1001", "1002", "1003"];
  const phones = await lab.addPhones(numbers);
  const end = performance.now() + seconds * 1000;
  let calls = 0;
  await Promise.all(
    Array.from({ length: talksAtOnce }, async (_, index) => {
      const [caller, called] = [phones[index % 2] as Phone, numbers[2 + ((index >> 1) % 2)] ?? ""];
      // Not all at the same moment.
      await sleep((index * talkSeconds * 1000) / talksAtOnce / 4);
      while (performance.now() < end) {
        const leg = await caller.call(called);
        await leg.waitUntilUp();
        calls++;
        await sleep(Math.min(talkSeconds * 1000, Math.max(0, end - performance.now())));
        leg.hangUp();
        await leg.waitUntilEnded();
      }
    }),
  );
  await lab.stopPhones();
  await lab.waitUntilIdle({ timeoutMs: 10_000 });
  return calls;
}

/** The figures as a Markdown table. */
export function tableOf(all: readonly SameCalls[]): string {
  const lines = all.map(({ what, calls, seconds, asteriskCpuSeconds, serverCpuSeconds }) => {
    const perCall = (cpu: number): string => (calls > 1 ? ((cpu / calls) * 1000).toFixed(1) : "");
    const share = `${((serverCpuSeconds / asteriskCpuSeconds) * 100).toFixed(0)} %`;
    const numbers = [asteriskCpuSeconds.toFixed(2), serverCpuSeconds.toFixed(2), share];
    return `| ${[what, calls, seconds.toFixed(0), ...numbers, perCall(asteriskCpuSeconds), perCall(serverCpuSeconds)].join(" | ")} |`;
  });
  return [
    "| what | calls | seconds | CPU s of Asterisk | CPU s of the server | share | ms a call: Asterisk | the server |",
    "|---|---:|---:|---:|---:|---:|---:|---:|",
    ...lines,
  ].join("\n");
}
