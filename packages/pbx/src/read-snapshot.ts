import { AmiActionError, type AmiClient, type AmiMessage } from "@cordboard/ami";
import { snapshotFromAmi, type AmiHeaders, type PbxSnapshot } from "@cordboard/call-engine";
import { classMissing, isDenied } from "./denied.ts";
import type { PbxNotice, PbxServerInfo } from "./pbx-options.ts";

/** What the snapshot actions told, and what the user may not ask. */
export interface ReadSnapshot {
  readonly snapshot: PbxSnapshot;
  /** False where the user may ask for no list of channels: that there is none in the snapshot says nothing then. */
  readonly listsChannels: boolean;
  readonly server: Pick<PbxServerInfo, "asteriskVersion" | "systemName">;
  readonly notices: readonly PbxNotice[];
}

/** What of a PBX is read: `calls` all that moves; `all` also the states of devices, hints, people and mailboxes. */
export type SnapshotDepth = "calls" | "all";

/**
 * Asks for all that a snapshot can tell. What the user may not ask, and modules that are not there, are left out;
 * any other failure (time-out, link lost) is thrown.
 */
export async function readSnapshot(client: AmiClient, depth: SnapshotDepth): Promise<ReadSnapshot> {
  const notices = new Map<string, PbxNotice>();
  const ask = async (
    action: string,
    params: Readonly<Record<string, string>> = {},
  ): Promise<readonly AmiMessage[] | undefined> => {
    try {
      return (await client.list(action, params)).items;
    } catch (error) {
      if (!(error instanceof AmiActionError)) throw error;
      if (isDenied(error)) notices.set(action, classMissing(action, error));
      return undefined;
    }
  };
  // All in one write, in this order: Asterisk answers them one after the other, and channels come before bridges.
  const [channels, bridges, queues, parkedCalls, rooms, settings, ...states] = await Promise.all([
    ask("CoreShowChannels"),
    ask("BridgeList"),
    ask("QueueStatus"),
    ask("ParkedCalls"),
    ask("ConfbridgeListRooms"),
    readSettings(client, notices),
    ...(depth === "calls" ? [] : stateLists.map((action) => ask(action))),
  ]);
  const told = channels ?? (await ask("Status"))?.map(statusAsChannel);
  if (channels === undefined && told !== undefined) notices.delete("CoreShowChannels");
  // A right that would have told nothing is not missed.
  const isParked = (bridges ?? []).some(
    (bridge) => bridge.get("BridgeType") === "parking" && Number(bridge.get("BridgeNumChannels")) > 0,
  );
  if (!isParked) notices.delete("ParkedCalls");
  const participants = await Promise.all(
    (rooms ?? []).map((room) => ask("ConfbridgeList", { Conference: room.get("Conference") ?? "" })),
  );
  const snapshot = snapshotFromAmi({
    channels: told ?? [],
    ...(bridges === undefined ? {} : { bridges }),
    ...(queues === undefined ? {} : { queues }),
    ...(parkedCalls === undefined ? {} : { parkedCalls }),
    ...(rooms === undefined ? {} : { participants: participants.flatMap((items) => items ?? []) }),
    ...(depth === "calls" ? {} : { states: states.flatMap((items) => items ?? []) }),
  });
  return { snapshot, listsChannels: told !== undefined, server: settings, notices: [...notices.values()] };
}

const stateLists = ["ExtensionStateList", "DeviceStateList", "PresenceStateList"] as const;

/** A Status item as an item of CoreShowChannels: only the age has another name. */
function statusAsChannel(item: AmiMessage): AmiHeaders {
  return {
    name: "CoreShowChannel",
    get: (header) => item.get(header === "Duration" ? "Seconds" : header),
  };
}

async function readSettings(client: AmiClient, notices: Map<string, PbxNotice>): Promise<ReadSnapshot["server"]> {
  try {
    const settings = await client.action("CoreSettings");
    const asteriskVersion = settings.get("AsteriskVersion");
    const systemName = settings.get("SystemName");
    return {
      ...(asteriskVersion === undefined ? {} : { asteriskVersion }),
      ...(systemName === undefined || systemName === "" ? {} : { systemName }),
    };
  } catch (error) {
    if (!(error instanceof AmiActionError)) throw error;
    if (isDenied(error)) notices.set("CoreSettings", classMissing("CoreSettings", error));
    return {};
  }
}
