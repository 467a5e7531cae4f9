import type { ChannelFacts, PbxSnapshot } from "../../packages/call-engine/dist/index.js";

const states: Readonly<Record<string, number>> = { down: 0, ring: 4, ringing: 5, up: 6, busy: 7 };

/** What AMI lists of a PBX: CoreShowChannels, BridgeList, QueueStatus and ParkedCalls as Asterisk 22 writes them. */
export function listBytes({ channels, bridges, queueCallers, parked }: PbxSnapshot): Buffer {
  const byId = new Map(channels.map((channel) => [channel.id, channel]));
  const items: string[] = [];
  for (const channel of channels) {
    const { application, bridgeId } = channel;
    items.push(
      `Event: CoreShowChannel\r\nActionID: 1\r\n${channelLines(channel)}BridgeId: ${bridgeId ?? ""}\r\n` +
        `Application: ${application}\r\nApplicationData: PJSIP/1000,30\r\nDuration: 00:01:30\r\n\r\n`,
    );
  }
  for (const { id, kind, technology } of bridges ?? []) {
    items.push(
      `Event: BridgeListItem\r\nActionID: 2\r\nBridgeUniqueid: ${id}\r\nBridgeType: ${kind}\r\nBridgeTechnology: ${technology}\r\n` +
        "BridgeCreator: <unknown>\r\nBridgeName: <unknown>\r\nBridgeNumChannels: 2\r\nBridgeVideoSourceMode: none\r\n\r\n",
    );
  }
  for (const { queue, channelId, position } of queueCallers ?? []) {
    items.push(
      `Event: QueueEntry\r\nActionID: 3\r\nQueue: ${queue}\r\nPosition: ${position}\r\nUniqueid: ${channelId}\r\n` +
        `Channel: ${byId.get(channelId)?.name ?? ""}\r\nWait: 5\r\nPriority: 0\r\n\r\n`,
    );
  }
  for (const { channelId, parking } of parked ?? []) {
    const channel = byId.get(channelId);
    if (channel === undefined) continue;
    items.push(
      `Event: ParkedCall\r\nActionID: 4\r\n${channelLines(channel, "Parkee")}ParkerDialString: ${parking.parker ?? ""}\r\n` +
        `Parkinglot: ${parking.lot}\r\nParkingSpace: ${parking.space}\r\nParkingTimeout: 45\r\nParkingDuration: 5\r\n\r\n`,
    );
  }
  return Buffer.from(items.join(""));
}

function channelLines(channel: ChannelFacts, prefix = ""): string {
  const { id, name, linkedid, state, number, callerName, connectedNumber, context, exten } = channel;
  const headers = {
    Channel: name,
    ChannelState: states[state] ?? 0,
    ChannelStateDesc: state,
    CallerIDNum: number ?? "<unknown>",
    CallerIDName: callerName ?? "<unknown>",
    ConnectedLineNum: connectedNumber ?? "<unknown>",
    ConnectedLineName: "<unknown>",
    Language: "en",
    AccountCode: "",
    Context: context ?? "",
    Exten: exten ?? "",
    Priority: 1,
    Uniqueid: id,
    Linkedid: linkedid,
  };
  return Object.entries(headers)
    .map(([key, value]) => `${prefix}${key}: ${value}\r\n`)
    .join("");
}
