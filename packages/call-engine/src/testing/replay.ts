import type { Change } from "../change.ts";
import { CallEngine } from "../engine.ts";
import { fromAmi } from "../from-ami.ts";
import { describeChange, describeTalks } from "./describe-change.ts";
import type { Trace } from "./read-trace.ts";

/** An engine whose calls are named `#1`, `#2`… in the order in which they are first told. */
function engineForTests(): { readonly engine: CallEngine; readonly rename: (line: string) => string } {
  let made = 0;
  const names = new Map<string, string>();
  const engine = new CallEngine({ pbx: "test", newCallId: () => `call-${++made};` });
  const rename = (line: string): string =>
    line.replaceAll(/call-\d+;/gu, (id) => {
      const name = names.get(id) ?? `#${names.size + 1}`;
      names.set(id, name);
      return name;
    });
  return { engine, rename };
}

/** Feeds a trace to an engine, and tells each change in a line; at the end of a call who talked to whom. */
export function replay(trace: Trace, wants: (change: Change) => boolean = () => true): string[] {
  const { engine, rename } = engineForTests();
  const lines: string[] = [];
  let started = false;
  for (const step of trace.steps) {
    let changes: readonly Change[] = [];
    if (step.kind === "event") {
      const event = fromAmi(step.message);
      if (event !== undefined) changes = engine.apply(event, step.at);
    } else if (!started) changes = engine.reconcile(step.snapshot, step.at);
    started ||= step.kind === "snapshot";
    for (const change of changes) {
      if (!wants(change)) continue;
      lines.push(rename(describeChange(change)));
      if (change.type === "call-cleared")
        for (const talk of describeTalks(change.call)) lines.push(`    talked: ${talk}`);
    }
  }
  return lines;
}
