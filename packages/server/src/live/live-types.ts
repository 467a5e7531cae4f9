import type { Concerned } from "./who.ts";

/** What a party is doing, in one word; the page and the terminal have a shape for each. */
export type PartyState =
  | "calling"
  | "ringing"
  | "talking"
  | "held"
  | "waiting"
  | "parked"
  | "conference"
  | "connected"
  | "failed";

/** One party of a call: a device in it. Times are milliseconds since 1970. */
export interface LiveParty {
  /** Id of the connection; the same before and after a transfer. */
  readonly id: string;
  /** `PJSIP/1000` */
  readonly device: string;
  readonly number: string;
  readonly name: string;
  readonly state: PartyState;
  /** The state for people: `waiting in sales, 2nd`. */
  readonly stateText: string;
  /** Called by somebody, as opposed to calling. */
  readonly called: boolean;
  /** Since when it is in this state, as far as that was seen. */
  readonly since: number;
}

/** One call, Local channels folded away. */
export interface LiveCall {
  /** Stays the same from the first ring to the end, through transfers, queues and parking. */
  readonly id: string;
  /** Id of the PBX. */
  readonly pbx: string;
  /** `Kai 1000 → Ping 1002` */
  readonly title: string;
  readonly state: PartyState;
  /** The call that is on hold while this one is talked about with somebody else. */
  readonly consults?: string;
  /** For people, if there is more to say of the call than its state: `consultation, Ping 1002 holds the line`. */
  readonly note?: string;
  readonly since: number;
  readonly parties: readonly LiveParty[];
}

/** What an entry of the timeline is about. */
export type EntryKind =
  | "call"
  | "ring"
  | "answer"
  | "not-answered"
  | "hold"
  | "retrieve"
  | "hear"
  | "queue"
  | "park"
  | "conference"
  | "transfer"
  | "forward"
  | "pickup"
  | "voicemail"
  | "presence"
  | "hangup"
  /** What a snapshot told: calls that were there, or ended unseen, and how long the link was down. */
  | "resync";

/** One line of what happened. */
export interface LiveEntry {
  /** Rises by one for each entry of this process. */
  readonly seq: number;
  readonly pbx: string;
  readonly at: number;
  readonly kind: EntryKind;
  /** English, one line, without the time; holds no control characters. */
  readonly text: string;
  readonly callId?: string;
  /** Whom it concerns; nobody means everybody. */
  readonly concerns: readonly Concerned[];
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
