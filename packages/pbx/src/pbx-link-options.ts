import type { AmiClientOptions, AmiError, AmiRuntime } from "@cordboard/ami";
import type { CaptureWriter } from "./capture-writer.ts";
import type { PbxNotice, PbxState, PbxStateChange } from "./pbx-options.ts";
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

/** After each login's snapshot: how the table differs from what it held before. */
export interface PbxLinkResync {
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
  resync: PbxLinkResync;
  notice: PbxLinkNotice;
  /** An attempt failed or the link was lost; the link goes on by itself. */
  error: AmiError;
}

export type PbxLinkState = PbxState;
export type PbxLinkStateChange = PbxStateChange;
export type PbxLinkNotice = PbxNotice;
