import { adapters } from "./adapters.ts";
import { type Report, STREAM_TYPES, type Task } from "./measured.ts";

// One library in a process of its own, for one task. Its own output goes nowhere; what it measured goes to the parent.

const [library = "", port = "", task = "", count = "", wantedCount = "5"] = process.argv.slice(2);
const tell = (report: Report): void => void process.send?.(report);
const adapter = adapters[library]?.();
if (adapter === undefined) throw new Error(`no such library: ${library}`);
const total = Number(count);
const wanted = STREAM_TYPES.slice(0, Number(wantedCount));
const cpuMicros = (since: NodeJS.CpuUsage): number => {
  const used = process.cpuUsage(since);
  return used.user + used.system;
};

let listener: (event: unknown) => void = () => undefined;
const loadCpu = process.cpuUsage();
const loadStart = performance.now();
await adapter.connect(Number(port), wanted, (event) => listener(event));
const ready = { cpuMs: cpuMicros(loadCpu) / 1000, wallMs: performance.now() - loadStart };

const tasks: Readonly<Record<Exclude<Task, "load">, () => void | Promise<void>>> = {
  events() {
    let delivered = 0;
    let start = 0;
    const expected = (total / STREAM_TYPES.length) * wanted.length;
    const cpu = process.cpuUsage();
    const finish = (): void => {
      const seconds = (performance.now() - start) / 1000;
      const streamed = {
        delivered,
        cpuMicrosPerEvent: cpuMicros(cpu) / total,
        eventsPerSecond: total / seconds,
        peakRssMb: process.resourceUsage().maxRSS / 1024,
      };
      tell({ streamed });
    };
    listener = () => {
      if (delivered++ === 0) start = performance.now();
      if (delivered === expected) setImmediate(finish);
    };
    // A library that loses events is measured all the same, by what it took for all of them.
    process.once("message", () => {
      if (delivered < expected) finish();
    });
  },
  latency() {
    const delays: number[] = [];
    let burst = 0;
    let digits = "";
    listener = (event) => {
      const { type, variable, value, digit } = event as {
        type: string;
        variable?: string;
        value?: string;
        digit?: string;
      };
      if (type === "ChannelDtmfReceived") digits += digit ?? "";
      else if (variable === "SENT_AT") delays.push(Number(process.hrtime.bigint() - BigInt(value ?? 0)) / 1e6);
      else if (variable === "BURST") burst++;
    };
    process.once("message", () => {
      const medianMs = delays.toSorted((a, b) => a - b)[Math.floor(delays.length / 2)] ?? NaN;
      tell({ promptness: { medianMs, burstDelivered: burst, digits } });
    });
  },
  async rest() {
    const parallel = 50;
    const go = async (requests: number): Promise<void> => {
      let left = requests;
      const worker = async (): Promise<void> => {
        while (left-- > 0) await adapter.request("1795245844.12");
      };
      await Promise.all(Array.from({ length: parallel }, worker));
    };
    // What the engine compiles on the way is no part of the steady state of a service.
    await go(Math.round((total / 3) * 2));
    const cpu = process.cpuUsage();
    const start = performance.now();
    await go(total);
    const seconds = (performance.now() - start) / 1000;
    tell({ requested: { requestsPerSecond: total / seconds, cpuMicrosPerRequest: cpuMicros(cpu) / total } });
  },
};

if (task !== "load") void tasks[task as Exclude<Task, "load">]();
tell({ ready });
