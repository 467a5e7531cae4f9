import { AmiActionError, eventReadClasses, type AmiClient } from "@cordboard/ami";
import { amiEventsOfCalls } from "@cordboard/call-engine";

/** What a PBX says most of what nobody here needs, of the classes that are needed. */
const noise = [
  "VarSet",
  "BridgeCreate",
  "BridgeDestroy",
  "BridgeVideoSourceUpdate",
  "ChallengeSent",
  "ContactStatus",
  "HangupRequest",
  "LocalBridge",
  "LocalOptimizationBegin",
  "LocalOptimizationEnd",
  "NewAccountCode",
  "PeerStatus",
  "PresenceStatus",
  "SoftHangupRequest",
] as const;

/** The events of which the directory and the link learn something. */
const ofTheLink = ["FullyBooted", "Reload"];

/** The classes of the login's event mask, so that no others are sent: RTCP, DTMF and CDR are not. `wants` names events to be had besides, `*` all. */
export function eventClassesFor(wants: readonly string[]): "on" | readonly string[] {
  const classes = new Set<string>();
  for (const event of [...amiEventsOfCalls, ...ofTheLink, ...wants]) {
    const known = Object.hasOwn(eventReadClasses, event)
      ? eventReadClasses[event as keyof typeof eventReadClasses]
      : undefined;
    // Of an event that no documentation names, nobody knows the class.
    if (known === undefined) return "on";
    for (const one of known) classes.add(one);
  }
  return [...classes].toSorted();
}

/**
 * Asks Asterisk to keep back what nobody wants; lasts as long as the login. Needs the write class `system`: without it, and where there is
 * no such action, everything comes and is skipped here.
 *
 * It only takes away: an include would also undo the `eventfilter` of the user in manager.conf (main/manager.c, match_filter).
 */
export async function filterNoise(client: AmiClient, wants: readonly string[]): Promise<void> {
  const unwanted = noise.filter((event) => !wants.includes(event));
  if (wants.includes("*") || unwanted.length === 0) return;
  try {
    await client.action("Filter", { Operation: "Add", Filter: `!^Event: (${unwanted.join("|")})[^A-Za-z]` });
  } catch (error) {
    if (!(error instanceof AmiActionError)) throw error;
  }
}
