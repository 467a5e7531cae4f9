import type { TableChange } from "./table-change.ts";
import type { TimelineEntry } from "./timeline-entry.ts";

/** In one line, what came and went while the link was down; undefined when nothing is worth a line. */
export function resyncEntry(changes: readonly TableChange[], gapMs: number, at: number): TimelineEntry | undefined {
  const count = (type: TableChange["type"]): number =>
    changes.filter((change) => change.type === type && !isPlumbing(change)).length;
  const gone = count("channel-gone");
  const came = count("channel-new");
  if (gapMs === 0 && gone === 0 && came === 0) return undefined;
  const channels = (n: number): string => `${n} ${n === 1 ? "channel" : "channels"}`;
  const what = [...(gone === 0 ? [] : [`${channels(gone)} ended`]), ...(came === 0 ? [] : [`${channels(came)} began`])];
  return {
    at,
    kind: "resync",
    text: `the link was down for ${(gapMs / 1000).toFixed(1)} s: ${what.length === 0 ? "no call came or went" : what.join(", ")}`,
    plumbing: false,
  };
}

function isPlumbing(change: TableChange): boolean {
  if (change.type === "channel-new") return change.after.local;
  return change.type === "channel-gone" && change.before.local;
}
