import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { startAsterisk, type LabVersion, type Phone } from "@cordboard/lab";
import { CallEngine } from "../src/engine.ts";
import { fromAmi } from "../src/from-ami.ts";
import { Books } from "../src/testing/books.ts";
import { knowable, UnknowableSoFar } from "../src/testing/knowable.ts";
import { stepsOf, type TraceStep } from "../src/testing/read-trace.ts";
import { AmiTap, type TappedMessage } from "../tools/ami-tap.ts";

/** Seconds for which the phones do what they like, on each version. */
const seconds = Number(process.env["CORDBOARD_SOAK_SECONDS"] ?? 120);
/** Where a session is kept as a trace if a snapshot was different; nowhere if not given. */
const folder = process.env["CORDBOARD_SOAK_KEEP"];

const people = ["1000", "1001", "1002", "1003", "1006"];
const numbers = [
  ...people,
  "31000",
  "31002",
  "720",
  "721",
  "722",
  "700",
  "715",
  "710",
  "800",
  "740",
  "600",
  "500",
  "701",
  "71001",
  "*8",
];
const codes = ["#11003", "#11006", "*21001", "*21002", "*2", "*3", "*4", "#72", "1"];

/**
 * Five phones of a real Asterisk call, answer, refuse, hold, transfer, park, pick up and hang up as they like. No invariant may
 * break and nobody may be left in the end; whenever they pause, what the engine says is compared with what Asterisk lists.
 */
export async function soak(report: (line: string) => void): Promise<void> {
  const only = process.env["CORDBOARD_SOAK_ASTERISK"];
  for (const version of [22, 16] as const)
    if (only === undefined || Number(only) === version) report(await chaosOn(version));
}

async function chaosOn(version: LabVersion): Promise<string> {
  await using lab = await startAsterisk({ version });
  const tap = await AmiTap.open(lab.ports.ami, lab.users.amiFull, { queues: true });
  const phones = await lab.addPhones(people, { onCall: "ring" });
  const play = { paused: false, over: false };
  const playing = phones.map(async (phone) => {
    while (!play.over) {
      await wait(50 + pickNumber(400));
      // Asterisk refuses some of what they try, and so do calls that have just ended.
      if (!play.paused) await act(phone).catch(() => {});
    }
  });
  const end = Date.now() + seconds * 1000;
  while (Date.now() < end) {
    await wait(2500 + pickNumber(2000));
    play.paused = true;
    await wait(700);
    await Promise.race([tap.settled(250), wait(3000)]);
    play.paused = false;
  }
  play.over = true;
  await Promise.all(playing);
  // On a busy machine a call that a phone wanted to make may come after all others have ended.
  do {
    for (const phone of phones) for (const leg of phone.legs) leg.hangUp();
    await wait(1500);
    for (const { name } of await lab.channels()) await lab.cli(`channel request hangup ${name}`);
    await lab.waitUntilIdle();
    await tap.settled(1000);
  } while ((await lab.channels()).length > 0);
  tap.close();
  return judge(version, tap.messages);
}

async function act(phone: Phone): Promise<void> {
  const up = phone.legs.filter(({ state }) => state === "up");
  const rings = phone.legs.find(({ state, direction }) => state === "ringing" && direction === "in");
  const [first, second] = up;
  const choice = pickNumber(12);
  if (rings !== undefined && choice < 7) {
    if (choice < 5) rings.answer();
    else rings.reject(pick([486, 603, 480]));
  } else if (phone.legs.length < 2 && choice < 6) await phone.call(pick(numbers));
  else if (first !== undefined && second !== undefined && choice < 8) await first.attendedTransfer(second);
  else if (first !== undefined && choice < 7) await first.blindTransfer(pick([...people, "70", "720", "800", "700"]));
  else if (first !== undefined && choice === 7) await first.hold();
  else if (first !== undefined && choice === 8) await first.retrieve();
  else if (first !== undefined && choice === 9) await first.sendDigits(pick(codes));
  else if (choice >= 10) phone.legs[0]?.hangUp();
}

function judge(version: LabVersion, messages: readonly TappedMessage[]): string {
  const steps: readonly TraceStep[] = stepsOf(messages);
  const [books, unknowable] = [new Books(), new UnknowableSoFar()];
  const engine = newEngine();
  let [events, snapshots, different] = [0, 0, 0];
  for (const [index, step] of steps.entries()) {
    if (step.kind === "event") {
      const event = fromAmi(step.message);
      const changes = event === undefined ? [] : engine.apply(event, step.at);
      events += event === undefined ? 0 : 1;
      books.enter(changes, engine);
      if (event !== undefined) unknowable.learn(event, changes);
    } else if (index === 0 || !step.quiet) continue;
    else {
      snapshots++;
      const fresh = newEngine();
      fresh.reconcile(step.snapshot, step.at);
      const [here, there] = [knowable(engine, unknowable), knowable(fresh, unknowable)];
      if (JSON.stringify(here) === JSON.stringify(there)) continue;
      if (different++ === 0 && folder !== undefined) keep(version, messages);
    }
  }
  const line = `Asterisk ${version}: ${events} events, ${books.ended} calls, ${snapshots} snapshots, ${different} of them different`;
  // Not a failure by itself: Asterisk's own lists lag behind transfers of transfers, and so does what can be read out of them.
  if (books.problems.length > 0 || engine.calls().length > 0)
    throw new Error(`${line}; ${engine.calls().length} ghosts; ${books.problems.join("; ")}`);
  return line;
}

/** A trace like those under fixtures. */
function keep(version: LabVersion, messages: readonly TappedMessage[]): void {
  const lines = [{ cordboardCapture: 1, note: "live calls" }, ...messages.map((one) => ({ ...one, link: "ami" }))];
  writeFileSync(
    join(folder ?? "", `live-calls-${version}.jsonl`),
    lines.map((one) => `${JSON.stringify(one)}\n`).join(""),
  );
}

function newEngine(): CallEngine {
  let made = 0;
  return new CallEngine({ pbx: "lab", newCallId: () => `call-${++made}` });
}

function pickNumber(limit: number): number {
  return Math.floor(Math.random() * limit);
}

function pick<T>(list: readonly T[]): T {
  return list[pickNumber(list.length)] as T;
}
