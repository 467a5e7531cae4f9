import { createServer, type Socket } from "node:net";
import { extensions, queues, StampedLoad } from "./stamped-load.ts";
import { nowMicros } from "./stamp.ts";

// An AMI port in a process of its own that plays a PBX: `pbx.ts CALLS EVENTS_PER_SECOND`. Tells its parent the port, and each second what it
// has sent; begins to send when it is told to.

const [calls = "", rate = ""] = process.argv.slice(2);

/** What the parent is told each second. */
export interface PbxTold {
  readonly sent: number;
  /** When that was. */
  readonly micros: number;
  /** Bytes that the reader has not taken. */
  readonly waiting: number;
}

type Headers = ReadonlyMap<string, string>;

/** Items of the lists that are not empty. */
const lists: Readonly<Record<string, () => readonly string[]>> = {
  PJSIPShowEndpoints: () =>
    extensions.map(
      (number) =>
        `Event: EndpointList\r\nObjectType: endpoint\r\nObjectName: ${number}\r\nTransport: \r\nAor: ${number}\r\nAuths: \r\nOutboundAuths: \r\n` +
        `Contacts: \r\nDeviceState: Not in use\r\nActiveChannels: \r\n`,
    ),
  ExtensionStateList: () =>
    extensions.flatMap((number) =>
      // As the recorded events have them, so that they bring no news.
      [`phones\r\nHint: PJSIP/${number}`, `ext-local\r\nHint: PJSIP/${number}&Custom:DND${number.slice(0, 4)}`].map(
        (hint) =>
          `Event: ExtensionStatus\r\nExten: ${number}\r\nContext: ${hint},CustomPresence:${number}\r\nStatus: 0\r\nStatusText: Idle\r\n`,
      ),
    ),
  QueueStatus: () =>
    queues.flatMap(({ queue, members }) => [
      `Event: QueueParams\r\nQueue: ${queue}\r\nMax: 0\r\nStrategy: ringall\r\nCalls: 0\r\nHoldtime: 0\r\nTalkTime: 0\r\nCompleted: 0\r\nAbandoned: 0\r\nServiceLevel: 0\r\nServicelevelPerf: 0.0\r\nWeight: 0\r\n`,
      ...members.map(
        ({ name, location, stateInterface }) =>
          `Event: QueueMember\r\nQueue: ${queue}\r\nName: ${name}\r\nLocation: ${location}\r\nStateInterface: ${stateInterface}\r\nMembership: static\r\n` +
          `Penalty: 0\r\nCallsTaken: 0\r\nLastCall: 0\r\nLastPause: 0\r\nLoginTime: 0\r\nInCall: 0\r\nStatus: 1\r\nPaused: 0\r\nPausedReason: \r\nWrapuptime: 0\r\n`,
      ),
    ]),
};
const completeEvents: Readonly<Record<string, string>> = {
  PJSIPShowEndpoints: "EndpointListComplete",
  VoicemailUsersList: "VoicemailUserEntryComplete",
};

function reply(action: Headers): string {
  const id = `ActionID: ${action.get("ActionID") ?? ""}\r\n`;
  const name = action.get("Action") ?? "";
  if (name === "CoreSettings")
    return `Response: Success\r\n${id}AMIversion: 11.0.0\r\nAsteriskVersion: 22.10.1\r\nSystemName: bench\r\n\r\n`;
  if (name === "PJSIPShowEndpoint") {
    const number = action.get("Endpoint") ?? "";
    return (
      `Response: Success\r\n${id}EventList: start\r\n\r\n` +
      `Event: EndpointDetail\r\n${id}ObjectName: ${number}\r\nCallerid: "Person ${number}" <${number}>\r\nMailboxes: \r\n\r\n` +
      `Event: EndpointDetailComplete\r\n${id}EventList: Complete\r\nListItems: 1\r\n\r\n`
    );
  }
  if (name === "SIPpeers" || name === "IAXpeerlist")
    return `Response: Error\r\n${id}Message: Invalid/unknown command\r\n\r\n`;
  const isList = name in lists || /List|Status$|Show|Calls$|peers$/iu.test(name);
  if (!isList) return `Response: Success\r\n${id}Message: done\r\nPing: Pong\r\n\r\n`;
  const items = lists[name]?.() ?? [];
  return (
    `Response: Success\r\n${id}EventList: start\r\n\r\n` +
    items.map((item) => item.replace("\r\n", `\r\n${id}`) + "\r\n").join("") +
    `Event: ${completeEvents[name] ?? `${name}Complete`}\r\n${id}EventList: Complete\r\nListItems: ${items.length}\r\n\r\n`
  );
}

let reader: Socket | undefined;
let wantedClasses: ReadonlySet<string> | undefined;
const unwanted: RegExp[] = [];

/** What Asterisk would send to that login: its event mask, and the filters it has set. */
function isWanted(event: string): boolean {
  const [, classes = ""] = /^Privilege: (.*?)\r?$/mu.exec(event) ?? [];
  if (wantedClasses !== undefined && !classes.split(",").some((name) => wantedClasses?.has(name))) return false;
  return !unwanted.some((pattern) => pattern.test(event));
}

function learn(action: Headers): void {
  const mask = action.get("Events") ?? action.get("EventMask");
  if (mask !== undefined) wantedClasses = mask === "on" ? undefined : new Set(mask.split(","));
  const filter = action.get("Filter");
  if (action.get("Action") === "Filter" && filter?.startsWith("!") === true)
    unwanted.push(new RegExp(filter.slice(1), "u"));
}

const server = createServer((socket) => {
  socket.setNoDelay(true);
  socket.write("Asterisk Call Manager/11.0.0\r\n");
  let text = "";
  socket.on("data", (bytes) => {
    const blocks = (text + bytes.toString()).split("\r\n\r\n");
    text = blocks.pop() ?? "";
    for (const block of blocks) {
      const action = new Map(block.split("\r\n").map((line) => line.split(/: ?(.*)/su, 2) as [string, string]));
      learn(action);
      socket.write(reply(action));
      if (action.get("Action") !== "Login") continue;
      socket.write(
        "Event: FullyBooted\r\nPrivilege: system,all\r\nUptime: 1000\r\nLastReload: 1000\r\nStatus: Fully Booted\r\n\r\n",
      );
      reader = socket;
    }
  });
  socket.on("error", () => {});
});
server.listen(0, "127.0.0.1", () => {
  const address = server.address();
  process.send?.({ port: typeof address === "object" ? address?.port : 0 });
});

process.on("message", () => {
  const load = new StampedLoad(Number(calls), isWanted);
  let sent = 0;
  const began = nowMicros();
  // Timers come late: what is due is counted, not waited for.
  setInterval(() => {
    const { text, events } = load.due(began, Number(rate));
    if (events > 0) reader?.write(text);
    sent += events;
  }, 1);
  setInterval(
    () => process.send?.({ sent, micros: nowMicros(), waiting: reader?.writableLength ?? 0 } satisfies PbxTold),
    1000,
  );
});
