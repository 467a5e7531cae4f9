import type { Channel } from "./channel.ts";
import { purposeOf } from "./dials.ts";
import type { Connection, ConnectionRole, ConnectionState } from "./model.ts";

/** Applications that are somebody to talk to, or something to listen to. Others only steer the call. */
const services = new Set([
  "AgentLogin",
  "AGI",
  "BackGround",
  "Background",
  "BackgroundDetect",
  "ChanSpy",
  "ConfBridge",
  "Dictate",
  "Directory",
  "Echo",
  "ExternalIVR",
  "FastAGI",
  "Festival",
  "JACK",
  "MeetMe",
  "Milliwatt",
  "MP3Player",
  "MusicOnHold",
  "Page",
  "ParkedCall",
  "Playback",
  "Playtones",
  "Queue",
  "Read",
  "ReceiveFAX",
  "Record",
  "SayDigits",
  "SayNumber",
  "SayUnixTime",
  "SendFAX",
  "Stasis",
  "VoiceMail",
  "VoiceMailMain",
  "WaitExten",
]);

/** Those of which the call's queue or parking lot tells more. */
const placings = new Set(["Queue", "ParkedCall"]);

/**
 * True if the channel is told as a connection: it is a party, and it is known why it is there. A leg may ring before Asterisk says who
 * rings it; until then it is nobody's.
 */
export function isParty({ isDialled, isPlumbing, isRung, released, state }: Channel): boolean {
  if (isPlumbing || released) return false;
  return isRung || (isDialled ? state === "up" : state !== "down");
}

/** True if this application serves a party, and is worth telling. */
export function isService(application: string): boolean {
  return services.has(application);
}

/** What the channel's connection is doing. */
function stateOf(channel: Channel): ConnectionState {
  switch (channel.state) {
    case "up":
      if (channel.queue !== undefined || channel.parking !== undefined) return "queued";
      return channel.heldBy === undefined ? "connected" : "hold";
    case "ringing":
    case "pre-ring":
      return "alerting";
    case "busy":
      return "fail";
    case "ring":
    case "off-hook":
    case "dialing-off-hook":
      return "initiated";
    default:
      return channel.rings ? "alerting" : "null";
  }
}

/**
 * The channel's connection, as it is to be told: the very same object as before if nothing of it has changed.
 *
 * Invariant: a connection's state never goes from `connected` back to one before it.
 */
export function connectionOf(channel: Channel, before: Connection | undefined): Connection {
  const role = channel.role ?? roleOf(channel);
  if (channel.isRung || !channel.isDialled) channel.role = role;
  const isCovered = role === "caller" && (channel.isDialled || channel.isRestored);
  const number = isCovered ? (channel.ownNumber ?? channel.number) : channel.number;
  const name = isCovered ? (channel.ownName ?? channel.callerName) : channel.callerName;
  const state = stateOf(channel);
  const heldBy = state === "hold" ? channel.heldBy : undefined;
  const application = servedBy(channel);
  if (
    before !== undefined &&
    before.state === state &&
    before.number === number &&
    before.name === name &&
    before.channel === channel.name &&
    before.role === role &&
    before.heldBy === heldBy &&
    before.application === application &&
    (before.talking ?? false) === channel.talking &&
    (before.muted ?? false) === channel.muted &&
    before.answeredAt === channel.answeredAt
  )
    return before;
  return {
    id: channel.id,
    device: channel.device,
    ...(number === undefined ? {} : { number }),
    ...(name === undefined ? {} : { name }),
    role,
    state,
    channel: channel.name,
    ...(heldBy === undefined ? {} : { heldBy }),
    ...(application === undefined ? {} : { application }),
    ...(channel.talking ? { talking: true } : {}),
    ...(channel.muted ? { muted: true } : {}),
    startedAt: channel.startedAt,
    ...(channel.answeredAt === undefined ? {} : { answeredAt: channel.answeredAt }),
  };
}

function servedBy({ application, bridge, hasBeenBridged }: Channel): string | undefined {
  if (bridge !== undefined || !isService(application) || placings.has(application)) return undefined;
  return hasBeenBridged && application !== "Stasis" ? undefined : application;
}

function roleOf(channel: Channel): ConnectionRole {
  return channel.isDialled ? purposeOf(channel) : "caller";
}
