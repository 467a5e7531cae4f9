// The stream that every library reads: five kinds of events as Asterisk sends them with `debug=on`,
// `timestampevents=yes`, a system name and three `channelvars`: 26 lines, 713 bytes on average.

const kinds = [
  { name: "Newchannel", extra: (n: number) => `Tenantid: tenants-${n % 10}` },
  { name: "Newstate", extra: (n: number) => `Tenantid: tenants-${n % 10}` },
  { name: "DialBegin", extra: (n: number) => `DialString: PJSIP/1${String(n % 1000).padStart(3, "0")}` },
  { name: "BridgeEnter", extra: (n: number) => `BridgeUniqueid: 5f0e6a1c-${n}` },
  { name: "Hangup", extra: () => `Cause-txt: Normal Clearing` },
] as const;

/** Fifteen more, so that three wanted ones are three of twenty. */
const moreKinds = [
  "AgentConnect",
  "BridgeCreate",
  "BridgeDestroy",
  "BridgeLeave",
  "DeviceStateChange",
  "DialEnd",
  "ExtensionStatus",
  "Hold",
  "MusicOnHoldStart",
  "NewCallerid",
  "NewConnectedLine",
  "NewExten",
  "QueueMemberStatus",
  "Unhold",
  "VarSet",
] as const;

export const linesOfEvent = 26;

/** One event of the stream; `mixed` takes the name in turn from twenty. */
export function eventText(n: number, mixed: boolean): string {
  const kind = kinds[n % kinds.length] ?? kinds[0];
  const turn = n % (kinds.length + moreKinds.length);
  const name = mixed ? (turn < kinds.length ? kind.name : (moreKinds[turn - kinds.length] ?? kind.name)) : kind.name;
  const extension = `1${String(n % 1000).padStart(3, "0")}`;
  const channel = `PJSIP/${extension}-${(n & 0xffffff).toString(16).padStart(8, "0")}`;
  const id = `1790000${String(n % 1000).padStart(3, "0")}.${n}`;
  return [
    `Event: ${name}`,
    "Privilege: call,all",
    `Timestamp: 1790000000.${String(n % 1_000_000).padStart(6, "0")}`,
    `SequenceNumber: ${n}`,
    "File: manager_channels.c",
    "Line: 771",
    "Func: snapshot_update",
    "SystemName: pbx1.berlin.example.net",
    `Channel: ${channel}`,
    `ChannelState: ${n % 7}`,
    "ChannelStateDesc: Ringing",
    `CallerIDNum: ${extension}`,
    `CallerIDName: Customer care desk ${extension}`,
    "ConnectedLineNum: <unknown>",
    "ConnectedLineName: <unknown>",
    "Language: en_GB",
    `AccountCode: account-${n % 50}`,
    "Context: from-internal",
    "Exten: s",
    "Priority: 1",
    `Uniqueid: ${id}`,
    `Linkedid: ${id}`,
    kind.extra(n),
    `ChanVariable(${channel}): CRM_ID=customer-${n % 5000}`,
    `ChanVariable(${channel}): TENANT=tenant-${n % 10}`,
    `ChanVariable(${channel}): CALLFLOW=in-${n % 100}`,
    "",
    "",
  ].join("\r\n");
}

/** Bytes of `count` events from number `from`. */
export function eventBytes(from: number, count: number, mixed: boolean): Buffer {
  let text = "";
  for (let n = from; n < from + count; n++) text += eventText(n, mixed);
  return Buffer.from(text);
}
