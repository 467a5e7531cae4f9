import type {
  AmiCallOptions,
  AmiClientOptions,
  AmiEventsOptions,
  AmiEventStream,
  AmiList,
  AmiNotices,
  AmiRuntime,
  AmiState,
  OriginateResult,
} from "./client-options.ts";
import type { AmiParams } from "./encode-action.ts";
import type { AmiMessage } from "./message.ts";

export declare class AmiClient implements AsyncDisposable {
  constructor(options: AmiClientOptions, runtime?: AmiRuntime);
  get state(): AmiState;
  get server(): { readonly greeting: string; readonly version: string };
  connect(options?: { signal?: AbortSignal }): Promise<void>;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
  on<N extends keyof AmiNotices>(name: N, listener: (notice: AmiNotices[N]) => void): () => void;
  onEvent(names: string | readonly string[], listener: (event: AmiMessage) => void): () => void;
  onBytes(listener: (bytes: Uint8Array) => void): () => void;
  events(options?: AmiEventsOptions): AmiEventStream;
  action(name: string, params?: AmiParams, options?: AmiCallOptions): Promise<AmiMessage>;
  list(name: string, params?: AmiParams, options?: AmiCallOptions): Promise<AmiList>;
  listItems(name: string, params?: AmiParams, options?: AmiCallOptions): AsyncIterableIterator<AmiMessage>;
  originate(params: AmiParams, options?: AmiCallOptions): Promise<OriginateResult>;
  command(text: string, options?: AmiCallOptions): Promise<string[]>;
}
