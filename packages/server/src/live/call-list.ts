import type { BridgeRow, ChannelRow } from "@cordboard/pbx";
import type { LiveCall, LiveParty, PartyState } from "./live-types.ts";

type Bridges = ReadonlyMap<string, BridgeRow>;

/**
 * Groups the channels of one PBX into calls. Being in one bridge joins channels, and so do the two halves of a Local
 * channel; a channel in no bridge belongs to those that share its linkedid. A holding bridge (parking) joins nobody.
 * Linkedid alone would join too much: it never splits after a transfer (Asterisk's channel_internal_api.c).
 */
export function callList(
  pbx: string,
  channels: readonly ChannelRow[],
  bridges: readonly BridgeRow[],
): readonly LiveCall[] {
  const groups = groupChannels(channels, bridges);
  const bridgeById: Bridges = new Map(bridges.map((bridge) => [bridge.uniqueid, bridge]));
  const ids = new Set<string>();
  const calls = groups.map((group) => {
    const oldest = [...group].sort(byAge);
    const linkedid = oldest.map((row) => row.linkedid).sort()[0] ?? "";
    let id = `${pbx}/${linkedid}`;
    if (ids.has(id)) id = `${id}/${oldest[0]?.uniqueid ?? ""}`;
    ids.add(id);
    return toCall(id, pbx, oldest, bridgeById);
  });
  return calls.sort((left, right) => (left.since ?? 0) - (right.since ?? 0) || (left.id < right.id ? -1 : 1));
}

function groupChannels(channels: readonly ChannelRow[], bridges: readonly BridgeRow[]): ChannelRow[][] {
  const parent = new Map<string, string>();
  const find = (id: string): string => {
    let root = id;
    for (let next = parent.get(root); next !== undefined && next !== root; next = parent.get(root)) root = next;
    parent.set(id, root);
    return root;
  };
  const join = (left: string, right: string): void => {
    parent.set(find(left), find(right));
  };

  const holding = new Set(
    bridges.filter((bridge) => bridge.technology === "holding_bridge").map((row) => row.uniqueid),
  );
  const bridgeOf = (row: ChannelRow): string | undefined =>
    row.bridge === undefined || holding.has(row.bridge) ? undefined : row.bridge;
  const firstOf = new Map<string, string>();
  const joinBy = (key: string, row: ChannelRow): void => {
    const first = firstOf.get(key);
    if (first === undefined) firstOf.set(key, row.uniqueid);
    else join(row.uniqueid, first);
  };

  for (const row of channels) parent.set(row.uniqueid, row.uniqueid);
  for (const row of channels) {
    const bridge = bridgeOf(row);
    if (bridge !== undefined) joinBy(`bridge ${bridge}`, row);
    if (row.local) joinBy(`local ${row.name.replace(/;[12]$/, "")}`, row);
  }
  // Bridged channels lay claim to a linkedid first, so that who still rings or waits joins them.
  const unbridgedLast = [...channels].sort((left, right) => Number(!bridgeOf(left)) - Number(!bridgeOf(right)));
  for (const row of unbridgedLast) {
    const key = `linkedid ${row.linkedid}`;
    if (bridgeOf(row) === undefined) joinBy(key, row);
    else if (!firstOf.has(key)) firstOf.set(key, row.uniqueid);
  }

  const groups = new Map<string, ChannelRow[]>();
  for (const row of channels) {
    const root = find(row.uniqueid);
    const group = groups.get(root);
    if (group === undefined) groups.set(root, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function byAge(left: ChannelRow, right: ChannelRow): number {
  const known = (left.createdAt ?? 0) - (right.createdAt ?? 0);
  return known || (left.uniqueid < right.uniqueid ? -1 : 1);
}

function toCall(id: string, pbx: string, rows: readonly ChannelRow[], bridges: Bridges): LiveCall {
  const real = rows.filter((row) => !row.local);
  // Only plumbing so far (the first moment of a click-to-call): better shown than hidden.
  const shown = real.length > 0 ? real : rows;
  const calledIds = new Set(shown.filter((row) => row.dialing !== undefined).map((row) => row.uniqueid));
  const first = shown.find((row) => row.dialed !== undefined) ?? shown.find((row) => !calledIds.has(row.uniqueid));
  const parties = shown.map((row) => toParty(row, row !== first, bridges, shown.length));
  const since = rows.reduce<number | undefined>(
    (oldest, row) => (row.createdAt === undefined ? oldest : Math.min(oldest ?? row.createdAt, row.createdAt)),
    undefined,
  );
  const caller = parties.find((party) => !party.called);
  return {
    id,
    pbx,
    title: titleOf(first, caller, parties),
    state: callState(parties),
    ...(since === undefined ? {} : { since }),
    parties: [...parties].sort((left, right) => Number(left.called) - Number(right.called)),
  };
}

/** How a party is named in running text: `Kai 1000`, or what is known of it. */
function partyLabel(party: Pick<LiveParty, "name" | "number" | "device">): string {
  const label = party.name === party.number ? party.number : `${party.name} ${party.number}`.trim();
  return label === "" ? party.device : label;
}

function titleOf(first: ChannelRow | undefined, caller: LiveParty | undefined, parties: readonly LiveParty[]): string {
  const from = caller === undefined ? "" : partyLabel(caller);
  const called = parties.filter((party) => party !== caller);
  const [only] = called;
  let to = "";
  if (only !== undefined && called.length === 1) to = partyLabel(only);
  else if (called.length > 1) to = called.map(partyLabel).join(", ");
  else to = first?.dialed ?? first?.connectedLineNum ?? "";
  if (from === "") return to;
  return to === "" ? from : `${from} → ${to}`;
}

/** The state that tells most about the whole: a call in which two talk is a talk, although a third one rings. */
const STATE_ORDER: readonly PartyState[] = [
  "conference",
  "held",
  "parked",
  "talking",
  "waiting",
  "ringing",
  "connected",
  "calling",
];

function callState(parties: readonly LiveParty[]): PartyState {
  return STATE_ORDER.find((state) => parties.some((party) => party.state === state)) ?? "calling";
}

function toParty(row: ChannelRow, called: boolean, bridges: Bridges, shown: number): LiveParty {
  const [state, stateText] = partyState(row, bridges, shown);
  const since = state === "ringing" || state === "calling" ? row.createdAt : (row.answeredAt ?? row.createdAt);
  return {
    id: row.uniqueid,
    channel: row.name,
    device: row.device,
    number: row.callerIdNum,
    name: row.callerIdName,
    state,
    stateText,
    channelState: row.state,
    called,
    ...(row.bridge === undefined ? {} : { bridge: row.bridge }),
    ...(since === undefined ? {} : { since }),
  };
}

function partyState(row: ChannelRow, bridges: Bridges, shown: number): [PartyState, string] {
  if (row.parked !== undefined) return ["parked", `parked at ${row.parked.space}`];
  if (row.conference !== undefined) return ["conference", `in conference ${row.conference}`];
  const bridge = row.bridge === undefined ? undefined : bridges.get(row.bridge);
  if (row.held) return ["held", "holds the call"];
  if (bridge !== undefined && bridge.channels.length > 1) {
    return row.music === undefined ? ["talking", "talking"] : ["held", "on hold"];
  }
  if (row.queue !== undefined) return ["waiting", `waiting in ${row.queue.name}, ${ordinal(row.queue.position)}`];
  if (row.state === "Ringing" || row.dialing?.status === "RINGING") return ["ringing", "ringing"];
  if (row.state !== "Up") return ["calling", row.dialing === undefined ? "calling" : "being called"];
  if (row.music !== undefined) return ["held", "hears music"];
  if (shown === 1 && row.application !== undefined && row.application !== "") {
    return ["connected", `connected, in ${row.application}`];
  }
  return ["connected", "connected"];
}

const plural = new Intl.PluralRules("en", { type: "ordinal" });
const SUFFIXES: Readonly<Record<string, string>> = { one: "st", two: "nd", few: "rd", other: "th" };

function ordinal(position: number): string {
  return `${position}${SUFFIXES[plural.select(position)] ?? "th"}`;
}
