import { readBridge } from "./bridge-fields.ts";
import { readChannel, type TableMessage } from "./channel-fields.ts";
import type { ChannelRow } from "./channel-row.ts";
import type { RowStore } from "./row-store.ts";

/** Takes in one event that arrived at `at`, milliseconds since 1970. */
export type TableEventHandler = (rows: RowStore, message: TableMessage, at: number) => void;

/** Events whose channel snapshot is that of the moment and supersedes what is known. */
function refresh(rows: RowStore, message: TableMessage): ChannelRow | undefined {
  const fields = readChannel(message, "");
  return fields === undefined ? undefined : rows.patchChannel(fields.uniqueid, fields);
}

function patchNamed(
  rows: RowStore,
  message: TableMessage,
  prefix: string,
  patch: Parameters<RowStore["patchChannel"]>[1],
): void {
  const uniqueid = message.get(`${prefix}Uniqueid`);
  if (uniqueid !== undefined) rows.patchChannel(uniqueid, patch);
}

function newChannel(rows: RowStore, message: TableMessage, at: number): void {
  const fields = readChannel(message, "");
  if (fields === undefined) return;
  if (rows.channels.has(fields.uniqueid)) {
    refresh(rows, message);
    return;
  }
  // A caller enters the dialplan in state Ring; a called channel is born Down.
  const dialed = fields.state === "Ring" && fields.exten !== "" && fields.exten !== "s" ? { dialed: fields.exten } : {};
  rows.addChannel({ ...fields, ...dialed, createdAt: at });
}

function newExten(rows: RowStore, message: TableMessage): void {
  const row = refresh(rows, message);
  const application = message.get("Application");
  if (row === undefined || application === undefined || application === "") return;
  const data = message.get("AppData");
  rows.patchChannel(row.uniqueid, {
    application,
    applicationData: data === undefined || data === "" ? undefined : data,
  });
}

function rename(rows: RowStore, message: TableMessage): void {
  const name = message.get("Newname");
  if (name === undefined || name === "") return;
  const shape = readChannel({ name: "", get: (header) => (header === "Channel" ? name : "-") }, "");
  if (shape !== undefined) patchNamed(rows, message, "", { name, device: shape.device, local: shape.local });
}

function hangup(rows: RowStore, message: TableMessage): void {
  const uniqueid = message.get("Uniqueid");
  if (uniqueid === undefined) return;
  const cause = Number.parseInt(message.get("Cause") ?? "", 10);
  const causeText = message.get("Cause-txt");
  rows.dropChannel(uniqueid, {
    reason: "event",
    ...(Number.isNaN(cause) ? {} : { cause }),
    ...(causeText === undefined ? {} : { causeText }),
  });
}

function dialBegin(rows: RowStore, message: TableMessage): void {
  const from = message.get("Uniqueid");
  // A transferred channel that dials from the first priority: Asterisk told its new place with the old application, and tells
  // an application only together with a new place (main/manager_channels.c, channel_newexten).
  if (rows.channels.get(from ?? "")?.application?.startsWith("AppDial") === true)
    patchNamed(rows, message, "", { application: undefined, applicationData: undefined });
}

function putBridge(rows: RowStore, message: TableMessage, at: number): void {
  const fields = readBridge(message);
  if (fields === undefined) return;
  if (rows.bridges.has(fields.uniqueid)) rows.patchBridge(fields.uniqueid, fields);
  else if (message.name === "BridgeCreate") rows.putBridge({ ...fields, channels: [], createdAt: at });
}

function bridgeEnter(rows: RowStore, message: TableMessage, at: number): void {
  putBridge(rows, message, at);
  const row = refresh(rows, message);
  const bridge = rows.bridges.get(message.get("BridgeUniqueid") ?? "");
  if (row === undefined || bridge === undefined) return;
  const swap = message.get("SwapUniqueid");
  if (swap !== undefined && swap !== row.uniqueid) rows.leaveBridge(swap, bridge.uniqueid);
  rows.enterBridge(row.uniqueid, bridge.uniqueid);
  // All in such a bridge get the oldest linkedid, without an event for those who were there (main/bridge_channel.c).
  if (bridge.type !== "basic" && bridge.type !== "stasis") return;
  for (const channel of rows.bridges.get(bridge.uniqueid)?.channels ?? []) {
    rows.patchChannel(channel, { linkedid: row.linkedid });
  }
}

function bridgeLeave(rows: RowStore, message: TableMessage, at: number): void {
  putBridge(rows, message, at);
  refresh(rows, message);
  const uniqueid = message.get("Uniqueid");
  if (uniqueid !== undefined) rows.leaveBridge(uniqueid, message.get("BridgeUniqueid"));
}

function queueJoin(rows: RowStore, message: TableMessage): void {
  const name = message.get("Queue");
  const position = Number.parseInt(message.get("Position") ?? "", 10);
  const uniqueid = message.get("Uniqueid");
  if (name === undefined || uniqueid === undefined || Number.isNaN(position)) return;
  // A caller with a higher priority is put before others, who get no event.
  shiftQueue(rows, name, position - 1, 1, uniqueid);
  rows.patchChannel(uniqueid, { queue: { name, position } });
}

function queueLeave(rows: RowStore, message: TableMessage): void {
  const name = message.get("Queue");
  const uniqueid = message.get("Uniqueid");
  const position = Number.parseInt(message.get("Position") ?? "", 10);
  if (uniqueid === undefined) return;
  rows.patchChannel(uniqueid, { queue: undefined });
  if (name !== undefined && !Number.isNaN(position)) shiftQueue(rows, name, position, -1, uniqueid);
}

/** Moves all who wait behind `position` by one place. */
function shiftQueue(rows: RowStore, name: string, position: number, by: 1 | -1, except: string): void {
  for (const row of rows.channels.values()) {
    if (row.uniqueid === except || row.queue?.name !== name || row.queue.position <= position) continue;
    rows.patchChannel(row.uniqueid, { queue: { name, position: row.queue.position + by } });
  }
}

function parked(rows: RowStore, message: TableMessage): void {
  const lot = message.get("Parkinglot") ?? "";
  const space = message.get("ParkingSpace") ?? "";
  for (const row of rows.channels.values()) {
    if (row.parked?.lot === lot && row.parked.space === space) rows.patchChannel(row.uniqueid, { parked: undefined });
  }
  patchNamed(rows, message, "Parkee", { parked: { lot, space } });
}

const unparked: TableEventHandler = (rows, message) => patchNamed(rows, message, "Parkee", { parked: undefined });

/** What each event does to the rows; all others do nothing. */
export const tableEventHandlers: ReadonlyMap<string, TableEventHandler> = new Map<string, TableEventHandler>([
  ["Newchannel", newChannel],
  ["Newstate", refresh],
  ["NewCallerid", refresh],
  ["NewConnectedLine", refresh],
  ["NewAccountCode", refresh],
  ["Newexten", newExten],
  ["Rename", rename],
  ["Hangup", hangup],
  ["DialBegin", dialBegin],
  ["BridgeCreate", putBridge],
  ["BridgeEnter", bridgeEnter],
  ["BridgeLeave", bridgeLeave],
  ["BridgeVideoSourceUpdate", putBridge],
  ["BridgeDestroy", (rows, message) => rows.dropBridge(message.get("BridgeUniqueid") ?? "", { reason: "event" })],
  ["QueueCallerJoin", queueJoin],
  ["QueueCallerLeave", queueLeave],
  ["ParkedCall", parked],
  ["ParkedCallSwap", parked],
  ["UnParkedCall", unparked],
  ["ParkedCallTimeOut", unparked],
  ["ParkedCallGiveUp", unparked],
  ["ConfbridgeJoin", (rows, message) => patchNamed(rows, message, "", { conference: message.get("Conference") })],
  ["ConfbridgeLeave", (rows, message) => patchNamed(rows, message, "", { conference: undefined })],
]);
