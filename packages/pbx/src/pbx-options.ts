import type { AmiClientOptions, AmiError, AmiRuntime } from "@cordboard/ami";
import type { Call, Change } from "@cordboard/call-engine";
import type { CaptureWriter } from "./capture-writer.ts";
import type { DirectoryChange } from "./directory/extension.ts";

/** What a `Pbx` needs. */
export interface PbxOptions {
  /** The name of this PBX for people, in calls and in changes: `office`. */
  readonly id: string;
  readonly ami: AmiClientOptions;
  /** Wall-clock milliseconds since 1970; default `Date.now`. */
  readonly clock?: () => number;
  /** The AMI client's time and chance; tests pass their own. */
  readonly runtime?: AmiRuntime;
  /**
   * Read the snapshot again after so many milliseconds, to see what the events did not tell, as when the AMI user lacks the read class
   * `call`; default 60,000, 0 for never.
   */
  readonly checkEveryMs?: number;
  /** Everything that crosses the link is also written here. It stays open when the link is closed. */
  readonly capture?: CaptureWriter;
  /**
   * AMI events that are wanted besides, for listeners of `pbx.client`, such as `VarSet`; `*` for all. What is neither named here nor needed
   * for calls, queues and states may not be sent at all. `ami.events`, if given, counts instead for what the login asks for.
   */
  readonly wants?: readonly string[];
  /** Calls that an earlier process told: they go on under their ids if the first snapshot still has them, and end with `lost` if not. */
  readonly restore?: readonly Call[];
  /** Makes ids of calls, each another; default `crypto.randomUUID`. */
  readonly newCallId?: () => string;
}

/** `syncing`: logged in, the snapshot is being read. What is told of calls is right in `live` only. */
export type PbxState = "idle" | "connecting" | "syncing" | "live" | "waiting" | "closed";

/** The link is in another state. */
export interface PbxStateChange {
  readonly from: PbxState;
  readonly to: PbxState;
  /** Why, when the change was not asked for. */
  readonly cause?: Error;
  /** With `waiting`: milliseconds to the next attempt. */
  readonly retryInMs?: number;
}

/** What is known of the other side; each part only when the AMI user may ask for it. */
export interface PbxServerInfo {
  /** From the greeting: `11.0.0`. */
  readonly amiVersion?: string;
  /** `22.10.1~dfsg+~cs6.15.60671435-1`. */
  readonly asteriskVersion?: string;
  /** asterisk.conf `systemname`; `replay` for a replay. */
  readonly systemName?: string;
  /** When Asterisk started, milliseconds since 1970; from FullyBooted, so it takes the read class `system`. */
  readonly startedAt?: number;
  /** True when this is no PBX but a recording: its SystemName is `replay`. */
  readonly replay: boolean;
}

/**
 * `PBX_CLASS_MISSING`: the AMI user may not ask or see something. `PBX_DIRECTORY_FAILED`: the extensions could not be read and
 * are tried again. `PBX_DRIFT`: a check found what no event had told. `PBX_LISTENER_FAILED`: a listener threw. `PBX_SNAPSHOT_FAILED`: the
 * snapshot could not be read and is tried again.
 */
export type PbxNoticeCode =
  | "PBX_CLASS_MISSING"
  | "PBX_DIRECTORY_FAILED"
  | "PBX_DRIFT"
  | "PBX_LISTENER_FAILED"
  | "PBX_SNAPSHOT_FAILED";

/** Something the AMI user may not do, and what is missing in the view because of it. */
export interface PbxNotice {
  readonly code: PbxNoticeCode;
  /** What happened, what it means, what to do. */
  readonly message: string;
  /** The manager.conf line: `read` or `write`. */
  readonly right?: "read" | "write";
  /** One of these classes would do: `["system", "reporting"]`. */
  readonly classes?: readonly string[];
  /** The AMI action that was refused. */
  readonly action?: string;
  readonly cause?: unknown;
}

/** One change, when and where. */
export interface PbxChange {
  /** `PbxOptions.id`. */
  readonly pbx: string;
  /** Arrival of the event that says so, milliseconds since 1970; never goes back. */
  readonly at: number;
  readonly change: Change;
}

/** After each login's snapshot: how the PBX differs from what was known before. */
export interface PbxResync {
  readonly at: number;
  /** True at the first snapshot of this link. */
  readonly first: boolean;
  /** How long nothing was heard, in milliseconds; 0 at the first. */
  readonly gapMs: number;
  /** What the snapshot told; each was told as a change too. */
  readonly changes: readonly Change[];
}

/** What `pbx.on(name, listener)` offers. */
export interface PbxNews {
  change: PbxChange;
  state: PbxStateChange;
  resync: PbxResync;
  notice: PbxNotice;
  /** Extensions came, are different, or went. */
  directory: DirectoryChange;
  /** An attempt failed or the link was lost; the link goes on by itself. */
  error: AmiError;
}

/** How `pbx.events()` gives its changes. */
export interface PbxEventsOptions {
  /** Ends the iteration. */
  readonly signal?: AbortSignal;
  /** Only changes of these types; default all. */
  readonly types?: readonly Change["type"][];
  /** How many changes may wait for this consumer, at least 1; default 10,000. One more throws `PBX_CONSUMER_TOO_SLOW` to it alone. */
  readonly maxBuffered?: number;
}
