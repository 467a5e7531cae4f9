/** Where a capture goes; `write` gets whole lines. */
export interface CaptureSink {
  write(text: string): void | Promise<void>;
  close?(): void | Promise<void>;
}
export interface CaptureWriterOptions {
  readonly sink: CaptureSink;
  readonly asterisk?: string;
  readonly note?: string;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly clock?: () => number;
  /** Bytes that may wait for the sink; default 8 MiB. */
  readonly maxPendingBytes?: number;
  /** Bytes of a message beyond which it is written in parts; default 1 MiB. */
  readonly maxMessageBytes?: number;
}
export declare class CaptureWriter implements AsyncDisposable {
  constructor(options: CaptureWriterOptions);
  ami(from: "asterisk" | "client", bytes: Uint8Array): void;
  ari(from: "asterisk" | "client", text: string | Uint8Array): void;
  get written(): number;
  get dropped(): number;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}
/** Opens (0600) a new file as sink. */
export declare function captureFile(path: string): Promise<CaptureSink>;
