import type { CommandReply, Measured, Probed } from "./measured.ts";

export interface Row {
  readonly library: string;
  readonly ours: boolean;
  readonly stream: Measured | undefined;
  readonly peakRssMb: number;
  readonly longestStallMs: number;
  readonly probed: Probed | undefined;
  readonly command: CommandReply | undefined;
}

const head = [
  "library",
  "events/s",
  "CPU µs/event",
  "× the fastest other",
  "peak RSS MB",
  "longest stall ms",
  "repeats",
  "UTF-8",
  "odd end",
  "5 MB reply",
];

/** A Markdown table; the ratio is of events per CPU second. */
export function table(rows: readonly Row[]): string {
  const others = rows.flatMap(({ ours, stream }) => (ours || stream === undefined ? [] : [stream.cpuMicrosPerEvent]));
  const best = Math.min(...others);
  const lines = rows.map((row) => `| ${cells(row, best).join(" | ")} |`);
  return [`| ${head.join(" | ")} |`, `|${head.map(() => "---").join("|")}|`, ...lines].join("\n");
}

function cells({ library, stream, peakRssMb, longestStallMs, probed, command }: Row, best: number): string[] {
  if (stream === undefined) return [library, ...head.slice(1).map(() => "no result")];
  const yes = (value: boolean | undefined): string => (value === undefined ? "" : value ? "yes" : "**no**");
  return [
    library,
    Math.round(stream.eventsPerSecond).toLocaleString("en"),
    stream.cpuMicrosPerEvent.toFixed(2),
    Number.isFinite(best) ? (best / stream.cpuMicrosPerEvent).toFixed(2) : "",
    peakRssMb.toFixed(0),
    longestStallMs.toFixed(0),
    yes(probed?.repeatsKept),
    yes(probed?.utf8AcrossSegments),
    yes(probed?.oddLineEnd),
    reply(probed, command),
  ];
}

function reply(probed: Probed | undefined, command: CommandReply | undefined): string {
  if (command !== undefined)
    return `${(command.milliseconds / 1000).toFixed(2)} s, ${command.linesKept.toLocaleString("en")} lines`;
  return probed === undefined ? "" : "none in 15 s";
}
