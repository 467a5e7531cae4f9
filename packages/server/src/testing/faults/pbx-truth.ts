import type { AmiClient } from "@cordboard/ami";

/** What Asterisk itself says: its devices' channels, and who is joined with whom. */
export interface PbxTruth {
  /** Uniqueids of devices' channels. */
  readonly channels: readonly string[];
  /** Local channels: a call may consist of these alone, as when a conference room waits in a queue. */
  readonly locals: number;
  /** Uniqueids of devices' channels that bridges join, also several bridges by way of Local channels. Each of two or more. */
  readonly joined: readonly (readonly string[])[];
}

/** What of a call is compared. */
export interface ComparedCall {
  readonly id: string;
  readonly connections: readonly { readonly id: string; readonly channel?: string | undefined }[];
  readonly talks: readonly { readonly connections: readonly string[]; readonly endedAt?: unknown }[];
}

const isDevice = (name: string): boolean => /^(?:PJ)?SIP\//u.test(name);

/** Asks `CoreShowChannels`, `BridgeList` and `BridgeInfo`, on a link of the test's own. */
export async function askTruth(witness: AmiClient): Promise<PbxTruth> {
  const { items: channels } = await witness.list("CoreShowChannels");
  const { items: bridges } = await witness.list("BridgeList");
  const groups = new Map<string, Set<string>>();
  const groupOf = new Map<string, string>();
  for (const bridge of bridges) {
    // Parked calls have a bridge in common and hear nobody.
    if (bridge.get("BridgeType") === "parking" || bridge.get("BridgeTechnology") === "holding_bridge") continue;
    const id = bridge.get("BridgeUniqueid") ?? "";
    // It may have gone since the list was made.
    const { items } = await witness.list("BridgeInfo", { BridgeUniqueid: id }).catch(() => ({ items: [] }));
    groups.set(id, new Set());
    for (const item of items) {
      const name = item.get("Channel") ?? "";
      if (isDevice(name)) groups.get(id)?.add(item.get("Uniqueid") ?? "");
      const pair = /^(Local\/.*);[12]$/u.exec(name)?.[1];
      if (pair === undefined) continue;
      const other = groupOf.get(pair);
      if (other === undefined) groupOf.set(pair, id);
      else join(groups, other, id);
    }
  }
  return {
    channels: channels
      .filter((item) => isDevice(item.get("Channel") ?? ""))
      .map((item) => item.get("Uniqueid") ?? "")
      .toSorted(byText),
    locals: channels.filter((item) => item.get("Channel")?.startsWith("Local/")).length,
    joined: [...new Set(groups.values())]
      .filter((members) => members.size > 1)
      .map((members) => [...members].toSorted(byText)),
  };
}

/** How calls differ from what Asterisk says; empty if they agree. */
export function differences(calls: readonly ComparedCall[], truth: PbxTruth): string[] {
  const found: string[] = [];
  const callOf = new Map<string, string>();
  for (const call of calls) {
    // Without a channel: the device holds this call, and its channel talks in another one.
    for (const { id, channel } of call.connections) {
      if (channel === undefined) continue;
      if (callOf.has(id)) found.push(`${channel} is in two calls`);
      callOf.set(id, call.id);
      if (!truth.channels.includes(id)) found.push(`${channel} (${id}) is a ghost: Asterisk has no such channel`);
    }
    if (call.connections.length === 0 && truth.locals === 0) found.push(`call ${call.id} has nobody`);
    for (const { connections, endedAt } of call.talks) {
      if (endedAt !== undefined) continue;
      if (!truth.joined.some((group) => connections.every((id) => group.includes(id))))
        found.push(`${connections.join(" and ")} talk, but no bridge joins them`);
    }
  }
  for (const id of truth.channels) if (!callOf.has(id)) found.push(`channel ${id} is in no call`);
  for (const group of truth.joined) {
    if (new Set(group.map((id) => callOf.get(id))).size > 1)
      found.push(`${group.join(" and ")} are joined, but not in one call`);
  }
  return found;
}

/** Both bridges are one from now on. */
function join(groups: Map<string, Set<string>>, one: string, other: string): void {
  const [keep, drop] = [groups.get(one), groups.get(other)];
  if (keep === undefined || drop === undefined || keep === drop) return;
  for (const member of drop) keep.add(member);
  for (const [id, members] of groups) if (members === drop) groups.set(id, keep);
}

function byText(one: string, other: string): number {
  return one.localeCompare(other);
}
