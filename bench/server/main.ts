import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { parseArgs } from "node:util";
import type { ClientsAsked, ClientsTold } from "./clients.ts";
import type { PbxTold } from "./pbx.ts";
import { usageOf } from "./process-usage.ts";
import { ServerUnderTest } from "./server-under-test.ts";
import { extensionsOf, offices } from "./stamped-load.ts";

// A PBX that is played, the server, and its clients: a process each, on one machine. With `--asterisk`: the server and a real Asterisk of the lab.

const { values } = parseArgs({
  options: {
    quick: { type: "boolean", default: false },
    json: { type: "boolean", default: false },
    rate: { type: "string", default: "2000" },
    calls: { type: "string", default: "400" },
    clients: { type: "string", default: "200" },
    slow: { type: "string", default: "10" },
    seconds: { type: "string" },
    node: { type: "string", multiple: true, default: [] },
    asterisk: { type: "boolean", default: false },
  },
});
const rate = Number(values.rate);
const clients = Number(values.clients);
const slow = Number(values.slow);
// In all less than a minute: then the server compares its calls with what the PBX lists, and one that is played lists none.
const warmUpMs = values.quick ? 5_000 : 10_000;
const seconds = Number(values.seconds ?? (values.quick ? 10 : values.asterisk ? 60 : 17));
/** A token may hold so many streams. */
const streamsPerToken = 50;

/** What one stretch of time showed. */
interface Stretch {
  readonly what: string;
  readonly amiEventsPerSecond: number;
  readonly told: ClientsTold;
  /** Two more clients, in a process of their own: to see what the server takes, without the queue before the many in one process. */
  readonly probe: ClientsTold;
  readonly serverCpu: number;
  readonly pbxCpu: number;
  readonly clientsCpu: number;
  readonly serverRssMb: number;
  readonly serverPeakRssMb: number;
}

const say = (line: string): void => void (values.json || console.error(line));

if (values.asterisk) {
  const { againstAsterisk, tableOf } = await import("./against-asterisk.ts");
  const all = await againstAsterisk(seconds, say);
  console.log(values.json ? JSON.stringify(all, null, 2) : tableOf(all));
  process.exit(0);
}

function start(file: string, ...parameters: readonly (string | number)[]): ChildProcess {
  return fork(join(import.meta.dirname, file), parameters.map(String), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** The next message of a child that passes. */
async function told<T>(child: ChildProcess, isIt: (message: T) => boolean = () => true): Promise<T> {
  for (;;) {
    const [message] = (await Promise.race([
      once(child, "message"),
      once(child, "exit").then(([code]) => {
        throw new Error(`${child.spawnargs.slice(2).join(" ")} ended with ${String(code)}`);
      }),
    ])) as [T];
    if (isIt(message)) return message;
  }
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

const pbx = start("pbx.ts", values.calls, rate);
const readers = start("clients.ts");
const probe = start("clients.ts");
const sleepers = start("clients.ts");
try {
  const { port: amiPort } = await told<{ port: number }>(pbx);
  await using server = await ServerUnderTest.start(`ami://bench:bench@127.0.0.1:${amiPort}`, values.node);
  const tokens: string[] = [];
  while (tokens.length * streamsPerToken < clients + slow + 2) tokens.push(await server.token());
  await server.untilUp(tokens[0] ?? "");
  const idle = usageOf(server.pid);

  const open = async (child: ChildProcess, paths: readonly string[], token: string, isSlow: boolean): Promise<void> => {
    child.send({ open: paths, port: server.port, token, slow: isSlow } satisfies ClientsAsked);
    await told<{ opened?: number }>(child, ({ opened }) => opened !== undefined);
  };
  const paths = Array.from({ length: clients }, (_, index) =>
    index % 2 === 0
      ? "/api/v1/events?snapshot=false"
      : `/api/v1/events?snapshot=false&extension=${extensionsOf((index >> 1) % offices).join(",")}`,
  );
  for (const [index, token] of tokens.entries())
    await open(readers, paths.slice(index * streamsPerToken, (index + 1) * streamsPerToken), token, false);
  await open(probe, paths.slice(0, 2), tokens.at(-1) ?? "", false);
  pbx.send("start");
  say(`… ${clients} clients; ${warmUpMs / 1000} s to warm up, then ${seconds} s each`);
  await sleep(warmUpMs);

  const measure = async (what: string): Promise<Stretch> => {
    const usage = (): readonly [number, number, number] => [
      usageOf(server.pid).cpuSeconds,
      usageOf(pbx.pid ?? 0).cpuSeconds,
      usageOf(readers.pid ?? 0).cpuSeconds,
    ];
    const sentBefore = await told<PbxTold>(pbx);
    for (const child of [readers, probe]) child.send("begin" satisfies ClientsAsked);
    const before = usage();
    const began = performance.now();
    let serverRssMb = 0;
    while (performance.now() - began < seconds * 1000) {
      await sleep(500);
      serverRssMb = Math.max(serverRssMb, usageOf(server.pid).rssMb);
    }
    const after = usage();
    const tookSeconds = (performance.now() - began) / 1000;
    const report = (child: ChildProcess): Promise<ClientsTold> => {
      child.send("report" satisfies ClientsAsked);
      return told<ClientsTold>(child, ({ samples }) => samples !== undefined);
    };
    const ofProbe = await report(probe);
    const ofReaders = await report(readers);
    const sentAfter = await told<PbxTold>(pbx);
    const share = (index: 0 | 1 | 2): number => (after[index] - before[index]) / tookSeconds;
    return {
      what,
      amiEventsPerSecond: ((sentAfter.sent - sentBefore.sent) / (sentAfter.micros - sentBefore.micros)) * 1e6,
      told: ofReaders,
      probe: ofProbe,
      serverCpu: share(0),
      pbxCpu: share(1),
      clientsCpu: share(2),
      serverRssMb,
      serverPeakRssMb: usageOf(server.pid).peakRssMb,
    };
  };
  const stretches = [await measure(`${clients} clients`)];
  if (slow > 0) {
    await open(
      sleepers,
      Array.from({ length: slow }, () => "/api/v1/events?snapshot=false"),
      tokens.at(-1) ?? "",
      true,
    );
    stretches.push(await measure(`and ${slow} that do not read`));
  }
  const cutOff = await server.metric("cordboard_stream_cut_off", tokens[0] ?? "");
  const unsentMb = (await server.metric("cordboard_stream_unsent_bytes", tokens[0] ?? "")) / 1_048_576;

  const facts = {
    node: process.version,
    cores: cpus().length,
    rate,
    calls: Number(values.calls),
    seconds,
    idleRssMb: idle.rssMb,
  };
  if (values.json) console.log(JSON.stringify({ ...facts, slow, cutOff, unsentMb, stretches }, null, 2));
  else {
    console.log(
      `Node ${facts.node}, ${facts.cores} cores; ${facts.calls} calls at a time, ${seconds} s each; the server had ${idle.rssMb.toFixed(0)} MB before\n`,
    );
    console.log(table(stretches));
    if (slow > 0)
      console.log(
        `\nOf ${slow} clients that do not read, ${cutOff} were cut off; ${unsentMb.toFixed(1)} MB wait for clients.`,
      );
  }
  if (stretches.some(({ probe: { p99 } }) => !(p99 <= 5000))) process.exitCode = 1;
} finally {
  await Promise.all([stop(pbx), stop(readers), stop(probe), stop(sleepers)]);
}

function table(stretches: readonly Stretch[]): string {
  const milliseconds = (micros: number): string => (micros / 1000).toFixed(2);
  const percent = (share: number): string => `${(share * 100).toFixed(0)} %`;
  const rows: readonly (readonly [string, (stretch: Stretch) => string])[] = [
    ["AMI events/s in", ({ amiEventsPerSecond }) => amiEventsPerSecond.toFixed(0)],
    ["WebSocket messages/s out", ({ told: { messages } }) => (messages / seconds).toFixed(0)],
    ["MB/s out", ({ told: { bytes } }) => (bytes / seconds / 1e6).toFixed(1)],
    ["AMI byte in → WebSocket byte out, ms: p50", ({ probe: { p50 } }) => milliseconds(p50)],
    ["p99 (target ≤ 5)", ({ probe: { p99 } }) => milliseconds(p99)],
    ["max", ({ probe: { max } }) => milliseconds(max)],
    ["the same, read by all clients in one process: p50", ({ told: { p50 } }) => milliseconds(p50)],
    ["p99", ({ told: { p99 } }) => milliseconds(p99)],
    ["max", ({ told: { max } }) => milliseconds(max)],
    ["samples", ({ probe, told: { samples } }) => `${probe.samples}, ${samples}`],
    ["CPU of the server", ({ serverCpu }) => percent(serverCpu)],
    ["CPU of the PBX that is played", ({ pbxCpu }) => percent(pbxCpu)],
    ["CPU of the clients", ({ clientsCpu }) => percent(clientsCpu)],
    ["RSS of the server, MB", ({ serverRssMb }) => serverRssMb.toFixed(0)],
    ["clients cut off", ({ told: { ended } }) => String(ended)],
  ];
  return [
    `| | ${stretches.map(({ what }) => what).join(" | ")} |`,
    `|---|${stretches.map(() => "---:|").join("")}`,
    ...rows.map(([name, value]) => `| ${name} | ${stretches.map(value).join(" | ")} |`),
  ].join("\n");
}
