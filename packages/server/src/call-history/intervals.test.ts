import { array, assert, nat, property, tuple } from "fast-check";
import { expect, it } from "vitest";
import { secondsOf, union, without, type Interval } from "./intervals.ts";

const intervals = array(tuple(nat(50), nat(50)), { maxLength: 8 });

/** The milliseconds that are in an interval, one by one. */
function moments(list: readonly Interval[]): Set<number> {
  const all = new Set<number>();
  for (const [from, to] of list) for (let at = from; at < to; at++) all.add(at);
  return all;
}

it("counts each moment once, whatever overlaps", () => {
  assert(
    property(intervals, (list) => {
      expect(secondsOf(list)).toBeCloseTo(moments(list).size / 1000);
      expect(moments(union(list))).toEqual(moments(list));
    }),
  );
});

it("takes away exactly what is in others", () => {
  assert(
    property(intervals, intervals, (list, others) => {
      expect(moments(without(list, others))).toEqual(
        new Set([...moments(list)].filter((at) => !moments(others).has(at))),
      );
    }),
  );
});
