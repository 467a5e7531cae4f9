/**
 * What a channel is doing, in Asterisk's own order (`ast_channel_state`, include/asterisk/channelstate.h): `ring` is the side that
 * calls, `ringing` the side that is called.
 */
export type ChannelState =
  | "down"
  | "reserved"
  | "off-hook"
  | "dialing"
  | "ring"
  | "ringing"
  | "up"
  | "busy"
  | "dialing-off-hook"
  | "pre-ring";

/** A channel as one message shows it. Empty and `<unknown>` values are left out by the translator. */
export interface ChannelFacts {
  /** Uniqueid: stays with a call leg through renames and masquerades. */
  readonly id: string;
  /** Such as `PJSIP/1000-0000001e`. */
  readonly name: string;
  readonly linkedid: string;
  readonly state: ChannelState;
  /** Its own number: who this channel is. */
  readonly number?: string;
  readonly callerName?: string;
  /** Whom it is connected with, as Asterisk would show it on the phone's display. */
  readonly connectedNumber?: string;
  readonly context?: string;
  readonly exten?: string;
}

/** A bridge as one message shows it. */
export interface BridgeFacts {
  readonly id: string;
  /** `basic`, `base` (ConfBridge), `parking`, `stasis`. */
  readonly kind: string;
  /** `simple_bridge`, `native_rtp`, `softmix`, `holding_bridge`. */
  readonly technology: string;
}

/** One member of a queue. */
export interface QueueMemberFacts {
  readonly queue: string;
  /** Such as `PJSIP/1002` or `Local/1002@from-queue/n`. */
  readonly interface: string;
  readonly name: string;
  /** The device whose state counts. */
  readonly stateInterface?: string;
  /** A device state by number: 0 unknown, 1 idle, 2 in use, 3 busy, 4 invalid, 5 unavailable, 6 ringing, 7 ringing and in use, 8 on hold. */
  readonly status: number;
  readonly paused: boolean;
  readonly pausedReason?: string;
  readonly penalty: number;
  readonly callsTaken: number;
}

/** Where a parked call stands. */
export interface ParkingFacts {
  readonly lot: string;
  readonly space: string;
  /** Who gets it back when nobody takes it: a dial string such as `PJSIP/1000`. */
  readonly parker?: string;
  /** Seconds until then, as of the message. */
  readonly timeout?: number;
}

/** How an attempt to ring somebody ended (`DialStatus` of DialEnd). */
export type DialOutcome =
  | "answer"
  | "busy"
  | "cancel"
  | "no-answer"
  | "unavailable"
  | "congestion"
  | "abort"
  | "continue"
  | "goto";

/** Everything that the engine understands. One thing that happened on a PBX each; the time of it is given beside it. */
export type PbxEvent =
  | { readonly type: "channel-new"; readonly channel: ChannelFacts }
  /** Newstate, NewCallerid, NewConnectedLine: the channel as it is now. */
  | { readonly type: "channel-changed"; readonly channel: ChannelFacts }
  | { readonly type: "channel-renamed"; readonly channelId: string; readonly name: string }
  | {
      readonly type: "application";
      readonly channel: ChannelFacts;
      readonly application: string;
      readonly data: string;
    }
  /** Its own device wants to end it, the PBX does not: HangupRequest. */
  | { readonly type: "hangup-requested"; readonly channel: ChannelFacts }
  /** Hangup: the channel is no more. `cause` is Q.850. */
  | { readonly type: "channel-gone"; readonly channel: ChannelFacts; readonly cause: number }
  /** Without `caller` a program or a feature rings, not a channel. */
  | {
      readonly type: "dial-begun";
      readonly caller?: ChannelFacts;
      readonly destination: ChannelFacts;
      readonly dialString: string;
    }
  | { readonly type: "dial-progress"; readonly caller?: ChannelFacts; readonly destination: ChannelFacts }
  | {
      readonly type: "dial-ended";
      readonly caller?: ChannelFacts;
      readonly destination: ChannelFacts;
      readonly outcome: DialOutcome;
      readonly forwardedTo?: string;
    }
  | {
      readonly type: "bridge-entered";
      readonly bridge: BridgeFacts;
      readonly channel: ChannelFacts;
      /** The channel whose place it takes. */
      readonly swapped?: string;
    }
  | { readonly type: "bridge-left"; readonly bridge: BridgeFacts; readonly channel: ChannelFacts }
  | { readonly type: "held"; readonly channel: ChannelFacts }
  | { readonly type: "retrieved"; readonly channel: ChannelFacts }
  /** It hears music: because it is held, waits, or is parked. */
  | { readonly type: "music-started"; readonly channel: ChannelFacts }
  | { readonly type: "music-stopped"; readonly channel: ChannelFacts }
  | {
      readonly type: "blind-transfer";
      readonly transferer: ChannelFacts;
      readonly transferee?: ChannelFacts;
      readonly exten: string;
    }
  | {
      readonly type: "attended-transfer";
      readonly first: ChannelFacts;
      readonly second: ChannelFacts;
      readonly transferee?: ChannelFacts;
      readonly target?: ChannelFacts;
      /** `application`: the transferee takes the place of `second` in what it runs, such as Dial while it rings. */
      readonly destination: "bridge" | "application" | "link" | "three-way";
    }
  | { readonly type: "picked-up"; readonly picker: ChannelFacts; readonly target: ChannelFacts }
  | {
      readonly type: "queue-joined";
      readonly channel: ChannelFacts;
      readonly queue: string;
      readonly position: number;
    }
  | { readonly type: "queue-left"; readonly channel: ChannelFacts; readonly queue: string; readonly abandoned: boolean }
  | {
      readonly type: "queue-agent";
      readonly queue: string;
      readonly caller: ChannelFacts;
      readonly agent?: ChannelFacts;
      readonly interface: string;
      readonly name: string;
      readonly event: "called" | "no-answer" | "connected" | "completed" | "dumped";
    }
  /** `added`: it was no member before; else it may be one that no list had named. */
  | { readonly type: "queue-member"; readonly member: QueueMemberFacts; readonly added?: boolean }
  | { readonly type: "queue-member-removed"; readonly queue: string; readonly interface: string }
  | { readonly type: "parked"; readonly channel: ChannelFacts; readonly parking: ParkingFacts }
  | {
      readonly type: "unparked";
      readonly channel: ChannelFacts;
      readonly parking: ParkingFacts;
      readonly why: "retrieved" | "timed-out" | "gave-up";
      readonly retriever?: ChannelFacts;
    }
  | {
      readonly type: "conference-joined";
      readonly room: string;
      readonly bridge: BridgeFacts;
      readonly channel: ChannelFacts;
      readonly muted: boolean;
      readonly admin: boolean;
    }
  | { readonly type: "conference-left"; readonly room: string; readonly channel: ChannelFacts }
  | {
      readonly type: "conference-muted";
      readonly room: string;
      readonly channel: ChannelFacts;
      readonly muted: boolean;
    }
  | { readonly type: "conference-recording"; readonly room: string; readonly recording: boolean }
  | { readonly type: "conference-ended"; readonly room: string }
  | { readonly type: "talking"; readonly channel: ChannelFacts; readonly talking: boolean }
  | { readonly type: "device-state"; readonly device: string; readonly state: string }
  | {
      readonly type: "extension-state";
      readonly exten: string;
      readonly context: string;
      readonly hint: string;
      readonly status: string;
    }
  | {
      readonly type: "presence";
      /** Such as `CustomPresence:1111`. */
      readonly presentity: string;
      readonly state: string;
      readonly subtype: string;
      readonly message: string;
    }
  | {
      readonly type: "mailbox";
      readonly mailbox: string;
      /** Messages not heard, urgent ones included; absent if only told that some wait. */
      readonly newMessages: number;
      readonly oldMessages: number;
    }
  | { readonly type: "originate-failed"; readonly target: string; readonly channelId?: string; readonly reason: number }
  /** Asterisk goes down, or has come up anew: no channel survives that. */
  | { readonly type: "pbx-down" };
