import { isDeepStrictEqual } from "node:util";
import type { AmiClient } from "@cordboard/ami";
import type { Connection } from "@cordboard/call-engine";
import type { Pbx } from "../pbx.ts";

/** A channel as Asterisk lists it. */
interface ListedChannel {
  readonly name: string;
  readonly state: string;
  readonly linkedid: string;
}

/** What Asterisk's lists say now, read without the help of the library. */
export interface Truth {
  /** By Uniqueid; halves of Local channels are left out. */
  readonly channels: Readonly<Record<string, ListedChannel>>;
  /** Uniqueids of the channels in each bridge of two or more. */
  readonly bridges: readonly (readonly string[])[];
}

/** Asks CoreShowChannels, BridgeList and BridgeInfo. */
export async function truthOf(client: AmiClient): Promise<Truth> {
  const { items } = await client.list("CoreShowChannels");
  const { items: bridges } = await client.list("BridgeList");
  const members = await Promise.all(
    bridges.map(async (bridge) => {
      // It may have gone since the list was made.
      const { items: channels } = await client
        .list("BridgeInfo", { BridgeUniqueid: bridge.get("BridgeUniqueid") ?? "" })
        .catch(() => ({ items: [] }));
      // A lot is a place where strangers stand.
      return bridge.get("BridgeType") === "parking" ? [] : channels.map((one) => one.get("Uniqueid") ?? "").toSorted();
    }),
  );
  const parties = items.filter((item) => item.get("Channel")?.startsWith("Local/") === false);
  return {
    channels: Object.fromEntries(
      parties.map((item) => [
        item.get("Uniqueid") ?? "",
        {
          name: item.get("Channel") ?? "",
          state: item.get("ChannelStateDesc") ?? "",
          linkedid: item.get("Linkedid") ?? "",
        },
      ]),
    ),
    bridges: members.filter((one) => one.length > 1),
  };
}

/** What a connection may be, by what Asterisk says of its channel. `fail` and `queued` may be heard in any state. */
const fitting: Readonly<Record<string, readonly Connection["state"][]>> = {
  Down: ["null", "initiated"],
  Rsrvd: ["null", "initiated"],
  Dialing: ["null"],
  Ring: ["initiated"],
  Ringing: ["alerting"],
  Up: ["connected", "hold"],
  Busy: ["fail"],
};

/**
 * Compares the calls of a PBX with Asterisk's lists: each party channel in exactly one call, with its name and a fitting state; all of one
 * bridge in one call; nobody in a call who is not listed; who is in one call has to do with the others.
 *
 * @param leaving Channels that a transfer or a park has put out of their call, and that are not hung up yet
 * @returns a sentence for each difference
 */
export function differences(pbx: Pbx, truth: Truth, leaving: ReadonlySet<string>): string[] {
  const problems: string[] = [];
  const callOf = new Map<string, string>();
  for (const call of pbx.calls) {
    for (const { id, channel, state } of call.connections) {
      if (channel === undefined) continue;
      if (callOf.has(id)) problems.push(`${channel} is in two calls`);
      callOf.set(id, call.id);
      const listed = truth.channels[id];
      if (listed === undefined) problems.push(`${channel} is in a call and not listed`);
      else {
        if (listed.name !== channel) problems.push(`${channel} is listed as ${listed.name}`);
        const may = [...(fitting[listed.state] ?? []), "fail", "queued"];
        if (!may.includes(state)) problems.push(`${channel} is ${state} and listed as ${listed.state}`);
      }
    }
    const ids = call.connections.map(({ id }) => id);
    if (!areJoined(ids, truth)) problems.push(`${ids.join(" and ")} are in one call and have nothing in common`);
  }
  for (const [id, { name, state }] of Object.entries(truth.channels))
    if (!callOf.has(id) && !leaving.has(id) && state !== "Down") problems.push(`${name} (${state}) is in no call`);
  for (const bridge of truth.bridges) {
    const calls = new Set(bridge.flatMap((id) => callOf.get(id) ?? []));
    if (calls.size > 1) problems.push(`the bridge of ${bridge.join(" and ")} is in ${calls.size} calls`);
  }
  return problems;
}

/** Whether channels have to do with each other, by a bridge or a linkedid, if only through others. */
function areJoined(ids: readonly string[], { channels, bridges }: Truth): boolean {
  const [first] = ids;
  if (first === undefined) return true;
  const reached = new Set([first]);
  for (const id of reached) {
    const { linkedid } = channels[id] ?? {};
    for (const bridge of bridges) if (bridge.includes(id)) for (const other of bridge) reached.add(other);
    for (const other of ids) if (channels[other]?.linkedid === linkedid) reached.add(other);
  }
  return ids.every((id) => reached.has(id) || channels[id] === undefined);
}

/** Gathers the channels that were put out of their call, for {@link differences}. */
export function leavingOf(pbx: Pbx): ReadonlySet<string> {
  const leaving = new Set<string>();
  pbx.on("change", ({ change }) => {
    if (change.type !== "connection-cleared") return;
    if (change.cause === "transferred" || change.cause === "parked") leaving.add(change.connection.id);
  });
  return leaving;
}

/** Compares once, if nothing moves meanwhile. Undefined if something does. */
export async function compareAtRest(
  pbx: Pbx,
  witness: AmiClient,
  leaving: ReadonlySet<string>,
): Promise<readonly string[] | undefined> {
  const before = await truthOf(witness);
  await pbx.client.action("Ping");
  const problems = differences(pbx, before, leaving);
  return isDeepStrictEqual(await truthOf(witness), before) ? problems : undefined;
}
