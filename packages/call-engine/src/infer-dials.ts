import { isHolding, type Channel } from "./channel.ts";
import { dial } from "./dials.ts";

/** Applications in which a channel rings others. */
const dialling = new Set(["Dial", "RetryDial", "Queue", "FollowMe", "Page", "Stasis"]);

/** What Asterisk names as the application of a leg that somebody rings, also when it has just answered. */
export function isLegApplication(application: string): boolean {
  return application.startsWith("AppDial") || application === "AppQueue";
}

/**
 * No list says who rings whom: it is the one that runs Dial or Queue there, and talks to nobody. Gives every leg that is rung the likeliest.
 */
export function inferDials(channels: readonly Channel[]): void {
  const byLinkedid = new Map<string, Channel[]>();
  const byNumber = new Map<string, Channel[]>();
  for (const channel of channels) {
    if (channel.bridge !== undefined || !dialling.has(channel.application)) continue;
    put(byLinkedid, channel.linkedid, channel);
    if (channel.number !== undefined) put(byNumber, channel.number, channel);
  }
  for (const leg of channels) {
    if (leg.dialler !== undefined || (leg.bridge?.channels.size ?? 0) > 1) continue;
    if (leg.bridge !== undefined && isHolding(leg.bridge)) continue;
    if (leg.state === "up" ? !isLegApplication(leg.application) : !leg.isDialled) continue;
    const related = byLinkedid.get(leg.linkedid) ?? [];
    const shown = leg.connectedNumber === undefined ? [] : (byNumber.get(leg.connectedNumber) ?? []);
    const best = likeliest([...related, ...shown], leg);
    if (best !== undefined) dial(best, leg);
  }
}

function likeliest(candidates: readonly Channel[], leg: Channel): Channel | undefined {
  let best: Channel | undefined;
  let bestScore = 0;
  for (const candidate of candidates) {
    const score = likelihood(candidate, leg);
    if (score > bestScore) [best, bestScore] = [candidate, score];
  }
  return best;
}

/** How likely one channel rings another; 0 if it does not. While a transfer rings, they have not the same linkedid yet. */
function likelihood(candidate: Channel, leg: Channel): number {
  if (candidate === leg || candidate.half === leg) return 0;
  const isThere = candidate.exten !== undefined && candidate.exten === leg.exten;
  const showsIt = candidate.number !== undefined && candidate.number === leg.connectedNumber;
  const isShown = leg.number !== undefined && leg.number === candidate.connectedNumber;
  // Who rang it is answered before it goes into a bridge, and follows at once.
  const isLeftBehind = leg.bridge !== undefined && (candidate.state !== "up" || candidate.linkedid !== leg.linkedid);
  if (leg.state === "up") return showsIt && isShown && !isLeftBehind ? 1 : 0;
  // A queue does not show its callers whom it rings.
  const isMutual = showsIt && (isShown || candidate.application === "Queue");
  if (candidate.linkedid !== leg.linkedid) return isThere && isMutual ? 1 : 0;
  return 2 + 4 * Number(isThere) + 2 * Number(showsIt) + Number(candidate.context === leg.context);
}

function put(index: Map<string, Channel[]>, key: string, channel: Channel): void {
  const list = index.get(key);
  if (list === undefined) index.set(key, [channel]);
  else list.push(channel);
}
