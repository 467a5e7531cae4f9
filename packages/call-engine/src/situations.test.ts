import { describe, expect, it } from "vitest";
import { CallEngine } from "./engine.ts";
import { fromAmi } from "./from-ami.ts";
import type { Call } from "./model.ts";
import type { Trace } from "./testing/read-trace.ts";
import { trace, traceFiles } from "./testing/fixtures.ts";
import { replay } from "./testing/replay.ts";
import { situations } from "./testing/situations.ts";

const cases = situations.flatMap((situation) =>
  ["22", "16"]
    .map((version) => `${version}/${situation.name}.jsonl`)
    .filter((file) => traceFiles.includes(file))
    .map((file) => [file, situation] as const),
);

describe("the situations", () => {
  it("have each been recorded", () => {
    const recorded = new Set(traceFiles.map((file) => file.replace(/^[^/]*\//u, "").replace(".jsonl", "")));
    expect(situations.map(({ name }) => name).filter((name) => !recorded.has(name))).toEqual([]);
  });

  it.each(cases)("%s", (file, { tells, not, talks, calls }) => {
    const lines = replay(trace(file), ({ type }) => !/^(?:device|extension)-state/u.test(type));
    let from = 0;
    for (const beginning of tells) {
      const index = lines.findIndex((line, at) => at >= from && line.startsWith(beginning));
      expect(index, `${beginning} after line ${from} of\n${lines.join("\n")}`).toBeGreaterThanOrEqual(from);
      from = index + 1;
    }
    expect(lines.filter((line) => not?.test(line))).toEqual([]);
    expect(lines.filter((line) => line.startsWith("originated"))).toHaveLength(calls);
    expect(lines.filter((line) => line.startsWith("call-cleared"))).toHaveLength(calls);
    const talked = lines.filter((line) => line.includes("talked: ")).map((line) => line.trim().slice(8));
    expect(talked.toSorted()).toEqual(talks.toSorted());
  });
});

it.each(["22", "16"])(
  "a consultation by feature code on %s does not show the number of the call that waits",
  (version) => {
    const calls = callsOf(trace(`${version}/feature-attended-transfer.jsonl`));
    expect(calls.map(({ consults, dialled }) => [consults !== undefined, dialled])).toEqual([
      [false, "31002"],
      [true, undefined],
    ]);
  },
);

/** Each call as it was first told. */
function callsOf({ steps }: Trace): readonly Call[] {
  let made = 0;
  const engine = new CallEngine({ pbx: "test", newCallId: () => `call-${++made}` });
  return steps.flatMap((step) => {
    const event = step.kind === "event" ? fromAmi(step.message) : undefined;
    const changes = event === undefined ? [] : engine.apply(event, step.at);
    return changes.flatMap((change) => (change.type === "originated" ? [change.call] : []));
  });
}
