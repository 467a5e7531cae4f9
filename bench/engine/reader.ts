import { AmiClient } from "../../packages/ami/dist/index.js";
import { amiEventsOfCalls, CallEngine, fromAmi } from "../../packages/call-engine/dist/index.js";
import { adapters, type OnEvent } from "../ami/adapters.ts";
import type { SocketRun } from "./measured.ts";

// One library in a process of its own, at the other end of server.ts: `reader.ts LIBRARY PORT EVENTS`. Ours makes calls and changes of
// what it reads; the others hand out one decoded event after the other, and nobody looks at them.

const [library = "", port = "", events = ""] = process.argv.slice(2);
let cpu: NodeJS.CpuUsage | undefined;
let changes = 0;

const onEvent: OnEvent = (name) => {
  cpu ??= process.cpuUsage();
  if (name !== "BenchEnd") return;
  const { user, system } = process.cpuUsage(cpu);
  const run: SocketRun = {
    cpuMicrosPerEvent: (user + system) / Number(events),
    peakRssMb: process.resourceUsage().maxRSS / 1024,
  };
  process.send?.({ run, changes });
};

async function connectOurs(): Promise<void> {
  const client = new AmiClient({ host: "127.0.0.1", port: Number(port), username: "bench", secret: "secret" });
  const engine = new CallEngine({ pbx: "bench", newCallId: () => crypto.randomUUID() });
  client.onEvent([...amiEventsOfCalls, "BenchEnd"], (message) => {
    const event = fromAmi(message);
    if (event !== undefined) changes += engine.apply(event, Date.now()).length;
    onEvent(message.name, message);
  });
  await client.connect();
}

await (adapters[library]?.().connect(Number(port), onEvent) ?? connectOurs());
process.send?.("ready");
