import type { CallRecord } from "./call-record.ts";
import { kept, keptAs } from "./kept-text.ts";
import type { Cause, ConnectionRole } from "./model.ts";
import type { BridgeFacts, ChannelFacts, ChannelState } from "./pbx-event.ts";

/** A bridge and who is in it. */
export interface Bridge {
  readonly id: string;
  kind: string;
  technology: string;
  readonly channels: Set<Channel>;
  /** Since when only one is left in it. */
  aloneSince: number | undefined;
}

/** A parking lot's or a queue's bridge: those in it do not hear each other. */
export function isHolding(bridge: BridgeFacts | Bridge): boolean {
  return bridge.technology === "holding_bridge";
}

/** True for ConfBridge's own bridges. */
export function isConference(bridge: BridgeFacts | Bridge): boolean {
  return bridge.kind === "base";
}

const order: Readonly<Record<ChannelState, number>> = {
  down: 0,
  reserved: 1,
  "off-hook": 1,
  "dialing-off-hook": 1,
  dialing: 2,
  "pre-ring": 2,
  ring: 3,
  ringing: 3,
  busy: 4,
  up: 5,
};

/** Technologies of channels that are Asterisk's own plumbing and never a party. */
const plumbing = new Set([
  "Local",
  "Announcer",
  "Recorder",
  "CBAnn",
  "CBRec",
  "Surrogate",
  "Snoop",
  "Message",
  "AsyncGoto",
  "Bridge",
  "Parking",
  "Console",
]);

/**
 * One channel, as the events have told so far.
 *
 * Invariants: `state` never goes back, except that nothing comes after a hang-up; `bridge`, `half`, `dialler` and `dialled` are
 * symmetric; `call` is the only call that has this channel, or none once it was released by a transfer.
 */
export class Channel {
  readonly id: string;
  readonly startedAt: number;
  name: string;
  device: string;
  linkedid: string;
  state: ChannelState;
  number: string | undefined;
  callerName: string | undefined;
  connectedNumber: string | undefined;
  context: string | undefined;
  exten: string | undefined;
  application = "";
  isPlumbing: boolean;
  /** It was in a bridge since its application began, so that this no longer tells what is done with it. */
  hasBeenBridged = false;

  call: CallRecord | undefined;
  /** Its call was guessed by the linkedid, and may prove to be another. */
  isGuessed = false;
  bridge: Bridge | undefined;
  /** The other half of a Local channel. */
  half: Channel | undefined;
  /** Who rings it. */
  dialler: Channel | undefined;
  /** Whom it rings, or has rung and reached. */
  dialled: Set<Channel> | undefined;
  /** It did not call, it is called: Asterisk says so before it says by whom. */
  isDialled = false;
  /** Somebody rings it, and who is known. */
  isRung = false;
  /** Who rings it was told, or that a program does. Asterisk does not tell it of the Local channel of a consultation by feature code. */
  hasMaker = false;
  /** A program rings it, no channel does. */
  isOrigin = false;
  /** A queue rings it. */
  isAgent = false;
  role: ConnectionRole | undefined;
  /** Taken up from an earlier life, which may have known better who it is than the lists do. */
  isRestored = false;
  /** Number and name it was made with, before a program's caller id covered them. */
  ownNumber: string | undefined;
  ownName: string | undefined;

  rings = false;
  answeredAt: number | undefined;
  heldBy: "phone" | "server" | undefined;
  hearsMusic = false;
  queue: { name: string; position: number; joinedAt: number } | undefined;
  parking: { lot: string; space: string; parkedAt: number; parker: string | undefined } | undefined;
  /** It takes somebody back out of a parking lot, or is taken back, and they are not together yet. */
  isRetrieval = false;
  room: string | undefined;
  muted = false;
  talking = false;
  /** Its own device has hung up. */
  hasHungUp = false;
  /** A transfer has put it out of its call; it is about to be hung up. */
  released = false;
  /** The call into which its device joins two, while that is not told yet. */
  joins: CallRecord | undefined;
  /** Why ringing it came to nothing. */
  failure: Cause | undefined;
  /** Serial of the event that last told of it, and of its bridge. */
  touched = 0;
  bridgeTouched = 0;

  constructor(facts: ChannelFacts, at: number) {
    this.id = kept(facts.id);
    this.startedAt = at;
    this.name = kept(facts.name);
    this.device = deviceOf(this.name);
    this.isPlumbing = plumbing.has(technologyOf(this.name));
    this.linkedid = facts.linkedid === this.id ? this.id : kept(facts.linkedid);
    this.state = facts.state;
    this.number = keptAs(undefined, facts.number);
    this.callerName = keptAs(undefined, facts.callerName);
    this.connectedNumber = keptAs(undefined, facts.connectedNumber);
    this.context = keptAs(undefined, facts.context);
    this.exten = keptAs(undefined, facts.exten);
    if (facts.state === "up") this.answeredAt = at;
  }

  /** Takes over what a later message shows. @returns true if a call could look different */
  take(facts: ChannelFacts, at: number): boolean {
    let changed = false;
    if (order[facts.state] > order[this.state]) {
      this.state = facts.state;
      if (facts.state === "up") this.answeredAt ??= at;
      changed = true;
    }
    if (facts.number !== undefined && facts.number !== this.number) {
      this.number = kept(facts.number);
      changed = true;
    }
    if (facts.callerName !== undefined && facts.callerName !== this.callerName) {
      this.callerName = kept(facts.callerName);
      changed = true;
    }
    if (facts.name !== this.name) {
      this.rename(facts.name);
      changed = true;
    }
    if (facts.linkedid !== this.linkedid) this.linkedid = kept(facts.linkedid);
    this.connectedNumber = keptAs(this.connectedNumber, facts.connectedNumber);
    this.context = keptAs(this.context, facts.context);
    this.exten = keptAs(this.exten, facts.exten);
    return changed;
  }

  rename(name: string): void {
    this.name = kept(name);
    this.device = deviceOf(this.name);
    this.isPlumbing = plumbing.has(technologyOf(this.name));
  }
}

/** `PJSIP/1000-0000001e` is a channel of the device `PJSIP/1000`; a Local channel has none, and its name without `;1` stands for it. */
function deviceOf(channelName: string): string {
  const dash = channelName.lastIndexOf("-");
  return dash === -1 ? channelName : channelName.slice(0, dash);
}

function technologyOf(channelName: string): string {
  const slash = channelName.indexOf("/");
  return slash === -1 ? channelName : channelName.slice(0, slash);
}
