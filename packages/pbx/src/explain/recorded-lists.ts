import type { AmiMessage } from "@cordboard/ami";
import type { AmiLists } from "@cordboard/call-engine";

/** One message of a recording. */
export interface RecordedMessage {
  /** Milliseconds since the recording began. */
  readonly at: number;
  /** Counts the times that a link was made. */
  readonly session: number;
  readonly message: AmiMessage;
}

/** A snapshot in a recording: what lies between is on its way at the same time. */
export interface RecordedSnapshot {
  /** Index of the first message of its first list. */
  readonly start: number;
  /** Index of the last message of its last list. */
  readonly end: number;
  readonly lists: AmiLists;
}

type Kind = keyof AmiLists;

/** By closing event. */
const kinds: ReadonlyMap<string, Kind> = new Map([
  ["CoreShowChannelsComplete", "channels"],
  ["StatusComplete", "channels"],
  ["BridgeListComplete", "bridges"],
  ["QueueStatusComplete", "queues"],
  ["ParkedCallsComplete", "parkedCalls"],
  ["ConfbridgeListRoomsComplete", "participants"],
  ["ConfbridgeListComplete", "participants"],
  ["ExtensionStateListComplete", "states"],
  ["DeviceStateListComplete", "states"],
  ["PresenceStateListComplete", "states"],
]);

/** A list that begins later than this after the channels, in milliseconds, was asked for by somebody else. */
const togetherMs = 10_000;

interface RecordedList {
  readonly kind: Kind;
  readonly start: number;
  readonly end: number;
  readonly items: readonly AmiMessage[];
}

/** True for an item of a list, and for what opens and closes one. */
export function isOfList(message: AmiMessage): boolean {
  return message.get("ActionID") !== undefined && message.get("Privilege") === undefined;
}

/** The snapshots in a recording, each with all lists that were asked for with its channels. */
export function findSnapshots(messages: readonly RecordedMessage[]): RecordedSnapshot[] {
  const lists = findLists(messages);
  const rounds = lists.filter(({ kind }) => kind === "channels").toSorted((one, other) => one.start - other.start);
  return rounds.map((channels, index) => {
    const next = rounds[index + 1]?.start ?? messages.length;
    const opened = messages[channels.start];
    const others = lists.filter(({ kind, start }) => {
      const first = messages[start];
      const isTogether = first?.session === opened?.session && (first?.at ?? 0) - (opened?.at ?? 0) <= togetherMs;
      return kind !== "channels" && start >= channels.start && start < next && isTogether;
    });
    const items: { [K in Kind]?: AmiMessage[] } = { channels: [...channels.items] };
    for (const { kind, items: more } of others) {
      const known = (items[kind] ??= []);
      for (const item of more) if (item.name !== "ConfbridgeListRooms") known.push(item);
    }
    return {
      start: channels.start,
      end: Math.max(channels.end, ...others.map(({ end }) => end)),
      lists: { ...items, channels: (items.channels ?? []).map((item) => asChannel(item)) },
    };
  });
}

function findLists(messages: readonly RecordedMessage[]): RecordedList[] {
  const lists: RecordedList[] = [];
  const open = new Map<string, { readonly start: number; readonly items: AmiMessage[] }>();
  for (const [index, { message, session }] of messages.entries()) {
    if (!isOfList(message)) continue;
    const key = `${session} ${message.get("ActionID")}`;
    let list = open.get(key);
    if (list === undefined) open.set(key, (list = { start: index, items: [] }));
    const kind = kinds.get(message.name);
    if (kind !== undefined) {
      lists.push({ kind, start: list.start, end: index, items: list.items });
      open.delete(key);
    } else if (message.kind === "event") list.items.push(message);
    // How Asterisk says that the list is empty (app_confbridge.c).
    else if (message.get("Message") === "No active conferences.")
      lists.push({ kind: "participants", start: index, end: index, items: [] });
  }
  return lists;
}

/** An item of Status as one of CoreShowChannels. */
function asChannel(item: AmiMessage): AmiLists["channels"][number] {
  if (item.name !== "Status") return item;
  return { name: "CoreShowChannel", get: (header) => item.get(header === "Duration" ? "Seconds" : header) };
}
