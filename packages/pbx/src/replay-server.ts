import type { ReplayEvents, ReplayOptions } from "./replay-options.ts";
/** SystemName of every replay. */
export const REPLAY_SYSTEM_NAME = "replay";
export declare class ReplayServer implements AsyncDisposable {
  get port(): number;
  get host(): string;
  get clients(): number;
  on<N extends keyof ReplayEvents>(name: N, listener: (event: ReplayEvents[N]) => void): () => void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
/** Listens and begins; rejects with `PBX_REPLAY_LISTEN` if the port cannot be had. */
export declare function replayServer(options: ReplayOptions): Promise<ReplayServer>;
