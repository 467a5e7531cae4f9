/** A stretch of time in milliseconds since 1970; the end is not part of it. */
export type Interval = readonly [from: number, to: number];

/** The same time as intervals in order that neither touch nor overlap. Those that end before they begin are none. */
export function union(intervals: readonly Interval[]): readonly Interval[] {
  const merged: [number, number][] = [];
  for (const [from, to] of intervals.toSorted(([one], [other]) => one - other)) {
    if (to <= from) continue;
    const last = merged.at(-1);
    if (last !== undefined && from <= last[1]) last[1] = Math.max(last[1], to);
    else merged.push([from, to]);
  }
  return merged;
}

/** What is in `intervals` and not in `others`. */
export function without(intervals: readonly Interval[], others: readonly Interval[]): readonly Interval[] {
  let left = union(intervals);
  for (const [from, to] of union(others))
    left = left.flatMap(([start, end]): Interval[] => {
      if (to <= start || from >= end) return [[start, end]];
      const pieces: Interval[] = [];
      if (start < from) pieces.push([start, from]);
      if (to < end) pieces.push([to, end]);
      return pieces;
    });
  return left;
}

/** How long they are together, in seconds. */
export function secondsOf(intervals: readonly Interval[]): number {
  let sum = 0;
  for (const [from, to] of union(intervals)) sum += to - from;
  return sum / 1000;
}
