/** What one process is asked to measure. */
export type Task = "load" | "events" | "latency" | "rest";

/** From before the library is loaded until events flow. */
export interface Loaded {
  readonly cpuMs: number;
  readonly wallMs: number;
}

export interface Streamed {
  readonly delivered: number;
  readonly cpuMicrosPerEvent: number;
  readonly eventsPerSecond: number;
  readonly peakRssMb: number;
}

/** Events that come alone, and events that come close together. */
export interface Promptness {
  readonly medianMs: number;
  /** Of 20 ChannelVarset sent at once. */
  readonly burstDelivered: number;
  /** Of the digits 1 2 3 4 sent 60 ms apart. */
  readonly digits: string;
}

export interface Requested {
  readonly requestsPerSecond: number;
  readonly cpuMicrosPerRequest: number;
}

/** What a measuring process tells its parent. */
export type Report =
  | { readonly ready: Loaded }
  | { readonly streamed: Streamed }
  | { readonly promptness: Promptness }
  | { readonly requested: Requested };

/** What the server counted since it was last asked. */
export interface Served {
  readonly requests: number;
  readonly connections: number;
}

export const STREAM_TYPES = [
  "StasisStart",
  "ChannelStateChange",
  "ChannelVarset",
  "ChannelDtmfReceived",
  "StasisEnd",
] as const;
