import type { ReplayClock } from "../clock.ts";
import type { Recording } from "../recording.ts";

/** Who may log in to a {@link ReplayServer}. */
export interface ReplayUser {
  readonly username: string;
  readonly secret: string;
  /** manager.conf `read=`; default all classes. */
  readonly read?: readonly string[];
  /** manager.conf `write=`; default all classes. */
  readonly write?: readonly string[];
}

/** What is replayed and how. */
export interface ReplayOptions {
  /** At least one. */
  readonly recordings: readonly Recording[];
  /** Default: user `replay`, secret `replay`. */
  readonly users?: readonly ReplayUser[];
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** Default 0: any free port. */
  readonly port?: number;
  /** 2 is twice as fast; default 1. */
  readonly speed?: number;
  /** Milliseconds of silence after each recording, divided by `speed`; default 2,000. */
  readonly pauseMs?: number;
  /** A client that leaves more bytes than this unread is cut off; default 1 MiB. */
  readonly maxUnsentBytes?: number;
  readonly clock?: ReplayClock;
}

/** What `replay.on(name, listener)` offers. */
export interface ReplayEvents {
  /** A recording begins. */
  recording: { readonly label: string; readonly index: number; readonly count: number; readonly loop: number };
  /** The whole list begins again; the first is 1. */
  loop: { readonly loop: number };
  /** A client logged in, or went. */
  client: { readonly username: string; readonly connected: boolean; readonly clients: number };
}
