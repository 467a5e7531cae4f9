import type { BridgeRow } from "./bridge-row.ts";
import { readBridge } from "./bridge-fields.ts";
import { readChannel, type TableMessage } from "./channel-fields.ts";
import type { ChannelRow } from "./channel-row.ts";
import { reconcileRows } from "./reconcile-rows.ts";
import { RowStore } from "./row-store.ts";
import type { TableChange } from "./table-change.ts";
import type { TableSnapshot } from "./table-snapshot.ts";
import type { TimelineEntry } from "./timeline-entry.ts";
import { TimelineWriter } from "./timeline-writer.ts";

/** What one message, or one snapshot, did to a {@link ChannelTable}. */
export interface Applied {
  readonly changes: readonly TableChange[];
  readonly timeline: readonly TimelineEntry[];
}

/** A message that came while a snapshot was being read, with its arrival in milliseconds since 1970. */
export interface BufferedMessage {
  readonly message: TableMessage;
  readonly at: number;
}

const nothing: Applied = { changes: [], timeline: [] };

/**
 * The channels and bridges of one PBX, from AMI events and snapshots. Pure: no I/O and no clock, the time of each
 * message is passed in, so the same input gives the same rows, changes and timeline.
 *
 * Rows are keyed by Uniqueid and BridgeUniqueid. **Only Newchannel, BridgeCreate and a snapshot bring a row to life**:
 * Asterisk sends events about a channel even after its Hangup (seen with NewCallerid and ConfbridgeLeave on 22.10.1), so an event
 * about a row that is not there is ignored, and no ghost can come of it. Nothing a peer sends makes it throw.
 */
export class ChannelTable {
  readonly #rows = new RowStore();
  readonly #timeline = new TimelineWriter(this.#rows);

  /** All channels, oldest first. The array is a copy, the rows never change. */
  get channels(): readonly ChannelRow[] {
    return [...this.#rows.channels.values()];
  }

  /** All bridges, oldest first; parking lots and conferences among them, also while empty. */
  get bridges(): readonly BridgeRow[] {
    return [...this.#rows.bridges.values()];
  }

  /** The channel with that Uniqueid. */
  channel(uniqueid: string): ChannelRow | undefined {
    return this.#rows.channels.get(uniqueid);
  }

  /** The channel that has that name now. */
  channelNamed(name: string): ChannelRow | undefined {
    return this.channels.find((row) => row.name === name);
  }

  /** The bridge with that BridgeUniqueid. */
  bridge(uniqueid: string): BridgeRow | undefined {
    return this.#rows.bridges.get(uniqueid);
  }

  /**
   * Takes in one event. Responses, list items and unknown events change nothing.
   * @param at arrival, milliseconds since 1970
   */
  apply(message: TableMessage, at: number): Applied {
    if (!this.#take(message, at)) return nothing;
    return { changes: this.#rows.commit(at), timeline: this.#timeline.take() };
  }

  /**
   * Makes the table equal to a snapshot, then takes in what came while it was read; tells the net difference.
   * What no snapshot knows (who holds, when it was answered) is kept for the channels that are still there.
   * @param at when the snapshot was read, milliseconds since 1970
   */
  reconcile(snapshot: TableSnapshot, at: number, buffered: readonly BufferedMessage[] = []): Applied {
    const ends = buffered.map(({ message }) =>
      message.name === "Hangup"
        ? message.get("Uniqueid")
        : message.name === "BridgeDestroy"
          ? message.get("BridgeUniqueid")
          : undefined,
    );
    reconcileRows(this.#rows, snapshot, at, new Set(ends.filter((id) => id !== undefined)));
    this.#timeline.forgetGone();
    for (const one of buffered) this.#take(one.message, one.at);
    return { changes: this.#rows.commit(at), timeline: this.#timeline.take() };
  }

  /** False when the event is of no interest, so that nothing needs to be collected. */
  #take(message: TableMessage, at: number): boolean {
    const handler = handlers.get(message.name);
    if (handler === undefined) return false;
    // Items of lists are snapshots of their own, whatever their name: ParkedCalls answers with ParkedCall.
    if (message.get("ActionID") !== undefined && message.get("Privilege") === undefined) return false;
    this.#timeline.before(message);
    handler(this.#rows, message, at);
    this.#timeline.after(message, at);
    return true;
  }
}

type Handler = (rows: RowStore, message: TableMessage, at: number) => void;

/** Events whose channel snapshot is that of the moment and supersedes what is known. */
function refresh(rows: RowStore, message: TableMessage, at: number): ChannelRow | undefined {
  const fields = readChannel(message, "");
  if (fields === undefined) return undefined;
  const before = rows.channels.get(fields.uniqueid);
  if (before === undefined) return undefined;
  const answered = fields.state === "Up" && before.state !== "Up" && before.answeredAt === undefined;
  return rows.patchChannel(fields.uniqueid, answered ? { ...fields, answeredAt: at } : fields);
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
    refresh(rows, message, at);
    return;
  }
  // A caller enters the dialplan in state Ring; a called channel is born Down.
  const dialed = fields.state === "Ring" && fields.exten !== "" && fields.exten !== "s" ? { dialed: fields.exten } : {};
  const answered = fields.state === "Up" ? { answeredAt: at } : {};
  rows.addChannel({ ...fields, ...dialed, ...answered, held: false, createdAt: at });
}

function newExten(rows: RowStore, message: TableMessage, at: number): void {
  const row = refresh(rows, message, at);
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
  patchNamed(rows, message, "Dest", { dialing: from === undefined || from === "" ? {} : { from } });
}

function dialState(rows: RowStore, message: TableMessage): void {
  const dest = rows.channels.get(message.get("DestUniqueid") ?? "");
  const status = message.get("DialStatus");
  if (dest?.dialing === undefined || status === undefined) return;
  rows.patchChannel(dest.uniqueid, { dialing: { ...dest.dialing, status } });
}

function putBridge(rows: RowStore, message: TableMessage, at: number): void {
  const fields = readBridge(message);
  if (fields === undefined) return;
  if (rows.bridges.has(fields.uniqueid)) rows.patchBridge(fields.uniqueid, fields);
  else if (message.name === "BridgeCreate") rows.putBridge({ ...fields, channels: [], createdAt: at });
}

function bridgeEnter(rows: RowStore, message: TableMessage, at: number): void {
  putBridge(rows, message, at);
  const row = refresh(rows, message, at);
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
  refresh(rows, message, at);
  const uniqueid = message.get("Uniqueid");
  if (uniqueid !== undefined) rows.leaveBridge(uniqueid, message.get("BridgeUniqueid"));
}

function hold(rows: RowStore, message: TableMessage, at: number): void {
  const row = refresh(rows, message, at);
  if (row !== undefined) rows.patchChannel(row.uniqueid, { held: message.name === "Hold" });
}

function music(rows: RowStore, message: TableMessage, at: number): void {
  const row = refresh(rows, message, at);
  const playing = message.name === "MusicOnHoldStart" ? (message.get("Class") ?? "") : undefined;
  if (row !== undefined) rows.patchChannel(row.uniqueid, { music: playing });
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

const unparked: Handler = (rows, message) => patchNamed(rows, message, "Parkee", { parked: undefined });

const handlers: ReadonlyMap<string, Handler> = new Map<string, Handler>([
  ["Newchannel", newChannel],
  ["Newstate", refresh],
  ["NewCallerid", refresh],
  ["NewConnectedLine", refresh],
  ["NewAccountCode", refresh],
  ["Newexten", newExten],
  ["Rename", rename],
  ["Hangup", hangup],
  ["DialBegin", dialBegin],
  ["DialState", dialState],
  ["DialEnd", (rows, message) => patchNamed(rows, message, "Dest", { dialing: undefined })],
  ["BridgeCreate", putBridge],
  ["BridgeEnter", bridgeEnter],
  ["BridgeLeave", bridgeLeave],
  ["BridgeVideoSourceUpdate", putBridge],
  ["BridgeDestroy", (rows, message) => rows.dropBridge(message.get("BridgeUniqueid") ?? "", { reason: "event" })],
  ["Hold", hold],
  ["Unhold", hold],
  ["MusicOnHoldStart", music],
  ["MusicOnHoldStop", music],
  ["QueueCallerJoin", queueJoin],
  ["QueueCallerLeave", queueLeave],
  ["ParkedCall", parked],
  ["ParkedCallSwap", parked],
  ["UnParkedCall", unparked],
  ["ParkedCallTimeOut", unparked],
  ["ParkedCallGiveUp", unparked],
  ["ConfbridgeJoin", (rows, message) => patchNamed(rows, message, "", { conference: message.get("Conference") })],
  ["ConfbridgeLeave", (rows, message) => patchNamed(rows, message, "", { conference: undefined })],
  // These change no row and are for the timeline alone.
  ...[
    "HangupRequest",
    "DTMFEnd",
    "AgentConnect",
    "QueueCallerAbandon",
    "BlindTransfer",
    "AttendedTransfer",
    "Pickup",
    "MessageWaiting",
  ].map((name): [string, Handler] => [name, () => {}]),
]);

/** The events that {@link ChannelTable.apply} takes in; all others may be left unread. */
export const tableEvents: readonly string[] = [...handlers.keys()];
