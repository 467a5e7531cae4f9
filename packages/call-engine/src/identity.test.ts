import { describe, expect, it } from "vitest";
import { CallEngine } from "./engine.ts";
import { fromAmi } from "./from-ami.ts";
import type { Call, Connection } from "./model.ts";
import { trace, traceFiles } from "./testing/fixtures.ts";

function isEqual(one: unknown, other: unknown): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

/** Parts of a call that are equal to those before, and yet other objects. */
function copies(before: Call, after: Call): string[] {
  if (before === after) return [];
  if (isEqual(before, after)) return [`call ${after.id}`];
  const known = new Map(before.connections.map((connection) => [connection.id, connection]));
  const connections = after.connections.filter((one) => isCopy(known.get(one.id), one)).map(({ id }) => id);
  const keys = ["connections", "cleared", "queue", "parked", "talks", "userData"] as const;
  return [...connections, ...keys.filter((key) => before[key] !== after[key] && isEqual(before[key], after[key]))];
}

function isCopy(before: Connection | undefined, after: Connection): boolean {
  return before !== undefined && before !== after && isEqual(before, after);
}

describe("what has not changed stays the same object, and nothing tells of it as updated", () => {
  it.each(traceFiles)("%s", (file) => {
    let made = 0;
    const engine = new CallEngine({ pbx: "test", newCallId: () => `call-${++made}` });
    let before = new Map<string, Call>();
    const problems: unknown[] = [];
    for (const step of trace(file).steps) {
      const event = step.kind === "event" ? fromAmi(step.message) : undefined;
      const changes =
        step.kind === "snapshot"
          ? engine.reconcile(step.snapshot, step.at)
          : event === undefined
            ? []
            : engine.apply(event, step.at);
      for (const change of changes) {
        if (change.type !== "updated") continue;
        const last = before.get(change.call.id);
        if (last !== undefined && isEqual(last, change.call)) problems.push({ at: step.at, change });
      }
      const after = new Map(engine.calls().map((call) => [call.id, call]));
      for (const [id, call] of after) {
        const last = before.get(id);
        const same = last === undefined ? [] : copies(last, call);
        if (same.length > 0) problems.push({ at: step.at, same });
      }
      before = after;
    }
    expect(problems).toEqual([]);
  });
});
