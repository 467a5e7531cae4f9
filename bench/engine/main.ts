import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import type { EventsRun, MemoryRun, SnapshotRun, SocketRun } from "./measured.ts";
import { markdown, rowOf, type Row } from "./table.ts";

// Each measurement in a process of its own; whatever takes CPU several times.

const quick = process.argv.includes("--quick");
const json = process.argv.includes("--json");
const runs = quick ? 1 : 5;
const calls = 2150;
const manyCalls = 10_900;
const events = quick ? 100_000 : 400_000;
const peers = ["asterisk.io 0.1.1", "yana 0.3.0", "asterisk-manager 0.2.0"];

function start(file: string, ...parameters: readonly (string | number)[]): ChildProcess {
  const execArgv = ["--expose-gc"];
  return fork(join(import.meta.dirname, file), parameters.map(String), {
    execArgv,
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
}

/** What a child says next. */
async function told<T>(child: ChildProcess): Promise<T> {
  const [message] = (await Promise.race([
    once(child, "message"),
    once(child, "exit").then(([code]) => {
      throw new Error(`${child.spawnargs.slice(2).join(" ")} ended with ${String(code)}`);
    }),
  ])) as [T];
  return message;
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

async function several<T>(what: string, once: () => Promise<T>, times = runs): Promise<T[]> {
  if (!json) console.error(`… ${what}`);
  const all: T[] = [];
  for (let n = 0; n < times; n++) all.push(await once());
  return all;
}

function measure<T>(times: number, kind: string, ...parameters: readonly number[]): Promise<T[]> {
  const once = async (): Promise<T> => {
    const child = start("one.ts", kind, ...parameters);
    const result = await told<T>(child);
    await stop(child);
    return result;
  };
  return several(`${kind} ${parameters.join(" ")}`, once, times);
}

async function throughSocket(library: string): Promise<SocketRun> {
  const server = start("server.ts", calls, events);
  const served = await told<{ port: number; events: number }>(server);
  const reader = start("reader.ts", library, served.port, served.events);
  try {
    await told(reader);
    server.send("start");
    return (await told<{ run: SocketRun }>(reader)).run;
  } finally {
    await stop(reader);
    await stop(server);
  }
}

const ofEvents = await measure<EventsRun>(runs, "events", calls, events);
// The same events make the same objects, each time.
const ofMemory = await measure<MemoryRun>(1, "memory", calls);
const ofMoreMemory = await measure<MemoryRun>(1, "memory", manyCalls);
const ofSnapshots = await measure<SnapshotRun>(runs, "snapshot", 1830);
const ours = await several("the same bytes from a socket", () => throughSocket("ours"));
const ofPeers: (readonly [library: string, runs: SocketRun[]])[] = [];
for (const library of peers) ofPeers.push([library, await several(library, () => throughSocket(library))]);

const cpuOf = (run: SocketRun): number => run.cpuMicrosPerEvent;
const medianCpu = (all: readonly SocketRun[]): number => rowOf("", all, cpuOf).median;
const [event, memory, moreMemory, snapshot] = [ofEvents[0], ofMemory[0], ofMoreMemory[0], ofSnapshots[0]];
const rows: Row[] = [
  rowOf(
    `AMI events per second of CPU, ${event?.liveCalls} live calls`,
    ofEvents,
    (run) => 1e6 / run.cpuMicrosPerEvent,
    { atLeast: 60_000 },
  ),
  rowOf(
    "of these, that concern calls, queues or states",
    ofEvents,
    (run) => (1e6 / run.cpuMicrosPerEvent) * run.shareOfCalls,
  ),
  rowOf("CPU µs/AMI event", ofEvents, (run) => run.cpuMicrosPerEvent, { digits: 2 }),
  rowOf(`heap bytes/live call, ${memory?.liveCalls} calls`, ofMemory, (run) => run.bytesPerCall, { atMost: 8192 }),
  rowOf(`heap bytes/live call, ${moreMemory?.liveCalls} calls`, ofMoreMemory, (run) => run.bytesPerCall, {
    atMost: 8192,
  }),
  rowOf(`snapshot of ${snapshot?.channels} channels after a gap, ms of CPU`, ofSnapshots, (run) => run.afterGapMs, {
    atMost: 500,
  }),
  rowOf("the same at the start, ms of CPU", ofSnapshots, (run) => run.freshMs, { atMost: 500 }),
  rowOf("the same when nothing is new, ms of CPU", ofSnapshots, (run) => run.nothingNewMs, { atMost: 500 }),
  rowOf("from a socket to changes, CPU µs/AMI event", ours, cpuOf, { digits: 2 }),
  ...ofPeers.map(([library, all]) =>
    rowOf(`from a socket, only decoded: ${library}, CPU µs/AMI event`, all, cpuOf, { digits: 2 }),
  ),
];
const ratios = ofPeers.map(([library, all]) => `${library} ${(medianCpu(all) / medianCpu(ours)).toFixed(2)}`);

const facts = { node: process.version, cores: cpus().length, runs, events };
if (json)
  console.log(JSON.stringify({ ...facts, ofEvents, ofMemory, ofMoreMemory, ofSnapshots, ours, ofPeers }, null, 2));
else {
  console.log(`Node ${facts.node}, ${facts.cores} cores; ${runs} runs of ${events.toLocaleString("en")} events\n`);
  console.log(markdown(rows));
  console.log(
    `\nAn AMI event has ${event?.bytesPerEvent.toFixed(0)} bytes; ${((event?.shareOfCalls ?? 0) * 100).toFixed(0)} % concern calls, queues or states; ` +
      `${event?.changesPerEvent.toFixed(2)} changes each. The snapshot: ${((snapshot?.bytes ?? 0) / 1e6).toFixed(1)} MB, ` +
      `${snapshot?.afterGapChanges} changes after the gap, ${snapshot?.freshChanges} at the start, ${snapshot?.nothingNewChanges} when nothing is new.`,
  );
  console.log(
    `CPU that the others take to decode only, as a multiple of what ours takes to decode and to follow the calls: ${ratios.join("; ")}`,
  );
}
if (rows.some(({ met }) => met === false)) process.exitCode = 1;
