// Records the demo anew on the lab's Asterisk 22 (as root): node --conditions=@cordboard/source packages/pbx/tools/record-demo.ts [NAME…]
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { startAsterisk, type LabAsterisk } from "@cordboard/lab";
import { captureFile } from "../src/capture-file.ts";
import { CaptureWriter } from "../src/capture-writer.ts";
import { Pbx } from "../src/pbx.ts";
import { demoScenarios, stageOn, type DemoScenario, type Stage } from "../src/testing/demo-scenarios.ts";

const folder = join(import.meta.dirname, "..", "..", "server", "recordings");

/** About how long each recording shall be, in milliseconds; divided evenly among the moments in which things stand still. */
const lengthMs = 15_000;

/** Noise for those who watch calls, or about the recording session itself. */
const omitEvents = [
  "ChallengeSent",
  "RTCPReceived",
  "RTCPSent",
  "RequestBadFormat",
  "SuccessfulAuth",
  "TestEvent",
  "VarSet",
];

async function record(lab: LabAsterisk, stage: Stage, scenario: DemoScenario, path: string): Promise<void> {
  // A rehearsal, to count the moments.
  let moments = 0;
  const settled = async (): Promise<void> => void moments++;
  await scenario.run({ ...stage, settled });
  await lab.waitUntilIdle();

  const version = /\d+\.\d+\.\d+/.exec(await lab.cli("core show version"))?.[0];
  await rm(path, { force: true });
  const capture = new CaptureWriter({
    sink: await captureFile(path, 0o644),
    note: scenario.title,
    omitEvents,
    ...(version === undefined ? {} : { asterisk: version }),
  });
  const { user, secret } = lab.users.amiFull;
  const link = new Pbx({
    id: "demo",
    ami: { host: lab.host, port: lab.ports.ami, username: user, secret, ping: false },
    checkEveryMs: 0,
    capture,
  });
  try {
    await link.start();
    await sleep(500);
    await scenario.run({ ...stage, settled: () => sleep(lengthMs / moments) });
    await lab.waitUntilIdle();
    await sleep(500);
  } finally {
    await link.close();
    await capture.close();
  }
}

const lab = await startAsterisk({ version: 22 });
try {
  const wanted = process.argv.slice(2);
  const stage = stageOn(lab, () => Promise.resolve());
  for (const [index, scenario] of demoScenarios.entries()) {
    if (wanted.length > 0 && !wanted.includes(scenario.name)) continue;
    const file = `${String(index + 1).padStart(2, "0")}-${scenario.name}.jsonl`;
    await record(lab, stage, scenario, join(folder, file));
    process.stdout.write(`${file}\n`);
  }
} finally {
  await lab.stop();
}
