import type { Viewer } from "./filter.ts";
import type { Framing } from "./framing.ts";
import type { PublishedEvent } from "./published-event.ts";

const frames = new WeakMap<PublishedEvent, Map<Framing, Buffer>>();

/** An event as it is written, made once for all who get it as it is. */
function frameOf(event: PublishedEvent, framing: Framing): Buffer {
  let known = frames.get(event);
  if (known === undefined) frames.set(event, (known = new Map()));
  let frame = known.get(framing);
  if (frame === undefined) known.set(framing, (frame = framing.frame(event.type, event.cursor, event.json)));
  return frame;
}

/** What a viewer sees of some events, written; undefined if nothing. */
export function framesFor(
  viewer: Viewer,
  events: readonly PublishedEvent[],
  framing: Framing,
): { readonly bytes: Buffer; readonly count: number } | undefined {
  const seen: Buffer[] = [];
  for (const event of events) {
    if (!viewer.admitsEvent(event.pbx, event.type, event.audience)) continue;
    const gone = viewer.narrows && viewer.leaves(event.event);
    if (gone || viewer.redacts(event.type)) {
      const its = { ...viewer.redact(event.event), ...(gone ? { gone } : {}) };
      seen.push(framing.frame(event.type, event.cursor, JSON.stringify(its)));
    } else seen.push(frameOf(event, framing));
  }
  const [only] = seen;
  if (only === undefined) return undefined;
  return { bytes: seen.length === 1 ? only : Buffer.concat(seen), count: seen.length };
}
