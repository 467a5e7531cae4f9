import { monitorEventLoopDelay } from "node:perf_hooks";
import { adapters } from "./adapters.ts";
import { bytesInMb, type CommandReply, type Probed, type Report } from "./measured.ts";

// One library in a process of its own: connects, says it is ready, and reports what it saw of the stream, of the
// awkward messages, and of the long reply.

const [library = "", port = "", events = ""] = process.argv.slice(2);
const tell = (report: Report | "ready"): void => void process.send?.(report);
const adapter = adapters[library]?.();
if (adapter === undefined) throw new Error(`no such library: ${library}`);

const stall = monitorEventLoopDelay({ resolution: 5 });
const seen = new Map<string, unknown>();
let delivered = 0;
let cpu = process.cpuUsage();
let startedAt = 0;
let startRssMb = 0;

// Everything that is no event of the stream; looked up once per event, whatever the library.
const others: ReadonlyMap<string, (name: string, event: unknown) => void> = new Map([
  ["BenchEnd", ended],
  ["FullyBooted", () => {}],
  ...["ProbeRepeats", "ProbeUtf8", "ProbeOddEnd", "ProbeAfterOddEnd", "ProbeEnd"].map(
    (name) => [name, probed] as const,
  ),
]);
await adapter.connect(Number(port), (name, event) => {
  const other = others.get(name);
  if (other !== undefined) other(name, event);
  else if (delivered++ === 0) start();
});
globalThis.gc?.();
startRssMb = process.memoryUsage.rss() / bytesInMb;
tell("ready");

/** Everything is counted from the first event to the last. */
function start(): void {
  stall.enable();
  startedAt = performance.now();
  cpu = process.cpuUsage();
}

function ended(): void {
  const used = process.cpuUsage(cpu);
  const seconds = (performance.now() - startedAt) / 1000;
  stall.disable();
  const count = Number(events);
  tell({
    stream: {
      library,
      events: count,
      delivered,
      eventsPerSecond: count / seconds,
      cpuMicrosPerEvent: (used.user + used.system) / count,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
      startRssMb,
      // The histogram counts the sampling interval itself.
      longestStallMs: Math.max(0, stall.max / 1e6 - 5),
    },
  });
}

function probed(name: string, event: unknown): void {
  seen.set(name, event);
  if (name !== "ProbeEnd" || seen.has("done")) return;
  seen.set("done", true);
  const text = (probe: string): string => textOf(seen.get(probe));
  const result: Probed = {
    repeatsKept: ["one", "two", "three"].every((value) => text("ProbeRepeats").includes(value)),
    utf8AcrossSegments: text("ProbeUtf8").includes("Jürgen Weiß"),
    oddLineEnd: text("ProbeAfterOddEnd").includes("after") && !text("ProbeOddEnd").includes("after"),
  };
  tell({ probed: result });
}

function textOf(event: unknown): string {
  if (typeof event !== "object" || event === null) return "";
  return "text" in event && typeof event.text === "string" ? event.text : JSON.stringify(event);
}

async function command(): Promise<CommandReply> {
  stall.reset();
  stall.enable();
  const start = performance.now();
  const result = await adapter?.command();
  const milliseconds = performance.now() - start;
  await new Promise((resolve) => setTimeout(resolve, 20));
  stall.disable();
  const lines = new Set(JSON.stringify(result).match(/line \d{6}/g));
  return { milliseconds, longestStallMs: Math.max(0, stall.max / 1e6 - 5), linesKept: lines.size };
}

process.on("message", (order) => {
  if (order !== "command") return;
  // A reply that never comes is a result too; the parent ends this process then.
  void command().then((reply) => tell({ command: reply }));
});
