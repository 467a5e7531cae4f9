/** AMI bytes to changes. */
export interface EventsRun {
  readonly cpuMicrosPerEvent: number;
  readonly bytesPerEvent: number;
  /** The others are framed and left: VarSet and what else concerns no call. */
  readonly shareOfCalls: number;
  readonly changesPerEvent: number;
  readonly liveCalls: number;
}

/** What the heap holds after a collection. */
export interface MemoryRun {
  readonly liveCalls: number;
  readonly channels: number;
  /** What is free again when all calls have ended. */
  readonly bytesPerCall: number;
}

/** AMI's lists to differences; milliseconds of CPU. */
export interface SnapshotRun {
  readonly channels: number;
  readonly bytes: number;
  readonly afterGapMs: number;
  readonly afterGapChanges: number;
  readonly freshMs: number;
  readonly freshChanges: number;
  readonly nothingNewMs: number;
  readonly nothingNewChanges: number;
}

/** One library that reads the same bytes from a socket. */
export interface SocketRun {
  readonly cpuMicrosPerEvent: number;
  readonly peakRssMb: number;
}
