/** Somebody's address on a PBX, learnt from the PBX itself. A person may have several devices. */
export interface Extension {
  /** What is dialled: `1000`. Where two contexts give one number to different devices, the second is `1000@context`. */
  readonly number: string;
  /** Of its hint. */
  readonly context?: string;
  readonly name?: string;
  /** Such as `PJSIP/1000`; empty for somebody who is known by a Local channel in a queue alone. */
  readonly devices: readonly string[];
  /** Such as `1000@default`. */
  readonly mailbox?: string;
  /** The dialplan's hint as it is: `PJSIP/1000&Custom:DND1000,CustomPresence:1000`. */
  readonly hint?: string;
  /** Whose presence it shows: `CustomPresence:1000`. */
  readonly presentity?: string;
  /** Of its hint, or else of its devices: `Idle`, `InUse`, `Busy`, `Unavailable`, `Ringing`, `InUse&Ringing`, `Hold`, `InUse&Hold`, `Unknown`. */
  readonly state?: string;
}

/** Extensions that are new or different, and those that are no more. A change of `state` alone is none. */
export interface DirectoryChange {
  readonly changed: readonly Extension[];
  /** Numbers. */
  readonly removed: readonly string[];
}
