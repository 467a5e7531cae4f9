import type { AmiClient } from "@cordboard/ami";
import type { ChannelTable } from "./channel-table.ts";
import type { PbxLinkEvents, PbxLinkNotice, PbxLinkOptions, PbxLinkState, PbxServerInfo } from "./pbx-link-options.ts";

export declare class PbxLink implements AsyncDisposable {
  constructor(options: PbxLinkOptions);
  readonly id: string;
  /** For own actions and events; its life is this link's. */
  readonly client: AmiClient;
  readonly table: ChannelTable;
  get state(): PbxLinkState;
  get server(): PbxServerInfo;
  /** What the AMI user may not do, as of the last snapshot. */
  get notices(): readonly PbxLinkNotice[];
  /** Resolves when live for the first time; rejects on a wrong secret, the signal, or close(). */
  start(options?: { signal?: AbortSignal }): Promise<void>;
  on<N extends keyof PbxLinkEvents>(name: N, listener: (event: PbxLinkEvents[N]) => void): () => void;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
