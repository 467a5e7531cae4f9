import type { AmiClientOptions, AmiError, AmiRuntime } from "@cordboard/ami";
import type { CaptureWriter } from "./capture-writer.ts";
import type { TableChange } from "./table-change.ts";
import type { TimelineEntry } from "./timeline-entry.ts";

/** What a {@link PbxLink} needs. */
export interface PbxLinkOptions {
  /** The name of this PBX for people and in changes: `office`. */
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
}

/** `syncing`: logged in, the snapshot is being read. Rows are right in `live` only. */
export type PbxLinkState = "idle" | "connecting" | "syncing" | "live" | "waiting" | "closed";

export interface PbxLinkStateChange {
  readonly from: PbxLinkState;
  readonly to: PbxLinkState;
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
 * `PBX_CLASS_MISSING`: the AMI user may not ask or see something. `PBX_SNAPSHOT_FAILED`: the snapshot could not be read and is tried
 * again. `PBX_DRIFT`: a check found what no event had told. `PBX_LISTENER_FAILED`: a listener threw.
 */
export type PbxNoticeCode = "PBX_CLASS_MISSING" | "PBX_DRIFT" | "PBX_LISTENER_FAILED" | "PBX_SNAPSHOT_FAILED";

/** Something the AMI user may not do, and what is missing in the view because of it. */
export interface PbxLinkNotice {
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

/** After each login's snapshot: how the table differs from what it held before. */
export interface PbxResync {
  readonly at: number;
  /** True at the first snapshot of this link. */
  readonly first: boolean;
  /** How long nothing was heard, in milliseconds; 0 at the first. */
  readonly gapMs: number;
  /** Channels and bridges that came, changed and went meanwhile. */
  readonly changes: readonly TableChange[];
}

/** What `link.on(name, listener)` offers. */
export interface PbxLinkEvents {
  change: TableChange;
  timeline: TimelineEntry;
  state: PbxLinkStateChange;
  resync: PbxResync;
  notice: PbxLinkNotice;
  /** An attempt failed or the link was lost; the link goes on by itself. */
  error: AmiError;
}
