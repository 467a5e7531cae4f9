import type { TimelineKind } from "@cordboard/pbx";

/** What a party is doing, in one word; the page and the terminal have a shape for each. */
export type PartyState = "calling" | "ringing" | "talking" | "held" | "waiting" | "parked" | "conference" | "connected";

/** One party of a call: a channel that is no plumbing. Times are milliseconds since 1970. */
export interface LiveParty {
  /** Uniqueid of the channel. */
  readonly id: string;
  /** Channel name, `PJSIP/1000-00000015`. */
  readonly channel: string;
  /** `PJSIP/1000` */
  readonly device: string;
  readonly number: string;
  readonly name: string;
  readonly state: PartyState;
  /** The state for people: `waiting in sales, 2nd`. */
  readonly stateText: string;
  /** ChannelStateDesc as Asterisk says it. */
  readonly channelState: string;
  /** Called by somebody, as opposed to calling. */
  readonly called: boolean;
  /** BridgeUniqueid, if it is in one. */
  readonly bridge?: string;
  /** Since when it is in this state, as far as that was seen. */
  readonly since?: number;
}

/** Channels that belong together, Local channels folded away. */
export interface LiveCall {
  /** Stays the same while the call lives, as far as Asterisk's own ids do. */
  readonly id: string;
  /** Id of the PBX. */
  readonly pbx: string;
  /** `Kai 1000 → Ping 1002` */
  readonly title: string;
  readonly state: PartyState;
  readonly since?: number;
  readonly parties: readonly LiveParty[];
}

/** One line of what happened. */
export interface LiveEntry {
  /** Rises by one for each entry of this process. */
  readonly seq: number;
  readonly pbx: string;
  readonly at: number;
  readonly kind: TimelineKind;
  readonly text: string;
}

/** `down`: not reachable at the moment, tried again; `refused`: wrong user or secret, not tried again. */
export type LivePbxState = "connecting" | "up" | "down" | "refused";

/** One PBX as the page and the terminal show it. */
export interface LivePbx {
  readonly id: string;
  readonly name: string;
  readonly state: LivePbxState;
  /** For people: why it is not up, or why what is shown may be wrong; empty when all is well. */
  readonly detail: string;
  /** What cannot be shown for want of a right, one sentence each; no reason for alarm. */
  readonly notes: readonly string[];
  readonly asterisk: string;
  /** Since when it is in this state. */
  readonly since: number;
  /** True when this is no PBX but a recording. */
  readonly recording: boolean;
}

/** Everything there is to show. `now` lets the reader correct its clock. */
export interface LiveSnapshot {
  readonly now: number;
  /** What is replayed, when this is a demo. */
  readonly recording?: string | undefined;
  /** In a demo: what to type to see one's own calls. */
  readonly connect?: string | undefined;
  readonly pbxs: readonly LivePbx[];
  readonly calls: readonly LiveCall[];
  readonly timeline: readonly LiveEntry[];
}

/** What is different since the snapshot or the change before. Calls come whole; absent means unchanged. */
export interface LiveChange {
  readonly now: number;
  readonly recording?: string | undefined;
  readonly pbxs?: readonly LivePbx[];
  readonly calls?: readonly LiveCall[];
  /** Ids of calls that ended. */
  readonly gone?: readonly string[];
  readonly timeline?: readonly LiveEntry[];
}
