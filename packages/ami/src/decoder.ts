import type { AmiMessage } from "./message.ts";

/** What a peer may send at most. */
export interface AmiLimits {
  /** Bytes of one line; default 262,144. */
  readonly maxLineBytes: number;
  /** Lines of one message; default 500,000 (a Command reply has one for each line of output). */
  readonly maxHeaders: number;
  /** Bytes of one message; default 33,554,432. */
  readonly maxMessageBytes: number;
}
export interface AmiDecoderOptions {
  readonly limits?: Partial<AmiLimits>;
  readonly greeting?: boolean;
}
export declare class AmiDecoder {
  constructor(options?: AmiDecoderOptions);
  push(chunk: Uint8Array, sink: (message: AmiMessage) => void): void;
  end(): void;
}
export declare function decodeAll(bytes: Uint8Array, options?: AmiDecoderOptions): AmiMessage[];
