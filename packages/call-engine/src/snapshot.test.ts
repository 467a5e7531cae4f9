import { describe, expect, it } from "vitest";
import { CallEngine } from "./engine.ts";
import { fromAmi } from "./from-ami.ts";
import type { PbxEvent } from "./pbx-event.ts";
import type { PbxSnapshot } from "./snapshot.ts";
import { trace, traceFiles } from "./testing/fixtures.ts";
import { knowable, UnknowableSoFar } from "./testing/knowable.ts";
import { TraceTruth } from "./testing/trace-truth.ts";

const recorded = traceFiles.filter((file) => file.endsWith(".jsonl"));

/** Milliseconds without an event that make a moment of rest: in between Asterisk is in the middle of something. */
const rest = 15;

describe("a snapshot tells the same state as the events that led there", () => {
  it.each(recorded)("%s, by the snapshots that were recorded", (file) => {
    const { engine, unknowable } = start();
    let compared = 0;
    const differences: unknown[] = [];
    for (const step of trace(file).steps) {
      if (step.kind === "event") feed(engine, unknowable, fromAmi(step.message), step.at);
      else {
        if (compared++ === 0) engine.reconcile(step.snapshot, step.at);
        if (!step.quiet) continue;
        const [here, there] = [
          knowable(engine, unknowable),
          knowable(fromSnapshot(step.snapshot, step.at), unknowable),
        ];
        if (JSON.stringify(here) !== JSON.stringify(there)) differences.push({ at: step.at, here, there });
        differences.push(...engine.reconcile(step.snapshot, step.at).filter((change) => "call" in change));
      }
    }
    expect(compared).toBeGreaterThan(0);
    expect(differences).toEqual([]);
  });

  it(
    "by what the PBX would list at every moment of rest of every trace, and at nearly every other",
    { timeout: 60_000 },
    () => {
      let [moments, equal] = [0, 0];
      const differences: unknown[] = [];
      for (const file of recorded.filter((one) => !one.includes("before-we-connected"))) {
        const { engine, unknowable } = start();
        const truth = new TraceTruth();
        const steps = trace(file).steps.filter((step) => step.kind === "event");
        for (const [index, step] of steps.entries()) {
          const event = fromAmi(step.message);
          feed(engine, unknowable, event, step.at);
          if (event !== undefined) truth.apply(event);
          const here = knowable(engine, unknowable);
          const there = knowable(fromSnapshot(truth.snapshot(), step.at), unknowable);
          const isEqual = JSON.stringify(here) === JSON.stringify(there);
          moments++;
          equal += Number(isEqual);
          const next = steps[index + 1];
          const isAtRest = next === undefined || next.at - step.at >= rest;
          if (isAtRest && !isEqual) differences.push({ file, at: step.at, here, there });
        }
      }
      expect(differences).toEqual([]);
      expect(moments).toBeGreaterThan(5000);
      expect(equal / moments).toBeGreaterThan(0.94);
    },
  );
});

function start(): { readonly engine: CallEngine; readonly unknowable: UnknowableSoFar } {
  let made = 0;
  return {
    engine: new CallEngine({ pbx: "test", newCallId: () => `call-${++made}` }),
    unknowable: new UnknowableSoFar(),
  };
}

function feed(engine: CallEngine, unknowable: UnknowableSoFar, event: PbxEvent | undefined, at: number): void {
  if (event !== undefined) unknowable.learn(event, engine.apply(event, at));
}

function fromSnapshot(snapshot: PbxSnapshot, at: number): CallEngine {
  let made = 0;
  const engine = new CallEngine({ pbx: "test", newCallId: () => `fresh-${++made}` });
  engine.reconcile(snapshot, at);
  return engine;
}
