// Plays scenarios on real Asterisks of the lab and keeps what AMI said of each as a trace under fixtures/:
//   npm exec -- node --conditions=@cordboard/source packages/call-engine/tools/record-traces.ts [--asterisk 22] [--everything] [--out FOLDER] [scenario…]
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { parseArgs } from "node:util";
import { fits, labVersions, play, scenarios, startAsterisk, type LabAsterisk, type LabVersion } from "@cordboard/lab";
import { AmiTap } from "./ami-tap.ts";
import { furtherScenarios, type TracedScenario } from "./scenarios/further-scenarios.ts";

const { values, positionals } = parseArgs({
  options: { asterisk: { type: "string" }, everything: { type: "boolean", default: false }, out: { type: "string" } },
  allowPositionals: true,
});
const versions = labVersions.filter((version) => values.asterisk === undefined || Number(values.asterisk) === version);
const all: readonly TracedScenario[] = [...scenarios, ...furtherScenarios];
const wanted = positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name));
const say = (line: string): void => void process.stdout.write(`${line}\n`);

const statesIn = /^(?:basic|hold|presence|two-calls|freepbx-dnd|two-devices)$/u;

await Promise.all(versions.map((version) => recordVersion(version)));

async function recordVersion(version: LabVersion): Promise<void> {
  for (const profile of ["plain", "freepbx"] as const) {
    const fitting = wanted.filter((scenario) => fits(scenario, { version, profile }));
    if (fitting.length === 0) continue;
    await using lab = await startAsterisk({ version, profile });
    for (const scenario of fitting) {
      await record(scenario, lab).catch((error: unknown) => {
        process.exitCode = 1;
        say(`${version} ${scenario.name} FAILED: ${String(error)}`);
      });
    }
  }
}

type Stage = Parameters<TracedScenario["run"]>[0];

/** A stage on which everybody waits after each step and each proof until the trace holds a snapshot of it. */
function unhurriedStage(stage: Stage, settle: () => Promise<void>): Stage {
  return new Proxy(stage, {
    get(target, name) {
      const value: unknown = Reflect.get(target, name, target);
      if (typeof value !== "function") return value;
      return (...args: readonly unknown[]): unknown => {
        const result: unknown = Reflect.apply(value, target, args);
        return result instanceof Promise ? result.then(async (told: unknown) => settle().then(() => told)) : result;
      };
    },
  });
}

async function record(scenario: TracedScenario, lab: LabAsterisk): Promise<void> {
  await lab.waitUntilIdle();
  let tap: Promise<AmiTap> | undefined;
  const { everything } = values;
  const wants = { states: statesIn.test(scenario.name), queues: /queue/u.test(scenario.name), everything };
  const open = (): Promise<AmiTap> => (tap ??= AmiTap.open(lab.ports.ami, lab.users.amiFull, wants));
  if (scenario.connectAt === undefined) await (await open()).settled();
  const notes: string[] = [];
  const settle = async (): Promise<void> => (await tap)?.settled();
  const unhurried = { ...scenario, run: (stage: Stage) => scenario.run(unhurriedStage(stage, settle)) };
  const report = await play(unhurried, lab, {
    onLine: (line) => {
      notes.push(line);
      if (line === scenario.connectAt) void open();
    },
  });
  const opened = await open();
  await opened.settled();
  opened.close();
  const asterisk = /^Asterisk (?:certified\/)?(\S+)/u.exec(await lab.cli("core show version"))?.[1] ?? `${lab.version}`;
  const header = { cordboardCapture: 1, asterisk, recorded: new Date().toISOString(), note: scenario.what };
  const lines = [header, ...opened.messages.map(({ at, from, data }) => ({ at, link: "ami", from, data }))];
  const folder = join(values.out ?? join(import.meta.dirname, "..", "fixtures"), `${lab.version}`);
  mkdirSync(folder, { recursive: true });
  const text = lines.map((line) => `${JSON.stringify(line)}\n`).join("");
  writeFileSync(join(folder, `${scenario.name}.jsonl`), text);
  say(`${lab.version} ${scenario.name} ${(text.length / 1024).toFixed(0)} kB, ${report.milliseconds} ms`);
}
