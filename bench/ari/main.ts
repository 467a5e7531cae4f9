import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { bundle } from "../../packages/ari/tools/bundle.ts";
import { adapters } from "./adapters.ts";
import type { Loaded, Promptness, Report, Requested, Served, Streamed, Task } from "./measured.ts";
import { type Row, table, verdicts } from "./table.ts";

// One process for each library and task, one for the server. Medians by CPU, since wall time depends on what else runs.

const quick = process.argv.includes("--quick");
const json = process.argv.includes("--json");
const only = process.argv.find((value) => value.startsWith("--only="))?.slice("--only=".length);
const events = quick ? 20_000 : 100_000;
const requests = quick ? 5_000 : 30_000;
const runs = quick ? 1 : 5;

// What a user installs is the packed file, so that is what is measured.
const packed = join(import.meta.dirname, "../results/ari-packed");
mkdirSync(packed, { recursive: true });
await bundle(packed);

function start(file: string, parameters: readonly string[]): ChildProcess {
  const env = { ...process.env, CORDBOARD_ARI_BUNDLE: join(packed, "index.js") };
  return fork(join(import.meta.dirname, file), parameters, { stdio: ["ignore", "ignore", "ignore", "ipc"], env });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** The next message of a child; `undefined` if none comes in time or the child is gone. */
function message<T>(child: ChildProcess, milliseconds: number): Promise<T | undefined> {
  return new Promise((resolve) => {
    const done = (value?: unknown): void => {
      clearTimeout(timer);
      child.off("message", done).off("exit", gone);
      resolve(value as T | undefined);
    };
    const gone = (): void => done();
    const timer = setTimeout(done, milliseconds);
    child.once("message", done).once("exit", gone);
  });
}

interface Outcome {
  readonly loaded?: Loaded;
  readonly served?: Served | undefined;
  readonly streamed?: Streamed;
  readonly promptness?: Promptness;
  readonly requested?: Requested;
}

async function ask<T>(child: ChildProcess, order: object, milliseconds: number): Promise<T | undefined> {
  const reply = message<T>(child, milliseconds);
  child.send(order);
  return await reply;
}

async function run(library: string, task: Task, wanted = 5): Promise<Outcome> {
  const server = start("server.ts", []);
  const { port } = (await message<{ port: number }>(server, 10_000)) ?? { port: 0 };
  const client = start("one.ts", [
    library,
    String(port),
    task,
    String(task === "rest" ? requests : events),
    String(wanted),
  ]);
  try {
    const first = await message<Report>(client, 20_000);
    if (first === undefined || !("ready" in first)) return {};
    const loaded = first.ready;
    if (task === "load")
      return { loaded, served: (await ask<{ served: Served }>(server, { served: true }, 5_000))?.served };
    if (task === "rest") {
      const report = await message<{ requested: Requested }>(client, 120_000);
      return { ...report, served: (await ask<{ served: Served }>(server, { served: true }, 5_000))?.served };
    }
    const report = message<Report>(client, 120_000);
    await ask(server, task === "events" ? { stream: events } : { promptness: true }, 120_000);
    // Time for what a library holds back; then whatever came is counted.
    await Promise.race([report, sleep(task === "events" ? 5_000 : 500)]);
    client.send({ finish: true });
    return { ...(await report) } as Outcome;
  } finally {
    await stop(client);
    await stop(server);
  }
}

/** The run in the middle by CPU. */
async function median<T>(value: () => Promise<T | undefined>, cpu: (of: T) => number): Promise<T | undefined> {
  const all: T[] = [];
  for (let n = 0; n < runs; n++) {
    const one = await value();
    if (one !== undefined) all.push(one);
  }
  return all.toSorted((a, b) => cpu(a) - cpu(b))[Math.floor(all.length / 2)];
}

async function row(library: string): Promise<Row> {
  const overWebSocket = library.includes("WebSocket");
  const requested = await median(
    () => run(library, "rest"),
    ({ requested }) => requested?.cpuMicrosPerRequest ?? Infinity,
  );
  const rest = { requested: requested?.requested, connections: requested?.served?.connections };
  if (overWebSocket) return { library, ours: true, ...rest };
  const loaded = await median(
    () => run(library, "load"),
    ({ loaded }) => loaded?.cpuMs ?? Infinity,
  );
  const all = await median(
    () => run(library, "events"),
    ({ streamed }) => streamed?.cpuMicrosPerEvent ?? Infinity,
  );
  const two = await median(
    () => run(library, "events", 2),
    ({ streamed }) => streamed?.cpuMicrosPerEvent ?? Infinity,
  );
  const { promptness } = await run(library, "latency");
  return {
    library,
    ours: library.startsWith("cordboard"),
    loaded: loaded?.loaded,
    startRequests: loaded?.served?.requests,
    streamed: all?.streamed,
    streamedTwo: two?.streamed,
    promptness,
    ...rest,
  };
}

const rows: Row[] = [];
for (const library of Object.keys(adapters).filter((name) => only === undefined || name.includes(only))) {
  if (!json) console.error(`… ${library}`);
  rows.push(await row(library));
}
const facts = { node: process.version, cores: cpus().length, events, channels: events / 5, requests, runs };
if (json) console.log(JSON.stringify({ ...facts, rows }, null, 2));
else {
  console.log(
    `Node ${facts.node}, ${facts.cores} cores; ${events} events of ${facts.channels} channels, ${requests} requests; medians of ${runs} by CPU\n`,
  );
  console.log(table(rows, events));
  console.log(`\n${verdicts(rows).join("\n")}`);
}
