import type { BridgeRow } from "./bridge-row.ts";
import type { TableMessage } from "./channel-fields.ts";

/** The bridge snapshot of an event, its channels and age aside; undefined if it has none. */
export function readBridge(message: TableMessage): Omit<BridgeRow, "channels" | "createdAt"> | undefined {
  const uniqueid = message.get("BridgeUniqueid");
  if (uniqueid === undefined || uniqueid === "") return undefined;
  const count = Number.parseInt(message.get("BridgeNumChannels") ?? "", 10);
  return {
    uniqueid,
    type: message.get("BridgeType") ?? "",
    technology: message.get("BridgeTechnology") ?? "",
    creator: known(message.get("BridgeCreator")),
    name: known(message.get("BridgeName")),
    videoSourceMode: message.get("BridgeVideoSourceMode") ?? "",
    numChannels: Number.isNaN(count) ? 0 : count,
  };
}

function known(value: string | undefined): string {
  return value === undefined || value === "<unknown>" ? "" : value;
}
