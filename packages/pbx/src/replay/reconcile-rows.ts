import { readBridge } from "./bridge-fields.ts";
import { readChannel, type TableMessage } from "./channel-fields.ts";
import type { ChannelRow } from "./channel-row.ts";
import type { Patch, RowStore } from "./row-store.ts";
import type { TableSnapshot } from "./table-snapshot.ts";

/**
 * Makes the rows equal to a snapshot; parts that the snapshot lacks stay as they are.
 * @param at milliseconds since 1970
 */
export function reconcileRows(rows: RowStore, snapshot: TableSnapshot, at: number): void {
  const { channels, bridges } = snapshot;
  if (bridges !== undefined) reconcileBridges(rows, bridges);
  if (channels !== undefined) reconcileChannels(rows, channels, at);
  if (snapshot.bridgeChannels !== undefined) reconcileMembers(rows, snapshot.bridgeChannels);
  place(rows, snapshot.queueEntries, "Uniqueid", "queue", (item) => ({
    name: item.get("Queue") ?? "",
    position: Number.parseInt(item.get("Position") ?? "", 10) || 0,
  }));
  place(rows, snapshot.parkedCalls, "ParkeeUniqueid", "parked", (item) => ({
    lot: item.get("Parkinglot") ?? "",
    space: item.get("ParkingSpace") ?? "",
  }));
  place(rows, snapshot.conferenceMembers, "Uniqueid", "conference", (item) => item.get("Conference") ?? "");
}

function reconcileBridges(rows: RowStore, items: readonly TableMessage[]): void {
  const seen = new Set<string>();
  for (const item of items) {
    const fields = readBridge(item);
    if (fields === undefined) continue;
    seen.add(fields.uniqueid);
    if (rows.bridges.has(fields.uniqueid)) rows.patchBridge(fields.uniqueid, fields);
    else rows.putBridge({ ...fields, channels: [] });
  }
  for (const uniqueid of rows.bridges.keys()) {
    if (!seen.has(uniqueid)) rows.dropBridge(uniqueid, { reason: "resync" });
  }
}

function reconcileChannels(rows: RowStore, items: readonly TableMessage[], at: number): void {
  const seen = new Set<string>();
  for (const item of items) {
    const fields = readChannel(item, "");
    if (fields === undefined) continue;
    seen.add(fields.uniqueid);
    const before = rows.channels.get(fields.uniqueid);
    const told: Patch<ChannelRow> = {
      ...fields,
      application: filled(item.get("Application")),
      applicationData: filled(item.get("ApplicationData") ?? item.get("Data")),
    };
    if (before === undefined) {
      const age = seconds(item.get("Duration") ?? item.get("Seconds"));
      rows.addChannel({ ...fields, ...(age === undefined ? {} : { createdAt: at - age * 1000 }) });
    }
    rows.patchChannel(fields.uniqueid, told);
    const bridge = item.get("BridgeId");
    if (bridge === undefined || bridge === "") rows.leaveBridge(fields.uniqueid, before?.bridge);
    else rows.enterBridge(fields.uniqueid, bridge);
  }
  for (const uniqueid of rows.channels.keys()) {
    if (!seen.has(uniqueid)) rows.dropChannel(uniqueid, { reason: "resync" });
  }
}

/** BridgeInfo was asked after CoreShowChannels, so it has the last word; a bridge it could not tell of is left. */
function reconcileMembers(rows: RowStore, members: ReadonlyMap<string, readonly TableMessage[]>): void {
  for (const [bridge, told] of members) {
    const inside = new Set(told.map((one) => one.get("Uniqueid") ?? ""));
    for (const channel of rows.bridges.get(bridge)?.channels ?? []) {
      if (!inside.has(channel)) rows.leaveBridge(channel, bridge);
    }
    for (const channel of inside) rows.enterBridge(channel, bridge);
  }
}

/** Sets a field on the channels that a list names and takes it from all others. */
function place<K extends "queue" | "parked" | "conference">(
  rows: RowStore,
  items: readonly TableMessage[] | undefined,
  header: string,
  field: K,
  value: (item: TableMessage) => ChannelRow[K],
): void {
  if (items === undefined) return;
  const told = new Map(items.map((item) => [item.get(header) ?? "", value(item)]));
  for (const uniqueid of rows.channels.keys()) {
    const patch: Patch<ChannelRow> = { [field]: told.get(uniqueid) };
    rows.patchChannel(uniqueid, patch);
  }
}

function filled(value: string | undefined): string | undefined {
  return value === "" ? undefined : value;
}

/** `01:02:03` or plain seconds, as seconds; hours may have more than two digits. */
function seconds(duration: string | undefined): number | undefined {
  if (duration !== undefined && /^\d+$/.test(duration)) return Number(duration);
  const parts = /^(\d+):(\d+):(\d+)$/.exec(duration ?? "");
  return parts === null ? undefined : Number(parts[1]) * 3600 + Number(parts[2]) * 60 + Number(parts[3]);
}
