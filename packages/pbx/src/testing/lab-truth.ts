import type { AmiClient } from "@cordboard/ami";
import { unescapeName } from "../channel-fields.ts";
import type { ChannelTable } from "../channel-table.ts";

const known = (value: string | undefined): string => (value === undefined || value === "<unknown>" ? "" : value);

/** Channels and bridges in a form to compare. */
export interface View {
  readonly channels: Readonly<Record<string, Readonly<Record<string, string>>>>;
  readonly bridges: Readonly<Record<string, string>>;
  readonly members: Readonly<Record<string, readonly string[]>>;
}

/** The truth without the applications that the view does not claim to know. */
export function forgiving(truth: View, view: View): View {
  const channels = Object.entries(truth.channels).map(([uniqueid, row]) => [
    uniqueid,
    view.channels[uniqueid]?.["application"] === "()" ? { ...row, application: "()" } : row,
  ]);
  return { ...truth, channels: Object.fromEntries(channels) };
}

/**
 * What CoreShowChannels, BridgeList and BridgeInfo say now, read without the help of the table.
 * The technology of a bridge is left out: it changes without an event (main/bridge.c, smart_bridge_operation).
 */
export async function truthOf(client: AmiClient): Promise<View> {
  const { items: channels } = await client.list("CoreShowChannels");
  const { items: bridges } = await client.list("BridgeList");
  const members = await Promise.all(
    bridges.map(async (bridge) => {
      const uniqueid = bridge.get("BridgeUniqueid") ?? "";
      // It may have gone since the list was made.
      const { items } = await client.list("BridgeInfo", { BridgeUniqueid: uniqueid }).catch(() => ({ items: [] }));
      return [uniqueid, items.map((item) => item.get("Uniqueid") ?? "").sort()] as const;
    }),
  );
  return {
    channels: Object.fromEntries(
      channels.map((item) => [
        item.get("Uniqueid") ?? "",
        {
          name: item.get("Channel") ?? "",
          linkedid: item.get("Linkedid") ?? "",
          state: item.get("ChannelStateDesc") ?? "",
          callerId: `${unescapeName(known(item.get("CallerIDName")))} <${known(item.get("CallerIDNum"))}>`,
          connectedLine: `${unescapeName(known(item.get("ConnectedLineName")))} <${known(item.get("ConnectedLineNum"))}>`,
          place: `${item.get("Exten")}@${item.get("Context")}:${item.get("Priority")}`,
          application: `${item.get("Application")}(${item.get("ApplicationData")})`,
          bridge: item.get("BridgeId") ?? "",
        },
      ]),
    ),
    bridges: Object.fromEntries(
      bridges.map((item) => [item.get("BridgeUniqueid") ?? "", item.get("BridgeType") ?? ""]),
    ),
    members: Object.fromEntries(members),
  };
}

/** The table in the same form. */
export function viewOf(table: ChannelTable): View {
  return {
    channels: Object.fromEntries(
      table.channels.map((row) => [
        row.uniqueid,
        {
          name: row.name,
          linkedid: row.linkedid,
          state: row.state,
          callerId: `${row.callerIdName} <${row.callerIdNum}>`,
          connectedLine: `${row.connectedLineName} <${row.connectedLineNum}>`,
          place: `${row.exten}@${row.context}:${row.priority}`,
          application: `${row.application ?? ""}(${row.applicationData ?? ""})`,
          bridge: row.bridge ?? "",
        },
      ]),
    ),
    bridges: Object.fromEntries(table.bridges.map((row) => [row.uniqueid, row.type])),
    members: Object.fromEntries(table.bridges.map((row) => [row.uniqueid, [...row.channels].sort()])),
  };
}
