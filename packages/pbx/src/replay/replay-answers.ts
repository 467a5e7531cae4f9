import type { ReceivedAction } from "./action-reader.ts";
import { failure, listReply, success } from "./ami-replies.ts";
import { ageOf } from "./channel-age.ts";
import { bridgeLines, channelLines, type HeaderLine } from "./channel-lines.ts";
import type { ChannelRow } from "./channel-row.ts";
import { queueStatus } from "./queue-status.ts";
import type { RememberedList } from "./replay-memory.ts";
import type { ReplayState } from "./replay-state.ts";

interface Answer {
  /** One of these write classes is needed; none: a login is enough. */
  readonly classes: readonly string[];
  readonly synopsis: string;
  run(action: ReceivedAction, state: ReplayState, write: ReadonlySet<string>): string;
}

/** What a session does itself; listed here so that ListCommands tells of all. */
const ownActions: readonly { readonly name: string; readonly synopsis: string; readonly classes: readonly string[] }[] =
  [
    { name: "Challenge", synopsis: "Begin an MD5 login", classes: [] },
    { name: "Events", synopsis: "Choose the events of this session", classes: [] },
    { name: "Login", synopsis: "Log in", classes: [] },
    { name: "Logoff", synopsis: "Log off", classes: [] },
    { name: "Ping", synopsis: "Keep the session alive", classes: [] },
  ];

function allowed(classes: readonly string[], write: ReadonlySet<string>): boolean {
  return classes.length === 0 || classes.some((name) => write.has(name));
}

function privilege(classes: readonly string[]): string {
  return classes.length === 0 ? "<none>" : `${classes.join(",")},all`;
}

function clockTime(seconds: number): string {
  return [Math.floor(seconds / 3600), Math.floor(seconds / 60) % 60, seconds % 60]
    .map((part) => String(part).padStart(2, "0"))
    .join(":");
}

const day = (at: number): string => new Date(at).toISOString().slice(0, 10);
const hour = (at: number): string => new Date(at).toISOString().slice(11, 19);

const remembered = (event: string, name: RememberedList, message: string, complete: string): Answer => ({
  classes: ["call", "reporting"],
  synopsis: `List the last known ${name}`,
  run: (action, { memory }) =>
    listReply(
      action,
      message,
      complete,
      memory.list(name).map((lines) => [["Event", event], ...lines]),
    ),
});

const members = (state: ReplayState, conference: string): ChannelRow[] =>
  state.table.channels.filter((row) => row.conference === conference);

/** The snapshot actions of Asterisk that a replay answers; key in lower case. All others it does not know. */
const answers: ReadonlyMap<string, Answer & { readonly name: string }> = new Map(
  Object.entries<Answer>({
    CoreShowChannels: {
      classes: ["system", "reporting"],
      synopsis: "List the channels",
      run: (action, state) =>
        listReply(
          action,
          "Channels will follow",
          "CoreShowChannelsComplete",
          state.table.channels.map((row) => [
            ["Event", "CoreShowChannel"],
            ...channelLines(row),
            ["Application", row.application ?? ""],
            ["ApplicationData", row.applicationData ?? ""],
            ["Duration", clockTime(ageOf(row, state.now()))],
            ["BridgeId", row.bridge ?? ""],
          ]),
        ),
    },
    Status: {
      classes: ["system", "call", "reporting"],
      synopsis: "Tell the status of one or all channels",
      run: (action, state) => {
        const wanted = action.get("Channel");
        const rows = state.table.channels.filter(
          (row) => wanted === "" || row.name === wanted || row.uniqueid === wanted,
        );
        if (wanted !== "" && rows.length === 0) return failure(action, "No such channel");
        return listReply(
          action,
          "Channel status will follow",
          "StatusComplete",
          rows.map((row) => [
            ["Event", "Status"],
            ["Privilege", "Call"],
            ...channelLines(row),
            ["Type", row.device.split("/")[0] ?? ""],
            ["DNID", row.dialed ?? ""],
            ["BridgeID", row.bridge ?? ""],
            ["Application", row.application ?? ""],
            ["Data", row.applicationData ?? ""],
            ["Seconds", ageOf(row, state.now())],
          ]),
          [["Items", rows.length]],
        );
      },
    },
    BridgeList: {
      classes: [],
      synopsis: "List the bridges",
      run: (action, { table }) => {
        const type = action.get("BridgeType").toLowerCase();
        const rows = table.bridges.filter((row) => type === "" || row.type === type);
        return listReply(
          action,
          "Bridge listing will follow",
          "BridgeListComplete",
          rows.map((row) => [["Event", "BridgeListItem"], ...bridgeLines(row)]),
        );
      },
    },
    BridgeInfo: {
      classes: [],
      synopsis: "List the channels in a bridge",
      run: (action, { table }) => {
        const wanted = action.get("BridgeUniqueid");
        if (wanted === "") return failure(action, "BridgeUniqueid must be provided");
        const bridge = table.bridge(wanted);
        if (bridge === undefined) return failure(action, "Specified BridgeUniqueid not found");
        const rows = bridge.channels.flatMap((uniqueid) => table.channel(uniqueid) ?? []);
        return listReply(
          action,
          "Bridge channel listing will follow",
          "BridgeInfoComplete",
          rows.map((row) => [["Event", "BridgeInfoChannel"], ...channelLines(row)]),
          bridgeLines(bridge),
        );
      },
    },
    QueueStatus: { classes: [], synopsis: "Tell the status of one or all queues", run: queueStatus },
    ParkedCalls: {
      classes: ["call"],
      synopsis: "List the parked calls",
      run: (action, { table }) => {
        const items = table.channels.flatMap((row): HeaderLine[][] =>
          row.parked === undefined
            ? []
            : [
                [
                  ["Event", "ParkedCall"],
                  ...channelLines(row, "Parkee"),
                  ["Parkinglot", row.parked.lot],
                  ["ParkingSpace", row.parked.space],
                ],
              ],
        );
        return listReply(action, "Parked calls will follow", "ParkedCallsComplete", items, [["Total", items.length]]);
      },
    },
    ConfbridgeListRooms: {
      classes: ["reporting"],
      synopsis: "List the conferences",
      run: (action, state) => {
        const rooms = new Set(state.table.channels.flatMap((row) => row.conference ?? []));
        if (rooms.size === 0) return failure(action, "No active conferences.");
        return listReply(
          action,
          "Confbridge conferences will follow",
          "ConfbridgeListRoomsComplete",
          [...rooms].map((room) => [
            ["Event", "ConfbridgeListRooms"],
            ["Conference", room],
            ["Parties", members(state, room).length],
          ]),
        );
      },
    },
    ConfbridgeList: {
      classes: ["reporting"],
      synopsis: "List the participants of a conference",
      run: (action, state) => {
        const wanted = action.get("Conference");
        if (wanted === "") return failure(action, "No Conference name provided.");
        if (!state.table.channels.some((row) => row.conference !== undefined))
          return failure(action, "No active conferences.");
        const rows = members(state, wanted);
        if (rows.length === 0) return failure(action, "No Conference by that name found.");
        return listReply(
          action,
          "Confbridge user list will follow",
          "ConfbridgeListComplete",
          rows.map((row) => [["Event", "ConfbridgeList"], ["Conference", row.conference ?? ""], ...channelLines(row)]),
        );
      },
    },
    ExtensionStateList: remembered(
      "ExtensionStatus",
      "extensions",
      "Extension Statuses will follow",
      "ExtensionStateListComplete",
    ),
    DeviceStateList: remembered(
      "DeviceStateChange",
      "devices",
      "Device State Changes will follow",
      "DeviceStateListComplete",
    ),
    PresenceStateList: remembered(
      "PresenceStateChange",
      "presence",
      "Presence State Changes will follow",
      "PresenceStateListComplete",
    ),
    CoreSettings: {
      classes: ["system", "reporting"],
      synopsis: "Tell version and name",
      run: (action, state) =>
        success(action, [
          ["AMIversion", state.amiVersion],
          ["AsteriskVersion", state.asteriskVersion],
          ["SystemName", state.systemName],
        ]),
    },
    CoreStatus: {
      classes: ["system", "reporting"],
      synopsis: "Tell start time and number of calls",
      run: (action, state) =>
        success(action, [
          ["CoreStartupDate", day(state.startedAt)],
          ["CoreStartupTime", hour(state.startedAt)],
          ["CoreReloadDate", day(state.startedAt)],
          ["CoreReloadTime", hour(state.startedAt)],
          ["CoreCurrentCalls", state.table.channels.length],
        ]),
    },
    ListCommands: {
      classes: [],
      synopsis: "List the actions",
      run: (action, _, write) =>
        success(
          action,
          [...ownActions, ...answers.values()]
            .filter(({ classes }) => allowed(classes, write))
            .sort((a, b) => a.name.localeCompare(b.name))
            .map(({ name, synopsis, classes }): HeaderLine => [name, `${synopsis}  (Priv: ${privilege(classes)})`]),
        ),
    },
  }).map(([name, answer]) => [name.toLowerCase(), { ...answer, name }]),
);

/** The whole reply to an action of a logged-in session with these write classes. */
export function answerTo(action: ReceivedAction, write: ReadonlySet<string>, state: ReplayState): string {
  const name = action.get("Action");
  const answer = answers.get(name.toLowerCase());
  if (answer === undefined)
    return failure(action, `Invalid/unknown command: ${name}. Use Action: ListCommands to show available commands.`);
  if (!allowed(answer.classes, write)) return failure(action, "Permission denied");
  return answer.run(action, state, write);
}
