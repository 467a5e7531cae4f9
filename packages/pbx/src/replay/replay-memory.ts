import type { TableMessage } from "./channel-fields.ts";
import type { HeaderLine } from "./channel-lines.ts";

/** Lists that a replay can answer from what it was last told, beside channels and bridges. */
export type RememberedList = "extensions" | "devices" | "presence" | "queues" | "members";

interface Kind {
  readonly list: RememberedList;
  readonly key: readonly string[];
  /** Headers of the list item; `Item<Event` where the event names it otherwise. */
  readonly headers: readonly string[];
}

const extension: Kind = {
  list: "extensions",
  key: ["Exten", "Context"],
  headers: ["Exten", "Context", "Hint", "Status", "StatusText"],
};
const member: Kind = {
  list: "members",
  key: ["Queue", "Interface"],
  headers: [
    "Queue",
    "Name<MemberName",
    "Location<Interface",
    ..."StateInterface Membership Penalty CallsTaken LastCall LastPause LoginTime InCall Status Paused PausedReason Wrapuptime".split(
      " ",
    ),
  ],
};

const kinds: ReadonlyMap<string, Kind> = new Map<string, Kind>([
  ["ExtensionStatus", extension],
  ["DeviceStateChange", { list: "devices", key: ["Device"], headers: ["Device", "State"] }],
  [
    "PresenceStateChange",
    { list: "presence", key: ["Presentity"], headers: ["Presentity", "Status", "Subtype", "Message"] },
  ],
  [
    "QueueParams",
    {
      list: "queues",
      key: ["Queue"],
      headers:
        "Queue Max Strategy Calls Holdtime TalkTime Completed Abandoned ServiceLevel ServicelevelPerf ServicelevelPerf2 Weight".split(
          " ",
        ),
    },
  ],
  [
    "QueueMember",
    { ...member, key: ["Queue", "Location"], headers: member.headers.map((one) => one.replace(/<.*/, "")) },
  ],
  ...["QueueMemberStatus", "QueueMemberAdded", "QueueMemberPause", "QueueMemberPenalty", "QueueMemberRinginuse"].map(
    (name) => [name, member] as const,
  ),
]);

/** The last word on each extension, device, presentity, queue and member. */
export class ReplayMemory {
  readonly #lists = new Map<RememberedList, Map<string, readonly HeaderLine[]>>();

  /** Takes in an event, or an item of a list. */
  take(message: TableMessage): void {
    if (message.name === "QueueMemberRemoved") {
      this.#list("members").delete(keyOf(message, member.key));
      return;
    }
    const kind = kinds.get(message.name);
    if (kind === undefined) return;
    const lines = kind.headers.map((header): HeaderLine => {
      const [item = "", event = item] = header.split("<");
      return [item, message.get(event) ?? ""];
    });
    this.#list(kind.list).set(keyOf(message, kind.key), lines);
  }

  /** The items of a list, each as the headers after Event. */
  list(name: RememberedList): (readonly HeaderLine[])[] {
    return [...this.#list(name).values()];
  }

  #list(name: RememberedList): Map<string, readonly HeaderLine[]> {
    let list = this.#lists.get(name);
    if (list === undefined) this.#lists.set(name, (list = new Map()));
    return list;
  }
}

const keyOf = (message: TableMessage, headers: readonly string[]): string =>
  headers.map((header) => message.get(header) ?? "").join("\n");
