import { bridgeLines, channelLines, messageText, type HeaderLine } from "./channel-lines.ts";
import type { ChannelTable } from "./channel-table.ts";
import { ReplayMessage } from "./replay-message.ts";
import type { TableChange } from "./table-change.ts";

/**
 * The events that lead a listener through changes which a recording holds only as a snapshot, and out of what is left at its end.
 * Applied to another table they make it equal in channels, bridges and who is where.
 */
export function syntheticEvents(changes: readonly TableChange[], after: ChannelTable): ReplayMessage[] {
  const events: ReplayMessage[] = [];
  const say = (name: string, lines: readonly HeaderLine[]): void => {
    events.push(
      utf8Message([["Event", name], ["Privilege", name === "Newexten" ? "dialplan,all" : "call,all"], ...lines]),
    );
  };
  for (const change of changes)
    if (change.type === "bridge-new") say("BridgeCreate", bridgeLines({ ...change.after, numChannels: 0 }));
  for (const change of changes) {
    if (change.type !== "channel-changed" && change.type !== "channel-gone") continue;
    const left = change.before.bridge;
    const row = change.type === "channel-gone" ? change.before : change.after;
    if (left === undefined || (change.type === "channel-changed" && change.after.bridge === left)) continue;
    const bridge = after.bridge(left) ?? bridgeBefore(changes, left);
    if (bridge !== undefined) say("BridgeLeave", [...bridgeLines(bridge), ...channelLines(row)]);
  }
  for (const change of changes) {
    if (change.type === "channel-new") {
      say("Newchannel", channelLines(change.after));
      if (change.after.application !== undefined)
        say("Newexten", [
          ...channelLines(change.after),
          ["Extension", change.after.exten],
          ["Application", change.after.application],
          ["AppData", change.after.applicationData ?? ""],
        ]);
    } else if (change.type === "channel-changed") {
      say("Newstate", channelLines(change.after));
    } else if (change.type === "channel-gone") {
      say("Hangup", [...channelLines(change.before), ["Cause", 0], ["Cause-txt", "Unknown"]]);
    }
  }
  for (const change of changes) {
    if (change.type !== "channel-new" && change.type !== "channel-changed") continue;
    const { bridge } = change.after;
    if (bridge === undefined || (change.type === "channel-changed" && change.before.bridge === bridge)) continue;
    const row = after.bridge(bridge);
    if (row !== undefined) say("BridgeEnter", [...bridgeLines(row), ...channelLines(change.after)]);
  }
  for (const change of changes)
    if (change.type === "bridge-gone") say("BridgeDestroy", bridgeLines({ ...change.before, numChannels: 0 }));
  return events;
}

function bridgeBefore(changes: readonly TableChange[], uniqueid: string) {
  const change = changes.find((one) => one.type === "bridge-gone" && one.before.uniqueid === uniqueid);
  return change?.type === "bridge-gone" ? change.before : undefined;
}

/** A message of our own: its bytes are UTF-8. */
function utf8Message(lines: readonly HeaderLine[]): ReplayMessage {
  return new ReplayMessage(Buffer.from(messageText(lines), "utf8").toString("latin1"));
}
