/**
 * State of a connection, CSTA's terms (ECMA-269): `null` is being reached and does not ring yet; `initiated` has called and is not
 * answered; `alerting` rings; `connected` is answered; `hold` holds the call itself; `queued` waits in a queue or is parked; `fail` hears why not.
 */
export type ConnectionState = "null" | "initiated" | "alerting" | "connected" | "hold" | "queued" | "fail";

/** `caller` began the call, or is the one for whom a program began it; `called` is rung; `agent` is rung by a queue. */
export type ConnectionRole = "caller" | "called" | "agent";

/** Why something happened or ended. */
export type Cause =
  | "normal"
  | "busy"
  | "no-answer"
  | "rejected"
  | "cancelled"
  | "unreachable"
  | "unknown-number"
  | "congestion"
  | "answered-elsewhere"
  /** The caller gave up while he waited in a queue. */
  | "abandoned"
  | "forwarded"
  | "picked-up"
  | "transferred"
  | "conferenced"
  | "joined"
  | "parked"
  | "unparked"
  | "park-timeout"
  | "queue"
  | "consultation"
  | "failed"
  /** It ended while nobody watched. */
  | "lost"
  /** Nothing happened now: a snapshot told of it. */
  | "snapshot"
  | "pbx-down";

/** One device in one call. */
export interface Connection {
  /** Uniqueid of the channel; the same before and after a transfer. */
  readonly id: string;
  /** Such as `PJSIP/1000`. */
  readonly device: string;
  /** Its own number, if Asterisk knows one. */
  readonly number?: string;
  readonly name?: string;
  readonly role: ConnectionRole;
  readonly state: ConnectionState;
  /** Name of the channel; absent while the device holds this call with a channel that now talks in another one (feature code). */
  readonly channel?: string;
  /** `phone`: held by re-INVITE, and only the phone can retrieve; `server`: by Asterisk. Only in state `hold`. */
  readonly heldBy?: "phone" | "server";
  /** What Asterisk itself does with it: `Echo`, `VoiceMail`, `Stasis`… Absent while it talks to devices, waits in a queue or is parked. */
  readonly application?: string;
  readonly talking?: boolean;
  readonly muted?: boolean;
  /** Milliseconds since 1970, as all times here. */
  readonly startedAt: number;
  /** When it was first connected. */
  readonly answeredAt?: number;
}

/** A connection that is over. */
export interface ClearedConnection extends Connection {
  readonly clearedAt: number;
  readonly cause: Cause;
  /** Its own device ended it: CSTA's releasing device. From HangupRequest, which Asterisk does not always send. */
  readonly hungUp?: boolean;
}

/** Who heard whom during one stretch of time: two or more connections that did not hold. */
export interface Talk {
  readonly connections: readonly string[];
  readonly startedAt: number;
  /** Absent while it goes on. */
  readonly endedAt?: number;
}

/** The queue a call came through. */
export interface CallQueue {
  readonly name: string;
  readonly joinedAt: number;
  /** 1 is the next; absent once it has left. */
  readonly position?: number;
  readonly leftAt?: number;
}

/** Where a parked call is. */
export interface CallParking {
  readonly lot: string;
  readonly space: string;
  readonly parkedAt: number;
  readonly parker?: string;
}

/** One call, as it is at one moment. Never changes: the next moment has another object. */
export interface Call {
  /** Ours, and stable through transfers. */
  readonly id: string;
  readonly pbx: string;
  readonly connections: readonly Connection[];
  /** The last 256 that are over, in that order. */
  readonly cleared: readonly ClearedConnection[];
  /** The number that was dialled first. */
  readonly dialled?: string;
  readonly queue?: CallQueue;
  /** At the end the last one it was in. */
  readonly conferenceRoom?: string;
  readonly parked?: CallParking;
  /** The call that waits while this one is talked about with somebody else (feature code). */
  readonly consults?: string;
  /** Only at the end. */
  readonly cause?: Cause;
  readonly startedAt: number;
  /** When somebody first answered. */
  readonly establishedAt?: number;
  readonly clearedAt?: number;
  /** The last 256, in the order in which they began. */
  readonly talks: readonly Talk[];
  /** CSTA's user data: what a program has attached; follows the call. */
  readonly userData: Readonly<Record<string, string>>;
}

/** Somebody waits in a queue. */
export interface QueueCaller {
  readonly channelId: string;
  readonly position: number;
  readonly joinedAt: number;
}

/** A member of a queue. */
export interface QueueMember {
  readonly interface: string;
  readonly name: string;
  readonly stateInterface?: string;
  /** As in {@link QueueMemberFacts}. */
  readonly status: number;
  readonly paused: boolean;
  readonly pausedReason?: string;
  readonly penalty: number;
  readonly callsTaken: number;
}

/** One queue. */
export interface Queue {
  readonly name: string;
  /** In the order of their position. */
  readonly callers: readonly QueueCaller[];
  readonly members: readonly QueueMember[];
}

/** One conference room in use. */
export interface ConferenceRoom {
  readonly name: string;
  readonly participants: readonly ConferenceParticipant[];
  readonly recording: boolean;
}

/** Somebody in a conference room. */
export interface ConferenceParticipant {
  readonly channelId: string;
  readonly admin: boolean;
  readonly muted: boolean;
  readonly talking: boolean;
}

/** A space of a parking lot in use. */
export interface ParkedCall extends CallParking {
  readonly channelId: string;
}

/** The state of a hint. */
export interface ExtensionState {
  readonly exten: string;
  readonly context: string;
  readonly hint: string;
  /** `Idle`, `InUse`, `Busy`, `Unavailable`, `Ringing`, `InUse&Ringing`, `Hold`, `InUse&Hold`, `Unknown`. */
  readonly status: string;
}

/** What somebody says of himself. */
export interface Presence {
  readonly presentity: string;
  /** `not_set`, `unavailable`, `available`, `away`, `xa`, `chat`, `dnd`. */
  readonly state: string;
  readonly subtype: string;
  readonly message: string;
}

/** A mailbox's counts. */
export interface Mailbox {
  readonly mailbox: string;
  readonly newMessages: number;
  readonly oldMessages: number;
}
