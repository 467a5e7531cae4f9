import type { BridgeFacts, ChannelFacts, ChannelState, ParkingFacts, QueueMemberFacts } from "./pbx-event.ts";

/** What is read of an AMI message; `AmiMessage` of @cordboard/ami is one. */
export interface AmiHeaders {
  /** The event's name. */
  readonly name: string;
  /** The first value of that header. */
  get(header: string): string | undefined;
}

interface ChannelKeys {
  readonly id: string;
  readonly name: string;
  readonly linkedid: string;
  readonly state: string;
  readonly number: string;
  readonly callerName: string;
  readonly connected: string;
  readonly context: string;
  readonly exten: string;
}

const states: readonly ChannelState[] = [
  "down",
  "reserved",
  "off-hook",
  "dialing",
  "ring",
  "ringing",
  "up",
  "busy",
  "dialing-off-hook",
  "pre-ring",
];

const keysByPrefix = new Map<string, ChannelKeys>();

/** The channel whose headers begin with a prefix (`Dest`, `Parkee`…); undefined if the message has none. */
export function channelFrom(message: AmiHeaders, prefix = ""): ChannelFacts | undefined {
  const keys = keysOf(prefix);
  const id = message.get(keys.id);
  const name = message.get(keys.name);
  if (id === undefined || name === undefined || id === "" || name === "") return undefined;
  const number = known(message.get(keys.number));
  const callerName = unescaped(known(message.get(keys.callerName)));
  const connectedNumber = known(message.get(keys.connected));
  const context = known(message.get(keys.context));
  const exten = known(message.get(keys.exten));
  return {
    id,
    name,
    linkedid: message.get(keys.linkedid) ?? id,
    state: states[Number(message.get(keys.state))] ?? "down",
    ...(number === undefined ? undefined : { number }),
    ...(callerName === undefined ? undefined : { callerName }),
    ...(connectedNumber === undefined ? undefined : { connectedNumber }),
    ...(context === undefined ? undefined : { context }),
    ...(exten === undefined ? undefined : { exten }),
  };
}

/** The bridge of a message. */
export function bridgeFrom(message: AmiHeaders): BridgeFacts {
  return {
    id: textFrom(message, "BridgeUniqueid"),
    kind: textFrom(message, "BridgeType"),
    technology: textFrom(message, "BridgeTechnology"),
  };
}

/** Where a parked call is. */
export function parkingFrom(message: AmiHeaders): ParkingFacts {
  const parker = textFrom(message, "ParkerDialString");
  return {
    lot: textFrom(message, "Parkinglot"),
    space: textFrom(message, "ParkingSpace"),
    timeout: numberFrom(message, "ParkingTimeout"),
    ...(parker === "" ? {} : { parker }),
  };
}

/** A member of a queue: events say `MemberName` and `Interface`, the list says `Name` and `Location`. */
export function memberFrom(message: AmiHeaders): QueueMemberFacts {
  const stateInterface = textFrom(message, "StateInterface");
  const pausedReason = textFrom(message, "PausedReason");
  return {
    queue: textFrom(message, "Queue"),
    interface: message.get("Interface") ?? textFrom(message, "Location"),
    name: message.get("MemberName") ?? textFrom(message, "Name"),
    ...(stateInterface === "" ? {} : { stateInterface }),
    status: numberFrom(message, "Status"),
    paused: textFrom(message, "Paused") === "1",
    ...(pausedReason === "" ? {} : { pausedReason }),
    penalty: numberFrom(message, "Penalty"),
    callsTaken: numberFrom(message, "CallsTaken"),
  };
}

/**
 * Undoes the C escapes that Asterisk puts into names of callers and texts of presence (ast_escape_c in main/utils.c); what stood for a
 * control character becomes a space.
 */
export function unescaped<Text extends string | undefined>(value: Text): Text {
  if (value === undefined || !value.includes("\\")) return value;
  return value.replaceAll(/\\(.)/gu, (_, escaped: string) => ("abfnrtv".includes(escaped) ? " " : escaped)) as Text;
}

/** A header's value, empty if it is missing. */
export function textFrom(message: AmiHeaders, header: string): string {
  return message.get(header) ?? "";
}

/** A header's value as a number, 0 if it is none. */
export function numberFrom(message: AmiHeaders, header: string): number {
  const value = Number(message.get(header));
  return Number.isFinite(value) ? value : 0;
}

/** Asterisk writes `<unknown>` where it has nothing. */
function known(value: string | undefined): string | undefined {
  return value === undefined || value === "" || value === "<unknown>" ? undefined : value;
}

function keysOf(prefix: string): ChannelKeys {
  let keys = keysByPrefix.get(prefix);
  if (keys !== undefined) return keys;
  keys = {
    id: `${prefix}Uniqueid`,
    name: `${prefix}Channel`,
    linkedid: `${prefix}Linkedid`,
    state: `${prefix}ChannelState`,
    number: `${prefix}CallerIDNum`,
    callerName: `${prefix}CallerIDName`,
    connected: `${prefix}ConnectedLineNum`,
    context: `${prefix}Context`,
    exten: `${prefix}Exten`,
  };
  keysByPrefix.set(prefix, keys);
  return keys;
}
