import type { TableSnapshot } from "../replay/table-snapshot.ts";
import type { PlainMessage } from "./trace-messages.ts";

/** The snapshot that a recorded session begins with. */
export const snapshotOf = (
  messages: readonly PlainMessage[],
): Required<Pick<TableSnapshot, "channels" | "bridges">> => {
  const named = (name: string): PlainMessage[] => messages.filter((one) => one.name === name);
  return { channels: named("CoreShowChannel"), bridges: named("BridgeListItem") };
};

/** True for an item of a list, in reply to an action. */
export const isListItem = (message: PlainMessage): boolean =>
  message.get("ActionID") !== undefined && message.get("Privilege") === undefined;

/** Which channels are up after so many messages, counted in the plainest way. */
export function aliveAfter(messages: readonly PlainMessage[]): Set<string> {
  const alive = new Set<string>();
  for (const message of messages) {
    const uniqueid = message.get("Uniqueid") ?? "";
    if (message.name === "CoreShowChannel" || message.name === "Newchannel") alive.add(uniqueid);
    if (message.name === "Hangup") alive.delete(uniqueid);
  }
  return alive;
}

/** Which bridges are there after so many messages. */
export function bridgesAfter(messages: readonly PlainMessage[]): Set<string> {
  const there = new Set<string>();
  for (const message of messages) {
    const uniqueid = message.get("BridgeUniqueid") ?? "";
    if (message.name === "BridgeListItem" || message.name === "BridgeCreate") there.add(uniqueid);
    if (message.name === "BridgeDestroy") there.delete(uniqueid);
  }
  return there;
}

/** The keys of rows. */
export const ids = (rows: readonly { readonly uniqueid: string }[]): Set<string> =>
  new Set(rows.map((row) => row.uniqueid));
