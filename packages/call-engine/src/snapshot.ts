import type { BridgeFacts, ChannelFacts, ParkingFacts, PbxEvent, QueueMemberFacts } from "./pbx-event.ts";

/** A channel as a list of channels shows it. */
export interface SnapshotChannel extends ChannelFacts {
  readonly application: string;
  readonly bridgeId?: string;
  /** Seconds since it was made. */
  readonly duration: number;
}

/** Somebody who waits in a queue. */
export interface SnapshotQueueCaller {
  readonly queue: string;
  readonly channelId: string;
  readonly position: number;
  /** Seconds it has waited. */
  readonly wait: number;
}

/** Somebody who is parked. */
export interface SnapshotParked {
  readonly channelId: string;
  readonly parking: ParkingFacts;
  /** Seconds it has been there. */
  readonly duration: number;
}

/** Somebody in a conference room. */
export interface SnapshotParticipant {
  readonly room: string;
  readonly channelId: string;
  readonly admin: boolean;
  readonly muted: boolean;
  readonly talking: boolean;
}

/** What a PBX says of itself when asked. A list that is absent was not asked for, or is not allowed: what is known of it stands. */
export interface PbxSnapshot {
  readonly channels: readonly SnapshotChannel[];
  readonly bridges?: readonly BridgeFacts[];
  readonly queueCallers?: readonly SnapshotQueueCaller[];
  readonly queueMembers?: readonly QueueMemberFacts[];
  readonly parked?: readonly SnapshotParked[];
  readonly participants?: readonly SnapshotParticipant[];
  /** States of devices, hints, people and mailboxes, as events. */
  readonly states?: readonly Extract<
    PbxEvent,
    { readonly type: "device-state" | "extension-state" | "presence" | "mailbox" }
  >[];
}
