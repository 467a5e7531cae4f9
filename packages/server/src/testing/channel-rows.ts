import type { BridgeRow, ChannelRow } from "@cordboard/pbx";

/** A channel for tests: what matters is said, the rest is plain. */
export function channelRow(name: string, facts: Partial<ChannelRow> = {}): ChannelRow {
  const device = name.replace(/-[^-]*$/, "");
  const number = device.slice(device.indexOf("/") + 1);
  return {
    uniqueid: name,
    linkedid: name,
    name,
    device,
    local: name.startsWith("Local/"),
    state: "Up",
    callerIdNum: number,
    callerIdName: "",
    connectedLineNum: "",
    connectedLineName: "",
    language: "en",
    accountCode: "",
    context: "from-internal",
    exten: "",
    priority: 1,
    held: false,
    createdAt: 1000,
    ...facts,
  };
}

/** A bridge for tests, with these channels in it. */
export function bridgeRow(uniqueid: string, channels: readonly string[], facts: Partial<BridgeRow> = {}): BridgeRow {
  return {
    uniqueid,
    type: "basic",
    technology: "simple_bridge",
    creator: "",
    name: "",
    videoSourceMode: "none",
    numChannels: channels.length,
    channels,
    ...facts,
  };
}
