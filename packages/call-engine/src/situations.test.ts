import { describe, expect, it } from "vitest";
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
