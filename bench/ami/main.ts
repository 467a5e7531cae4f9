import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { cpus } from "node:os";
import { join } from "node:path";
import { adapters } from "./adapters.ts";
import type { CommandReply, Measured, Probed, Report } from "./measured.ts";
import { table, type Row } from "./table.ts";

// Six libraries, one process each, one server process, the same bytes. The median of three runs by CPU per event.

const quick = process.argv.includes("--quick");
const json = process.argv.includes("--json");
const events = quick ? 40_000 : 200_000;
const runs = quick ? 1 : 3;
const only = process.argv.find((value) => value.startsWith("--only="))?.slice("--only=".length);

function start(file: string, parameters: readonly string[]): ChildProcess {
  return fork(join(import.meta.dirname, file), parameters, { stdio: ["ignore", "ignore", "inherit", "ipc"] });
}

async function stop(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}

/** The next message of a child; `undefined` if none comes in time or the child is gone. */
function message(child: ChildProcess, milliseconds: number): Promise<unknown> {
  return new Promise((resolve) => {
    const done = (value?: unknown): void => {
      clearTimeout(timer);
      child.off("message", done).off("exit", gone);
      resolve(value);
    };
    const gone = (): void => done();
    const timer = setTimeout(done, milliseconds);
    child.once("message", done).once("exit", gone);
  });
}

interface RunOf {
  readonly stream?: Measured;
  readonly probed?: Probed;
  readonly command?: CommandReply;
}

async function run(library: string, mixed: boolean, more: boolean): Promise<RunOf> {
  const server = start("server.ts", []);
  const { port } = (await message(server, 10_000)) as { port: number };
  const client = start("one.ts", [library, String(port), String(events)]);
  try {
    if ((await message(client, 20_000)) !== "ready") return {};
    server.send({ start: { events, mixed } });
    const stream = (await message(client, 120_000)) as Extract<Report, { stream: Measured }> | undefined;
    if (stream === undefined || !more) return { ...stream };
    server.send({ start: "probe" });
    const probed = (await message(client, 3000)) as Extract<Report, { probed: Probed }> | undefined;
    client.send("command");
    const reply = (await message(client, 15_000)) as { command: CommandReply } | undefined;
    return { ...stream, ...probed, ...reply };
  } finally {
    await stop(client);
    await stop(server);
  }
}

const middle = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

async function row(library: string, mixed: boolean, more: boolean): Promise<Row> {
  const all: RunOf[] = [];
  for (let n = 0; n < runs; n++) all.push(await run(library, mixed, more && n === 0));
  const streams = all.flatMap(({ stream }) => stream ?? []);
  const median = streams.toSorted((a, b) => a.cpuMicrosPerEvent - b.cpuMicrosPerEvent)[Math.floor(streams.length / 2)];
  return {
    library,
    ours: library.startsWith("cordboard"),
    stream: median,
    peakRssMb: Math.max(...streams.map(({ peakRssMb }) => peakRssMb)),
    longestStallMs: middle(streams.map(({ longestStallMs }) => longestStallMs)),
    probed: all[0]?.probed,
    command: all[0]?.command,
  };
}

const plain: Row[] = [];
const mixed: Row[] = [];
for (const library of Object.keys(adapters).filter((name) => only === undefined || name.includes(only))) {
  if (!json) console.error(`… ${library}`);
  if (library.includes("of 20")) mixed.push(await row(library, true, false));
  else plain.push(await row(library, false, !library.includes("wanted")));
}
const fastest = plain
  .filter(({ ours, stream }) => !ours && stream !== undefined)
  .toSorted((a, b) => (a.stream?.cpuMicrosPerEvent ?? 0) - (b.stream?.cpuMicrosPerEvent ?? 0))[0];
if (fastest !== undefined) mixed.unshift(await row(fastest.library, true, false));

const facts = { node: process.version, cores: cpus().length, events, runs };
if (json) console.log(JSON.stringify({ ...facts, fiveTypes: plain, twentyTypes: mixed }, null, 2));
else {
  console.log(`Node ${facts.node}, ${facts.cores} cores; ${events} events, median of ${runs} by CPU per event\n`);
  console.log(table(plain));
  console.log("\nTwenty types of event in turn instead of five:\n");
  console.log(table(mixed));
}
