import { AmiActionError, type AmiClient, type AmiMessage } from "@cordboard/ami";
import type { PbxLinkNotice } from "./pbx-link-options.ts";
import type { PbxServerInfo } from "./pbx-options.ts";
import type { TableSnapshot } from "./table-snapshot.ts";

/** What the snapshot actions told, and what the user may not ask. */
export interface ReadSnapshot {
  readonly snapshot: TableSnapshot;
  readonly server: Pick<PbxServerInfo, "asteriskVersion" | "systemName">;
  readonly notices: readonly PbxLinkNotice[];
}

/** Write classes of the snapshot actions (any one is enough), and what is not seen without them. */
const needs: ReadonlyMap<string, { readonly classes: readonly string[]; readonly loss: string }> = new Map([
  ["CoreShowChannels", { classes: ["system", "reporting"], loss: "calls that began before the link are not seen" }],
  ["Status", { classes: ["system", "call", "reporting"], loss: "calls that began before the link are not seen" }],
  ["ParkedCalls", { classes: ["call"], loss: "calls parked before the link are not shown as parked" }],
  [
    "ConfbridgeListRooms",
    { classes: ["reporting"], loss: "who was in a conference before the link is not shown there" },
  ],
  ["ConfbridgeList", { classes: ["reporting"], loss: "who was in a conference before the link is not shown there" }],
  ["CoreSettings", { classes: ["system", "reporting"], loss: "version and name of the PBX are not known" }],
]);

/**
 * Asks for all that a snapshot can tell. What the user may not ask, and modules that are not there, are left out;
 * any other failure (time-out, link lost) is thrown.
 */
export async function readSnapshot(client: AmiClient): Promise<ReadSnapshot> {
  const notices: PbxLinkNotice[] = [];
  const ask = async (
    action: string,
    params: Readonly<Record<string, string>> = {},
  ): Promise<readonly AmiMessage[] | undefined> => {
    try {
      return (await client.list(action, params)).items;
    } catch (error) {
      if (!(error instanceof AmiActionError)) throw error;
      if (isDenied(error)) notices.push(classMissing(action, error));
      return undefined;
    }
  };
  // All in one write, in this order: Asterisk answers them one after the other, and channels come before bridges.
  const [channels, bridges, queues, parkedCalls, rooms, settings] = await Promise.all([
    ask("CoreShowChannels"),
    ask("BridgeList"),
    ask("QueueStatus"),
    ask("ParkedCalls"),
    ask("ConfbridgeListRooms"),
    readSettings(client, notices),
  ]);
  const told = channels ?? (await ask("Status"));
  if (channels === undefined && told !== undefined) forget(notices, "CoreShowChannels");
  const members = await Promise.all(
    (bridges ?? []).map(async (bridge) => {
      const uniqueid = bridge.get("BridgeUniqueid") ?? "";
      return [uniqueid, await ask("BridgeInfo", { BridgeUniqueid: uniqueid })] as const;
    }),
  );
  // A right that would have told nothing is not missed.
  const parkingBridges = new Set(
    (bridges ?? [])
      .filter((bridge) => bridge.get("BridgeType") === "parking")
      .map((bridge) => bridge.get("BridgeUniqueid")),
  );
  if (!members.some(([uniqueid, items]) => parkingBridges.has(uniqueid) && (items?.length ?? 0) > 0))
    forget(notices, "ParkedCalls");
  const conferences = await Promise.all(
    (rooms ?? []).map((room) => ask("ConfbridgeList", { Conference: room.get("Conference") ?? "" })),
  );
  return {
    snapshot: {
      ...(told === undefined ? {} : { channels: told }),
      ...(bridges === undefined ? {} : { bridges }),
      bridgeChannels: new Map(members.flatMap(([uniqueid, items]) => (items === undefined ? [] : [[uniqueid, items]]))),
      ...(queues === undefined ? {} : { queueEntries: queues.filter((item) => item.name === "QueueEntry") }),
      ...(parkedCalls === undefined ? {} : { parkedCalls }),
      ...(rooms === undefined ? {} : { conferenceMembers: conferences.flatMap((items) => items ?? []) }),
    },
    server: settings,
    notices: [...new Map(notices.map((notice) => [notice.action, notice])).values()],
  };
}

async function readSettings(client: AmiClient, notices: PbxLinkNotice[]): Promise<ReadSnapshot["server"]> {
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
    if (isDenied(error)) notices.push(classMissing("CoreSettings", error));
    return {};
  }
}

/** Takes back the notice about an action whose refusal lost nothing. */
function forget(notices: PbxLinkNotice[], action: string): void {
  const index = notices.findIndex((notice) => notice.action === action);
  if (index !== -1) notices.splice(index, 1);
}

function isDenied(error: AmiActionError): boolean {
  return /permission denied/i.test(error.message);
}

function classMissing(action: string, cause: AmiActionError): PbxLinkNotice {
  const need = needs.get(action) ?? { classes: [], loss: "a part of the snapshot is missing" };
  return {
    code: "PBX_CLASS_MISSING",
    message: `The AMI user may not ask ${action}: ${need.loss}. Add ${need.classes.join(" or ")} to its write= in manager.conf and reload.`,
    right: "write",
    classes: need.classes,
    action,
    cause,
  };
}
