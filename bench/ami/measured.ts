/** What one run of one library showed. */
export interface Measured {
  readonly library: string;
  readonly events: number;
  /** Events given to the listener; fewer than `events` where only some are wanted. */
  readonly delivered: number;
  readonly eventsPerSecond: number;
  readonly cpuMicrosPerEvent: number;
  readonly peakRssMb: number;
  readonly startRssMb: number;
  readonly longestStallMs: number;
}

/** What a library makes of four awkward things. */
export interface Probed {
  readonly repeatsKept: boolean;
  readonly utf8AcrossSegments: boolean;
  readonly oddLineEnd: boolean;
}

/** A Command reply of 5 MB; absent when there was none within 15 seconds. */
export interface CommandReply {
  readonly milliseconds: number;
  readonly longestStallMs: number;
  readonly linesKept: number;
}

export type Report =
  | { readonly stream: Measured }
  | { readonly probed: Probed }
  | { readonly command: CommandReply | null };

export const bytesInMb = 1_048_576;
