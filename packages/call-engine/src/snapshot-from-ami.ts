import {
  bridgeFrom,
  channelFrom,
  memberFrom,
  numberFrom,
  parkingFrom,
  textFrom,
  type AmiHeaders,
} from "./ami-fields.ts";
import { fromAmi } from "./from-ami.ts";
import type {
  PbxSnapshot,
  SnapshotChannel,
  SnapshotParked,
  SnapshotParticipant,
  SnapshotQueueCaller,
} from "./snapshot.ts";

/** The items of AMI's lists, each without the first and last message. What was not asked for, or refused, is absent. */
export interface AmiLists {
  /** Of CoreShowChannels. */
  readonly channels: readonly AmiHeaders[];
  /** Of BridgeList. */
  readonly bridges?: readonly AmiHeaders[];
  /** Of QueueStatus: QueueParams, QueueMember and QueueEntry. */
  readonly queues?: readonly AmiHeaders[];
  /** Of ParkedCalls. */
  readonly parkedCalls?: readonly AmiHeaders[];
  /** Of ConfbridgeList, of all rooms. */
  readonly participants?: readonly AmiHeaders[];
  /** Of ExtensionStateList, DeviceStateList and PresenceStateList. */
  readonly states?: readonly AmiHeaders[];
}

/** Translates AMI's lists (Asterisk 16 to 23). Items that lack what they need are left out. */
export function snapshotFromAmi(lists: AmiLists): PbxSnapshot {
  const { channels, bridges, queues, parkedCalls, participants, states } = lists;
  return {
    channels: channels.flatMap((item) => channelItem(item) ?? []),
    ...(bridges === undefined ? {} : { bridges: bridges.map((item) => bridgeFrom(item)) }),
    ...(queues === undefined
      ? {}
      : {
          queueCallers: queues.filter(({ name }) => name === "QueueEntry").map((item) => queueCallerItem(item)),
          queueMembers: queues.filter(({ name }) => name === "QueueMember").map((item) => memberFrom(item)),
        }),
    ...(parkedCalls === undefined ? {} : { parked: parkedCalls.flatMap((item) => parkedItem(item) ?? []) }),
    ...(participants === undefined
      ? {}
      : { participants: participants.flatMap((item) => participantItem(item) ?? []) }),
    ...(states === undefined ? {} : { states: states.flatMap((item) => stateItem(item)) }),
  };
}

function channelItem(item: AmiHeaders): SnapshotChannel | undefined {
  const facts = channelFrom(item);
  if (facts === undefined) return undefined;
  const bridgeId = textFrom(item, "BridgeId");
  return {
    ...facts,
    application: textFrom(item, "Application"),
    duration: secondsOf(textFrom(item, "Duration")),
    ...(bridgeId === "" ? {} : { bridgeId }),
  };
}

function queueCallerItem(item: AmiHeaders): SnapshotQueueCaller {
  return {
    queue: textFrom(item, "Queue"),
    channelId: textFrom(item, "Uniqueid"),
    position: numberFrom(item, "Position"),
    wait: numberFrom(item, "Wait"),
  };
}

function parkedItem(item: AmiHeaders): SnapshotParked | undefined {
  const facts = channelFrom(item, "Parkee");
  return facts && { channelId: facts.id, parking: parkingFrom(item), duration: numberFrom(item, "ParkingDuration") };
}

function participantItem(item: AmiHeaders): SnapshotParticipant | undefined {
  const facts = channelFrom(item);
  return (
    facts && {
      room: textFrom(item, "Conference"),
      channelId: facts.id,
      admin: textFrom(item, "Admin") === "Yes",
      muted: textFrom(item, "Muted") === "Yes",
      talking: textFrom(item, "Talking") === "Yes",
    }
  );
}

function stateItem(item: AmiHeaders): NonNullable<PbxSnapshot["states"]> {
  const event = fromAmi(item);
  switch (event?.type) {
    case "device-state":
    case "extension-state":
    case "presence":
    case "mailbox":
      return [event];
    default:
      return [];
  }
}

/** `01:02:03` */
function secondsOf(duration: string): number {
  let seconds = 0;
  for (const part of duration.split(":")) seconds = seconds * 60 + (Number(part) || 0);
  return seconds;
}
