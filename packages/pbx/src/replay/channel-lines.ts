import type { BridgeRow } from "./bridge-row.ts";
import { escapeName } from "./channel-fields.ts";
import type { ChannelRow } from "./channel-row.ts";

/** One header of a message that is to be sent. */
export type HeaderLine = readonly [name: string, value: string | number];

/** main/channel.c, ast_state2str. */
const stateNumbers: ReadonlyMap<string, number> = new Map(
  ["Down", "Rsrvd", "OffHook", "Dialing", "Ring", "Ringing", "Up", "Busy", "Dialing Offhook", "Pre-ring"].map(
    (name, i) => [name, i],
  ),
);

const orUnknown = (value: string): string => (value === "" ? "<unknown>" : escapeName(value));

/** The headers with which Asterisk describes a channel in events and lists (main/manager_channels.c). */
export function channelLines(row: ChannelRow, prefix = ""): HeaderLine[] {
  const lines: HeaderLine[] = [
    ["Channel", row.name],
    ["ChannelState", stateNumbers.get(row.state) ?? 0],
    ["ChannelStateDesc", row.state],
    ["CallerIDNum", orUnknown(row.callerIdNum)],
    ["CallerIDName", orUnknown(row.callerIdName)],
    ["ConnectedLineNum", orUnknown(row.connectedLineNum)],
    ["ConnectedLineName", orUnknown(row.connectedLineName)],
    ["Language", row.language],
    ["AccountCode", row.accountCode],
    ["Context", row.context],
    ["Exten", row.exten],
    ["Priority", row.priority],
    ["Uniqueid", row.uniqueid],
    ["Linkedid", row.linkedid],
  ];
  return prefix === "" ? lines : lines.map(([name, value]) => [prefix + name, value] as const);
}

/** The headers with which Asterisk describes a bridge (main/manager_bridges.c). */
export function bridgeLines(row: BridgeRow): HeaderLine[] {
  return [
    ["BridgeUniqueid", row.uniqueid],
    ["BridgeType", row.type],
    ["BridgeTechnology", row.technology],
    ["BridgeCreator", row.creator === "" ? "<unknown>" : row.creator],
    ["BridgeName", row.name === "" ? "<unknown>" : row.name],
    ["BridgeNumChannels", row.numChannels],
    ["BridgeVideoSourceMode", row.videoSourceMode === "" ? "none" : row.videoSourceMode],
  ];
}

/** A message of these headers; a line break in a value becomes a space, so that none can forge another header. */
export function messageText(lines: readonly HeaderLine[]): string {
  return `${lines.map(([name, value]) => `${name}: ${String(value).replaceAll(/[\r\n\0]/g, " ")}\r\n`).join("")}\r\n`;
}
