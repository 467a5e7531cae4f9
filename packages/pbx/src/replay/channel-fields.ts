import type { ChannelRow } from "./channel-row.ts";

/** As much of an AMI message as the table reads. */
export interface TableMessage {
  /** The event's name. */
  readonly name: string;
  /** First value of that header, whatever its case. */
  get(header: string): string | undefined;
}

/** The fields that every channel snapshot in an event carries. */
export type SnapshotFields = Pick<
  ChannelRow,
  | "uniqueid"
  | "linkedid"
  | "name"
  | "device"
  | "local"
  | "state"
  | "callerIdNum"
  | "callerIdName"
  | "connectedLineNum"
  | "connectedLineName"
  | "language"
  | "accountCode"
  | "context"
  | "exten"
  | "priority"
>;

/** `PJSIP/1000-00000015` → `PJSIP/1000`; a Local half's `;1`, and what a masquerade appends, go too. */
function deviceOf(channelName: string): string {
  return channelName.replace(/(?:<(?:MASQ|ZOMBIE)>)+$/, "").replace(/-[0-9a-f]+(?:;[12])?$/i, "");
}

/** Asterisk writes `<unknown>` where it has nothing to say. */
function known(value: string | undefined): string {
  return value === undefined || value === "<unknown>" ? "" : value;
}

/**
 * Undoes the C escapes that Asterisk puts into names (ast_escape_c in main/utils.c, called by
 * main/manager_channels.c); what stood for a control character becomes a space.
 */
function unescapeName(value: string): string {
  if (!value.includes("\\")) return value;
  return value.replaceAll(/\\(.)/g, (_, escaped: string) => ("abfnrtv".includes(escaped) ? " " : escaped));
}

/** The reverse of {@link unescapeName}, for those who speak as Asterisk does. */
export function escapeName(value: string): string {
  return value.replaceAll(/[\\'"?]/g, (character) => `\\${character}`);
}

/** The channel snapshot in a message under that prefix (`""`, `Dest`, `Parkee`, …); undefined if it has none. */
export function readChannel(message: TableMessage, prefix: string): SnapshotFields | undefined {
  const uniqueid = message.get(`${prefix}Uniqueid`);
  const name = message.get(`${prefix}Channel`);
  if (uniqueid === undefined || uniqueid === "" || name === undefined || name === "") return undefined;
  const priority = Number.parseInt(message.get(`${prefix}Priority`) ?? "", 10);
  return {
    uniqueid,
    linkedid: message.get(`${prefix}Linkedid`) ?? uniqueid,
    name,
    device: deviceOf(name),
    local: name.startsWith("Local/"),
    state: message.get(`${prefix}ChannelStateDesc`) ?? "",
    callerIdNum: known(message.get(`${prefix}CallerIDNum`)),
    callerIdName: unescapeName(known(message.get(`${prefix}CallerIDName`))),
    connectedLineNum: known(message.get(`${prefix}ConnectedLineNum`)),
    connectedLineName: unescapeName(known(message.get(`${prefix}ConnectedLineName`))),
    language: message.get(`${prefix}Language`) ?? "",
    accountCode: message.get(`${prefix}AccountCode`) ?? "",
    context: message.get(`${prefix}Context`) ?? "",
    exten: message.get(`${prefix}Exten`) ?? "",
    priority: Number.isNaN(priority) ? 0 : priority,
  };
}
