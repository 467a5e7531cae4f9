import {
  bridgeFrom,
  channelFrom,
  memberFrom,
  numberFrom,
  parkingFrom,
  textFrom,
  unescaped,
  type AmiHeaders,
} from "./ami-fields.ts";
import type { DialOutcome, PbxEvent } from "./pbx-event.ts";

/** Reads one kind of AMI event; undefined if what it needs is missing. */
type Reader = (message: AmiHeaders) => PbxEvent | undefined;

const dialOutcomes: Readonly<Record<string, DialOutcome>> = {
  ANSWER: "answer",
  BUSY: "busy",
  CANCEL: "cancel",
  NOANSWER: "no-answer",
  CHANUNAVAIL: "unavailable",
  CONGESTION: "congestion",
  ABORT: "abort",
  CONTINUE: "continue",
  GOTO: "goto",
};

const transferDestinations: Readonly<Record<string, "bridge" | "application" | "link" | "three-way">> = {
  Bridge: "bridge",
  App: "application",
  Link: "link",
  Threeway: "three-way",
};

/** `{ type, channel }` and no more. */
function ofChannel(
  type:
    | "channel-new"
    | "channel-changed"
    | "hangup-requested"
    | "held"
    | "retrieved"
    | "music-started"
    | "music-stopped",
): Reader {
  return (message) => {
    const channel = channelFrom(message);
    return channel === undefined ? undefined : { type, channel };
  };
}

function talking(talking: boolean): Reader {
  return (message) => {
    const channel = channelFrom(message);
    return channel === undefined ? undefined : { type: "talking", channel, talking };
  };
}

function muted(muted: boolean): Reader {
  return (message) => {
    const channel = channelFrom(message);
    return channel && { type: "conference-muted", room: textFrom(message, "Conference"), channel, muted };
  };
}

function recording(recording: boolean): Reader {
  return (message) => ({ type: "conference-recording", room: textFrom(message, "Conference"), recording });
}

function agent(event: Extract<PbxEvent, { readonly type: "queue-agent" }>["event"]): Reader {
  return (message) => {
    const caller = channelFrom(message);
    if (caller === undefined) return undefined;
    const dest = channelFrom(message, "Dest");
    return {
      type: "queue-agent",
      queue: textFrom(message, "Queue"),
      caller,
      ...(dest === undefined ? {} : { agent: dest }),
      interface: textFrom(message, "Interface"),
      name: textFrom(message, "MemberName"),
      event,
    };
  };
}

const queueMember: Reader = (message) => ({ type: "queue-member", member: memberFrom(message) });

function leavesQueue(abandoned: boolean): Reader {
  return (message) => {
    const channel = channelFrom(message);
    return channel && { type: "queue-left", channel, queue: textFrom(message, "Queue"), abandoned };
  };
}

function unparked(why: Extract<PbxEvent, { readonly type: "unparked" }>["why"]): Reader {
  return (message) => {
    const channel = channelFrom(message, "Parkee");
    if (channel === undefined) return undefined;
    const retriever = channelFrom(message, "Retriever");
    return {
      type: "unparked",
      channel,
      parking: parkingFrom(message),
      why,
      ...(retriever === undefined ? {} : { retriever }),
    };
  };
}

const readers: Readonly<Record<string, Reader>> = {
  Newchannel: ofChannel("channel-new"),
  Newstate: ofChannel("channel-changed"),
  NewCallerid: ofChannel("channel-changed"),
  NewConnectedLine: ofChannel("channel-changed"),
  Rename: (message) => ({
    type: "channel-renamed",
    channelId: textFrom(message, "Uniqueid"),
    name: textFrom(message, "Newname"),
  }),
  Newexten: (message) => {
    const channel = channelFrom(message);
    if (channel === undefined) return undefined;
    const [application, data] = [textFrom(message, "Application"), textFrom(message, "AppData")];
    return { type: "application", channel, application, data };
  },
  HangupRequest: ofChannel("hangup-requested"),
  Hangup: (message) => {
    const channel = channelFrom(message);
    return channel && { type: "channel-gone", channel, cause: numberFrom(message, "Cause") };
  },
  DialBegin: (message) => {
    const [caller, destination] = [channelFrom(message), channelFrom(message, "Dest")];
    if (destination === undefined) return undefined;
    const dialString = textFrom(message, "DialString");
    return { type: "dial-begun", ...(caller === undefined ? {} : { caller }), destination, dialString };
  },
  DialState: (message) => {
    const [caller, destination] = [channelFrom(message), channelFrom(message, "Dest")];
    if (destination === undefined || textFrom(message, "DialStatus") === "PROCEEDING") return undefined;
    return { type: "dial-progress", ...(caller === undefined ? {} : { caller }), destination };
  },
  DialEnd: (message) => {
    const [caller, destination] = [channelFrom(message), channelFrom(message, "Dest")];
    const outcome = dialOutcomes[textFrom(message, "DialStatus")];
    if (destination === undefined || outcome === undefined) return undefined;
    const forwardedTo = textFrom(message, "Forward");
    return {
      type: "dial-ended",
      ...(caller === undefined ? {} : { caller }),
      destination,
      outcome,
      ...(forwardedTo === "" ? {} : { forwardedTo }),
    };
  },
  BridgeEnter: (message) => {
    const channel = channelFrom(message);
    if (channel === undefined) return undefined;
    const swapped = textFrom(message, "SwapUniqueid");
    return { type: "bridge-entered", bridge: bridgeFrom(message), channel, ...(swapped === "" ? {} : { swapped }) };
  },
  BridgeLeave: (message) => {
    const channel = channelFrom(message);
    return channel && { type: "bridge-left", bridge: bridgeFrom(message), channel };
  },
  Hold: ofChannel("held"),
  Unhold: ofChannel("retrieved"),
  MusicOnHoldStart: ofChannel("music-started"),
  MusicOnHoldStop: ofChannel("music-stopped"),
  BlindTransfer: (message) => {
    const transferer = channelFrom(message, "Transferer");
    if (transferer === undefined || textFrom(message, "Result") !== "Success") return undefined;
    const transferee = channelFrom(message, "Transferee");
    const exten = textFrom(message, "Extension");
    return { type: "blind-transfer", transferer, ...(transferee === undefined ? {} : { transferee }), exten };
  },
  AttendedTransfer: (message) => {
    const [first, second] = [channelFrom(message, "OrigTransferer"), channelFrom(message, "SecondTransferer")];
    const destination = transferDestinations[textFrom(message, "DestType")];
    if (first === undefined || second === undefined || destination === undefined) return undefined;
    if (textFrom(message, "Result") !== "Success") return undefined;
    const [transferee, target] = [channelFrom(message, "Transferee"), channelFrom(message, "TransferTarget")];
    return {
      type: "attended-transfer",
      first,
      second,
      ...(transferee === undefined ? {} : { transferee }),
      ...(target === undefined ? {} : { target }),
      destination,
    };
  },
  Pickup: (message) => {
    const [picker, target] = [channelFrom(message), channelFrom(message, "Target")];
    return picker && target && { type: "picked-up", picker, target };
  },
  QueueCallerJoin: (message) => {
    const channel = channelFrom(message);
    const [queue, position] = [textFrom(message, "Queue"), numberFrom(message, "Position")];
    return channel && { type: "queue-joined", channel, queue, position };
  },
  QueueCallerLeave: leavesQueue(false),
  QueueCallerAbandon: leavesQueue(true),
  AgentCalled: agent("called"),
  AgentRingNoAnswer: agent("no-answer"),
  AgentConnect: agent("connected"),
  AgentComplete: agent("completed"),
  AgentDump: agent("dumped"),
  QueueMemberStatus: queueMember,
  QueueMemberAdded: (message) => ({ type: "queue-member", member: memberFrom(message), added: true }),
  QueueMemberPause: queueMember,
  QueueMemberPenalty: queueMember,
  QueueMemberRinginuse: queueMember,
  QueueMemberRemoved: (message) => ({
    type: "queue-member-removed",
    queue: textFrom(message, "Queue"),
    interface: textFrom(message, "Interface"),
  }),
  ParkedCall: (message) => {
    const channel = channelFrom(message, "Parkee");
    return channel && { type: "parked", channel, parking: parkingFrom(message) };
  },
  // One takes the place of another in the lot: the parkee is the one who is there now.
  ParkedCallSwap: (message) => {
    const channel = channelFrom(message, "Parkee");
    return channel && { type: "parked", channel, parking: parkingFrom(message) };
  },
  UnParkedCall: unparked("retrieved"),
  ParkedCallTimeOut: unparked("timed-out"),
  ParkedCallGiveUp: unparked("gave-up"),
  ConfbridgeJoin: (message) => {
    const channel = channelFrom(message);
    return (
      channel && {
        type: "conference-joined",
        room: textFrom(message, "Conference"),
        bridge: bridgeFrom(message),
        channel,
        muted: textFrom(message, "Muted") === "Yes",
        admin: textFrom(message, "Admin") === "Yes",
      }
    );
  },
  ConfbridgeLeave: (message) => {
    const channel = channelFrom(message);
    return channel && { type: "conference-left", room: textFrom(message, "Conference"), channel };
  },
  ConfbridgeMute: muted(true),
  ConfbridgeUnmute: muted(false),
  ConfbridgeRecord: recording(true),
  ConfbridgeStopRecord: recording(false),
  ConfbridgeEnd: (message) => ({ type: "conference-ended", room: textFrom(message, "Conference") }),
  ConfbridgeTalking: (message) => {
    const channel = channelFrom(message);
    return channel && { type: "talking", channel, talking: textFrom(message, "TalkingStatus") === "on" };
  },
  ChannelTalkingStart: talking(true),
  ChannelTalkingStop: talking(false),
  DeviceStateChange: (message) => ({
    type: "device-state",
    device: textFrom(message, "Device"),
    state: textFrom(message, "State"),
  }),
  ExtensionStatus: (message) => ({
    type: "extension-state",
    exten: textFrom(message, "Exten"),
    context: textFrom(message, "Context"),
    hint: textFrom(message, "Hint"),
    status: textFrom(message, "StatusText"),
  }),
  PresenceStateChange: (message) => ({
    type: "presence",
    presentity: textFrom(message, "Presentity"),
    state: textFrom(message, "Status"),
    subtype: unescaped(textFrom(message, "Subtype")),
    message: unescaped(textFrom(message, "Message")),
  }),
  MessageWaiting: (message) => ({
    type: "mailbox",
    mailbox: textFrom(message, "Mailbox"),
    newMessages: Math.max(numberFrom(message, "New"), numberFrom(message, "Waiting")),
    oldMessages: numberFrom(message, "Old"),
  }),
  OriginateResponse: (message) => {
    if (textFrom(message, "Response") !== "Failure") return undefined;
    const [target, channelId] = [textFrom(message, "Channel"), textFrom(message, "Uniqueid")];
    const reason = numberFrom(message, "Reason");
    return { type: "originate-failed", target, ...(channelId.startsWith("<") ? {} : { channelId }), reason };
  },
  Shutdown: () => ({ type: "pbx-down" }),
};

const readerOf: ReadonlyMap<string, Reader> = new Map(Object.entries(readers));

/** The events that {@link fromAmi} understands, for an event filter. */
export const amiEventsOfCalls: readonly string[] = Object.keys(readers);

/**
 * Translates one AMI event (Asterisk 16 to 23), live or out of a list of states. Undefined for what does not concern calls, or lacks what
 * it needs: never throws.
 */
export function fromAmi(message: AmiHeaders): PbxEvent | undefined {
  return readerOf.get(message.name)?.(message);
}
