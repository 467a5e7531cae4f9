import { AmiFramer } from "./ami-framer.ts";
import { PbxCaptureError } from "./errors.ts";
import { redactAmi, type AmiContext } from "./redact-ami.ts";
import { redactAri } from "./redact-ari.ts";
import type { RecordingHeader, RecordingRecord } from "./recording.ts";

/** Where a capture goes. */
export interface CaptureSink {
  /** Gets whole lines. While the promise is pending nothing more is written, and the writer holds what comes. */
  write(text: string): void | Promise<void>;
  close?(): void | Promise<void>;
}

export interface CaptureWriterOptions {
  readonly sink: CaptureSink;
  /** Version of the Asterisk that is recorded, if known. */
  readonly asterisk?: string;
  /** What there is to see, for people. */
  readonly note?: string;
  /** Milliseconds since 1970; default `Date.now`. */
  readonly clock?: () => number;
  /** Names of AMI events to leave out: `["VarSet"]` makes a capture a third smaller. */
  readonly omitEvents?: readonly string[];
  /** Characters that may wait for the sink; default 8 Mi. What comes beyond is dropped, counted, and told in the file. */
  readonly maxPendingChars?: number;
  /** Bytes of a message beyond which it is written in parts; default 1 MiB. */
  readonly maxMessageBytes?: number;
}

type Side = "asterisk" | "client";

/**
 * Writes what crosses a link as a capture (docs/capture-format.md): whole messages with their time, secrets replaced. Nothing waits
 * for the sink; memory is bounded by the two limits.
 */
export class CaptureWriter implements AsyncDisposable {
  readonly #sink: CaptureSink;
  readonly #clock: () => number;
  readonly #maxPendingChars: number;
  readonly #startedAt: number;
  readonly #omitEvents: ReadonlySet<string>;
  readonly #ami: Readonly<Record<Side, { readonly framer: AmiFramer; context: AmiContext }>>;
  #queue: string[] = [];
  #queuedChars = 0;
  #pumping: Promise<void> | undefined;
  #written = 0;
  #dropped = 0;
  #droppedUntold = 0;
  #failure: PbxCaptureError | undefined;
  #closed = false;

  constructor(options: CaptureWriterOptions) {
    this.#sink = options.sink;
    this.#clock = options.clock ?? Date.now;
    this.#omitEvents = new Set(options.omitEvents?.map((name) => name.toLowerCase()));
    this.#maxPendingChars = options.maxPendingChars ?? 8 * 1024 * 1024;
    const maxMessageBytes = options.maxMessageBytes ?? 1024 * 1024;
    const side = () => ({ framer: new AmiFramer(maxMessageBytes), context: { headers: new Map<string, string>() } });
    this.#ami = { asterisk: side(), client: side() };
    this.#startedAt = this.#clock();
    const header: RecordingHeader = {
      cordboardCapture: 1,
      ...(options.asterisk === undefined ? {} : { asterisk: options.asterisk }),
      recorded: new Date(this.#startedAt).toISOString(),
      ...(options.note === undefined ? {} : { note: options.note }),
    };
    this.#enqueue(header);
  }

  /** Messages written or waiting to be. */
  get written(): number {
    return this.#written;
  }

  /** Messages left out because the sink was too slow. */
  get dropped(): number {
    return this.#dropped;
  }

  /** `PBX_CAPTURE_WRITE` once the sink failed; nothing is written any more. */
  get failure(): PbxCaptureError | undefined {
    return this.#failure;
  }

  /** Bytes of the AMI link as they came, cut anywhere. */
  ami(from: Side, bytes: Uint8Array): void {
    const side = this.#ami[from];
    for (const frame of side.framer.push(bytes)) this.#amiFrame(from, frame);
  }

  /** The AMI link was lost: the next bytes begin a new session. */
  amiEnd(): void {
    for (const from of ["asterisk", "client"] as const) {
      for (const frame of this.#ami[from].framer.end()) this.#amiFrame(from, frame);
    }
  }

  /** One whole ARI message: a request with its headers, a reply, or an event. */
  ari(from: Side, message: string | Uint8Array): void {
    const text = typeof message === "string" ? message : Buffer.from(message).toString("utf8");
    this.#record({ at: this.#elapsed(), link: "ari", from, data: Buffer.from(redactAri(text)) });
  }

  /**
   * Waits until all is written and closes the sink.
   * @throws PbxCaptureError `PBX_CAPTURE_WRITE` if the sink failed at any time
   */
  async close(): Promise<void> {
    if (!this.#closed) {
      this.amiEnd();
      this.#tellDropped();
      this.#closed = true;
    }
    await this.#pumping;
    try {
      await this.#sink.close?.();
    } catch (error) {
      this.#fail(error);
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #elapsed(): number {
    return Math.max(0, Math.round(this.#clock() - this.#startedAt));
  }

  #amiFrame(from: Side, frame: { readonly text: string; readonly first: boolean }): void {
    const side = this.#ami[from];
    if (frame.first) side.context = { headers: new Map() };
    const data = Buffer.from(redactAmi(frame.text, side.context), "latin1");
    if (this.#omitEvents.has(side.context.headers.get("event")?.toLowerCase() ?? "")) return;
    this.#record({ at: this.#elapsed(), link: "ami", from, data });
  }

  #record(record: RecordingRecord): void {
    if (this.#closed || this.#failure !== undefined) return;
    if (this.#queuedChars > this.#maxPendingChars) {
      this.#dropped++;
      this.#droppedUntold++;
      return;
    }
    this.#tellDropped();
    this.#written++;
    const { at, link, from, data } = record;
    const text = decodeUtf8(data);
    this.#enqueue(
      text === undefined
        ? { at, link, from, base64: Buffer.from(data).toString("base64") }
        : { at, link, from, data: text },
    );
  }

  #tellDropped(): void {
    if (this.#droppedUntold === 0) return;
    this.#enqueue({ at: this.#elapsed(), dropped: this.#droppedUntold });
    this.#droppedUntold = 0;
  }

  #enqueue(line: object): void {
    const text = `${JSON.stringify(line)}\n`;
    this.#queue.push(text);
    this.#queuedChars += text.length;
    this.#pumping ??= this.#pump();
  }

  async #pump(): Promise<void> {
    await Promise.resolve();
    while (this.#queue.length > 0 && this.#failure === undefined) {
      const text = this.#queue.join("");
      this.#queue = [];
      try {
        await this.#sink.write(text);
      } catch (error) {
        this.#fail(error);
      }
      this.#queuedChars -= text.length;
    }
    this.#pumping = undefined;
  }

  #fail(error: unknown): void {
    this.#failure ??= new PbxCaptureError(
      "PBX_CAPTURE_WRITE",
      "The capture could not be written and has stopped; look at the space and the rights where it goes.",
      { cause: error },
    );
    this.#queue = [];
  }
}

const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return strictUtf8.decode(bytes);
  } catch {
    return undefined;
  }
}
