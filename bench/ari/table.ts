import type { Loaded, Promptness, Requested, Streamed } from "./measured.ts";

/** All that was measured of one library; what it could not do is absent. */
export interface Row {
  readonly library: string;
  readonly ours: boolean;
  readonly loaded?: Loaded | undefined;
  /** HTTP requests from nothing to events flowing. */
  readonly startRequests?: number | undefined;
  readonly streamed?: Streamed | undefined;
  /** With two of the five types listened to. */
  readonly streamedTwo?: Streamed | undefined;
  readonly promptness?: Promptness | undefined;
  readonly requested?: Requested | undefined;
  /** TCP connections that the requests took. */
  readonly connections?: number | undefined;
}

const number = (value: number | undefined, digits = 0): string =>
  value === undefined ? "" : digits > 0 ? value.toFixed(digits) : Math.round(value).toLocaleString("en");

function columns(events: number): readonly (readonly [head: string, cell: (row: Row) => string])[] {
  const delivered = (streamed: Streamed | undefined, expected: number): string =>
    streamed === undefined || streamed.delivered === expected
      ? ""
      : ` (only ${number(streamed.delivered)} of ${number(expected)})`;
  return [
    ["", ({ library }) => library],
    ["load + connect, ms CPU", ({ loaded }) => number(loaded?.cpuMs, 1)],
    ["requests at start", ({ startRequests }) => number(startRequests)],
    ["µs CPU/event", ({ streamed }) => number(streamed?.cpuMicrosPerEvent, 2) + delivered(streamed, events)],
    [
      "µs CPU/event, 2 of 5 types wanted",
      ({ streamedTwo }) => number(streamedTwo?.cpuMicrosPerEvent, 2) + delivered(streamedTwo, (events / 5) * 2),
    ],
    ["peak RSS MB", ({ streamed }) => number(streamed?.peakRssMb)],
    ["latency ms", ({ promptness }) => number(promptness?.medianMs, 2)],
    ["burst of 20", ({ promptness }) => number(promptness?.burstDelivered)],
    ["digits 1234", ({ promptness }) => promptness?.digits ?? ""],
    ["requests/s, 50 parallel", ({ requested }) => number(requested?.requestsPerSecond)],
    ["µs CPU/request", ({ requested }) => number(requested?.cpuMicrosPerRequest)],
    ["connections", ({ connections }) => number(connections)],
  ];
}

/** A Markdown table with a line for each quantity and a column for each library. */
export function table(rows: readonly Row[], events: number): string {
  const [first, ...lines] = columns(events).map(([head, cell]) => `| ${[head, ...rows.map(cell)].join(" | ")} |`);
  return [first, `|---|${rows.map(() => "---:|").join("")}`, ...lines].join("\n");
}

/** The aims, and whether they are met: against the better of the others. */
export function verdicts(rows: readonly Row[]): string[] {
  const ours = rows.find((row) => row.library === "cordboard");
  const others = rows.filter((row) => !row.ours);
  if (ours === undefined || others.length === 0) return [];
  const best = (value: (row: Row) => number | undefined, better: (...values: number[]) => number): number =>
    better(...others.flatMap((row) => value(row) ?? []));
  const line = (what: string, value: number, met: boolean): string =>
    `${met ? "met" : "MISSED"}: ${what}: ${value.toFixed(2)}`;
  const event = (ours.streamed?.cpuMicrosPerEvent ?? NaN) / best((row) => row.streamed?.cpuMicrosPerEvent, Math.min);
  const rest = (ours.requested?.requestsPerSecond ?? NaN) / best((row) => row.requested?.requestsPerSecond, Math.max);
  const load = ours.loaded?.cpuMs ?? NaN;
  return [
    line("load + connect, ms CPU (aim ≤ 25)", load, load <= 25),
    line("requests at start (aim 1)", ours.startRequests ?? NaN, ours.startRequests === 1),
    line("CPU per event, of the better other (aim ≤ 0.6)", event, event <= 0.6),
    line("requests/s, of the better other (aim ≥ 1.2)", rest, rest >= 1.2),
  ];
}
