/** One line of the table. */
export interface Row {
  readonly what: string;
  readonly min: number;
  readonly median: number;
  readonly max: number;
  readonly digits: number;
  readonly target?: string;
  /** By the median; absent without a target. */
  readonly met?: boolean;
}

interface Aim {
  readonly atLeast?: number;
  readonly atMost?: number;
  readonly digits?: number;
}

/** A line out of several runs. */
export function rowOf<Run>(what: string, runs: readonly Run[], value: (run: Run) => number, aim: Aim = {}): Row {
  const values = runs.map((run) => value(run)).toSorted((one, other) => one - other);
  const { atLeast, atMost, digits = 0 } = aim;
  const median = values[values.length >> 1] ?? Number.NaN;
  const common = { what, min: values[0] ?? Number.NaN, median, max: values.at(-1) ?? Number.NaN, digits };
  if (atLeast !== undefined) return { ...common, target: `≥ ${atLeast.toLocaleString("en")}`, met: median >= atLeast };
  if (atMost !== undefined) return { ...common, target: `≤ ${atMost.toLocaleString("en")}`, met: median <= atMost };
  return common;
}

/** The lines as a Markdown table. */
export function markdown(rows: readonly Row[]): string {
  const lines = rows.map(({ what, min, median, max, digits, target = "", met }) => {
    const number = (value: number): string =>
      value.toLocaleString("en", { minimumFractionDigits: digits, maximumFractionDigits: digits });
    const verdict = met === undefined ? "" : met ? "met" : "**missed**";
    return `| ${[what, number(min), number(median), number(max), target, verdict].join(" | ")} |`;
  });
  return ["| what | min | median | max | target | |", "|---|---:|---:|---:|---:|---|", ...lines].join("\n");
}
