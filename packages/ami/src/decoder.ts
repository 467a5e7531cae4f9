import { Buffer, isAscii } from "node:buffer";
import { AmiProtocolError } from "./errors.ts";
import { AmiMessage, largeMessageBytes, type AmiMessageKind } from "./message.ts";

/** What a peer may send at most; more is an {@link AmiProtocolError}. */
export interface AmiLimits {
  /** Bytes of one line; default 262,144. */
  readonly maxLineBytes: number;
  /** Lines of one message; default 500,000 (a Command reply has one for each line it prints). */
  readonly maxHeaders: number;
  /** Bytes of one message; default 33,554,432. */
  readonly maxMessageBytes: number;
}

export interface AmiDecoderOptions {
  readonly limits?: Partial<AmiLimits>;
  /** Whether the peer begins with a greeting line, as a server does. Default true; a proxy reading its clients says false. */
  readonly greeting?: boolean;
}

export type AmiSink = (message: AmiMessage) => void;

/** A chunk larger than this is worked through in pieces, to keep the scratch string small. */
const pieceBytes = 262_144;
/** Each name seen is kept once; a peer that invents names does not grow the table beyond this. */
const maxNames = 2048;
/** A buffer for messages in pieces that has grown beyond this is not kept for the next one. */
const keepTailBytes = 65_536;
const headerLike = /^[A-Za-z][A-Za-z0-9_-]*:/;
const follows = "Response: Follows";
const kinds: Readonly<Record<string, AmiMessageKind>> = { event: "event", response: "response", action: "action" };

/**
 * Bytes in, messages out; no I/O. A message ends with an empty line made of any mix of CR LF and LF, wherever the
 * bytes were cut; CR LF before a message is skipped. Only wanted events are made into messages: see {@link want}.
 *
 * The bytes given to {@link push} are not kept: the caller may reuse them as soon as it returns.
 *
 * Framing follows main/manager.c (astman_send_response, manager_event) of Asterisk 13 to 23.
 */
export class AmiDecoder {
  readonly #limits: AmiLimits;
  readonly #names = new Map<string, string>();
  #wanted: ReadonlySet<string> | undefined;
  #greetingDue: boolean;
  #failure: unknown;
  #failed = false;
  #skipped = 0;
  /** The unfinished message: its bytes so far, its complete lines, and how long its incomplete line is. */
  #tail: Buffer = Buffer.alloc(0);
  #tailBytes = 0;
  #lines = 0;
  #lineBytes = 0;

  constructor(options: AmiDecoderOptions = {}) {
    this.#limits = {
      maxLineBytes: options.limits?.maxLineBytes ?? 262_144,
      maxHeaders: options.limits?.maxHeaders ?? 500_000,
      maxMessageBytes: options.limits?.maxMessageBytes ?? 33_554_432,
    };
    this.#greetingDue = options.greeting ?? true;
  }

  /** Events framed but not made into messages, since nobody wanted them. */
  get skipped(): number {
    return this.#skipped;
  }

  /** Bytes of an unfinished message that are held. */
  get pendingBytes(): number {
    return this.#tailBytes;
  }

  /** From now on only events of these names become messages (exact spelling); `undefined` for all. Responses always do. */
  want(names: ReadonlySet<string> | undefined): void {
    this.#wanted = names === undefined ? undefined : new Set(names);
  }

  /**
   * Gives each message that these bytes complete to `sink`, in order.
   *
   * @throws AmiProtocolError when a limit is passed; messages before that have been given out, and every later
   *   push throws the same. `sink` must not throw: what it throws ends the decoder likewise.
   */
  push(chunk: Uint8Array, sink: AmiSink): void {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    for (let start = 0; start < buffer.length; start += pieceBytes) {
      if (this.#failed) throw this.#failure;
      try {
        this.#pushPiece(buffer.length <= pieceBytes ? buffer : buffer.subarray(start, start + pieceBytes), sink);
      } catch (error) {
        this.#failed = true;
        this.#failure = error;
        this.end();
        throw error;
      }
    }
  }

  /** The peer has ended: forgets an unfinished message and returns how many bytes of it there were. */
  end(): number {
    const bytes = this.#tailBytes;
    this.#tailBytes = 0;
    this.#lines = 0;
    this.#lineBytes = 0;
    if (this.#tail.length > keepTailBytes) this.#tail = Buffer.alloc(0);
    return bytes;
  }

  #pushPiece(buffer: Buffer, sink: AmiSink): void {
    // One byte is one character here, so positions in the text are positions in the buffer.
    const text = buffer.toString("latin1", 0, buffer.length);
    const start = this.#greetingDue ? this.#greet(buffer, text, sink) : 0;
    if (!this.#greetingDue) this.#frame(buffer, text, start, sink);
  }

  /** Waits for the first line, which stands alone; a peer that begins with a header has sent no greeting. */
  #greet(buffer: Buffer, text: string, sink: AmiSink): number {
    const newline = text.indexOf("\n");
    const end = newline === -1 ? buffer.length : newline + 1;
    this.#keep(buffer, 0, end);
    this.#checkLine(this.#tailBytes);
    if (newline === -1) return end;
    const line = this.#tail.toString("utf8", 0, this.#tailBytes);
    this.#greetingDue = false;
    if (headerLike.test(line)) {
      this.#lines = 1;
    } else {
      this.end();
      sink(new AmiMessage("greeting", line.trim(), line));
    }
    return end;
  }

  /** Finds the empty lines. This loop is the price of an event that nobody wants. */
  #frame(buffer: Buffer, text: string, from: number, sink: AmiSink): void {
    const { maxLineBytes, maxHeaders } = this.#limits;
    const ascii = isAscii(buffer);
    let inTail = this.#tailBytes > 0;
    let start = inTail ? from : skipEmptyLines(text, from);
    let line = start;
    let lines = this.#lines;
    let carried = this.#lineBytes;
    let firstEnd = -1;
    let end = inTail ? this.#emptyLineAcross(text, from) : 0;
    for (;;) {
      if (end === 0) {
        const newline = text.indexOf("\n", line);
        if (newline === -1) break;
        if (carried + newline - line > maxLineBytes) this.#checkLine(carried + newline - line);
        if (++lines > maxHeaders) throw tooManyHeaders(maxHeaders);
        if (firstEnd === -1) firstEnd = newline;
        carried = 0;
        line = newline + 1;
        if (text.charCodeAt(line) > 13) continue;
        end = emptyLineAt(text, line);
        if (end === 0) continue;
      }
      if (inTail) {
        this.#keep(buffer, start, end);
        start = end;
        if (this.#tailFollowsOn()) {
          line = end;
          carried = 0;
          end = 0;
          continue;
        }
        this.#giveTail(sink);
        inTail = false;
      } else {
        if (text.charCodeAt(start) === 82 && followsOn(text.slice(start, end))) {
          line = end;
          end = 0;
          continue;
        }
        this.#give(buffer, text, start, end, firstEnd, ascii, sink);
      }
      start = skipEmptyLines(text, end);
      line = start;
      lines = 0;
      carried = 0;
      firstEnd = -1;
      end = 0;
    }
    if (start < text.length) this.#keep(buffer, start, text.length);
    this.#lines = lines;
    this.#lineBytes = carried + text.length - line;
    this.#checkLine(this.#lineBytes);
  }

  /** Where the empty line ends that began in the tail or begins at once in this chunk; 0 if there is none. */
  #emptyLineAcross(text: string, from: number): number {
    if (this.#lines === 0) return 0;
    if (this.#lineBytes === 0) return emptyLineAt(text, from);
    return this.#lineBytes === 1 && this.#tail[this.#tailBytes - 1] === 13 && text.charCodeAt(from) === 10
      ? from + 1
      : 0;
  }

  /** A `Response: Follows` may hold empty lines: it goes on until its marker. */
  #tailFollowsOn(): boolean {
    if (
      this.#tail[0] !== 82 ||
      this.#tail.toString("latin1", 0, Math.min(this.#tailBytes, 32)).startsWith(follows) === false
    )
      return false;
    return followsOn(follows + this.#tail.toString("latin1", Math.max(0, this.#tailBytes - 32), this.#tailBytes));
  }

  #giveTail(sink: AmiSink): void {
    const bytes = this.#tail.subarray(0, this.#tailBytes);
    // A large one is handed over instead of copied.
    if (bytes.length > largeMessageBytes) this.#tail = Buffer.alloc(0);
    this.end();
    const text = bytes.toString("latin1", 0, Math.min(bytes.length, largeMessageBytes));
    this.#give(bytes, text, 0, bytes.length, text.indexOf("\n"), isAscii(bytes), sink, true);
  }

  /** One framed message: dropped, or made into an object that shares no memory with the buffer unless that is `owned`. */
  #give(
    buffer: Buffer,
    text: string,
    start: number,
    end: number,
    firstEnd: number,
    ascii: boolean,
    sink: AmiSink,
    owned = false,
  ): void {
    const bytes = end - start;
    if (bytes > this.#limits.maxMessageBytes) throw messageTooLong(this.#limits.maxMessageBytes);
    let name: string | undefined;
    if (text.charCodeAt(start) === 69 && text.startsWith("Event: ", start)) {
      const nameEnd = text.charCodeAt(firstEnd - 1) === 13 ? firstEnd - 1 : firstEnd;
      name = ascii ? text.slice(start + 7, nameEnd) : buffer.toString("utf8", start + 7, nameEnd);
      if (this.#wanted !== undefined && !this.#wanted.has(name)) {
        this.#skipped++;
        return;
      }
    }
    let decoded: string | undefined;
    let raw: Buffer | undefined;
    if (bytes > largeMessageBytes) raw = owned ? buffer : Buffer.from(buffer.subarray(start, end));
    else if (ascii) decoded = buffer.toString("latin1", start, end);
    else {
      const utf8 = buffer.toString("utf8", start, end);
      // The text alone could not restore bytes that are no UTF-8.
      if (utf8.includes("\uFFFD")) raw = Buffer.from(buffer.subarray(start, end));
      decoded = utf8;
    }
    if (name !== undefined) sink(new AmiMessage("event", this.#nameOf(name), decoded, raw));
    else this.#giveOther(new AmiMessage("other", "", decoded, raw), decoded, raw, sink);
  }

  #giveOther(message: AmiMessage, decoded: string | undefined, raw: Buffer | undefined, sink: AmiSink): void {
    const head = decoded ?? raw?.toString("latin1", 0, 512) ?? "";
    const first = /^(event|response|action): ?([^\r\n]*)\r?\n/i.exec(head);
    let kind = kinds[first?.[1]?.toLowerCase() ?? ""];
    let name = first?.[2] ?? "";
    if (kind === undefined) {
      message.forEach((header, value) => {
        if (kind !== undefined) return;
        kind = kinds[header.toLowerCase()];
        name = value;
      });
    }
    if (kind === "event" && this.#wanted?.has(name) === false) this.#skipped++;
    else sink(kind === undefined ? message : new AmiMessage(kind, this.#nameOf(name), decoded, raw));
  }

  /** One string for each name: a slice of the chunk's text would hold on to all of it. */
  #nameOf(name: string): string {
    const known = this.#names.get(name);
    if (known !== undefined) return known;
    const own = Buffer.from(name, "utf8").toString("utf8");
    if (this.#names.size < maxNames) this.#names.set(own, own);
    return own;
  }

  #keep(buffer: Buffer, start: number, end: number): void {
    const bytes = this.#tailBytes + end - start;
    if (bytes > this.#limits.maxMessageBytes) throw messageTooLong(this.#limits.maxMessageBytes);
    if (bytes > this.#tail.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(4096, bytes, this.#tail.length * 2));
      this.#tail.copy(grown, 0, 0, this.#tailBytes);
      this.#tail = grown;
    }
    buffer.copy(this.#tail, this.#tailBytes, start, end);
    this.#tailBytes = bytes;
  }

  #checkLine(bytes: number): void {
    const { maxLineBytes } = this.#limits;
    if (bytes > maxLineBytes) {
      throw new AmiProtocolError(
        "AMI_LINE_TOO_LONG",
        `An AMI line is longer than ${maxLineBytes} bytes (limits.maxLineBytes)`,
        { retryable: true },
      );
    }
  }
}

/** Decodes a whole recording at once. What follows the last empty line is left out. */
export function decodeAll(bytes: Uint8Array, options?: AmiDecoderOptions): AmiMessage[] {
  const messages: AmiMessage[] = [];
  const decoder = new AmiDecoder(options);
  decoder.push(bytes, (message) => messages.push(message));
  decoder.end();
  return messages;
}

function skipEmptyLines(text: string, from: number): number {
  let start = from;
  while (text.charCodeAt(start) === 13 || text.charCodeAt(start) === 10) start++;
  return start;
}

function emptyLineAt(text: string, line: number): number {
  const next = text.charCodeAt(line);
  if (next === 10) return line + 1;
  return next === 13 && text.charCodeAt(line + 1) === 10 ? line + 2 : 0;
}

function followsOn(message: string): boolean {
  return message.startsWith(follows) && !/--END COMMAND--\s*$/.test(message.slice(-32));
}

function tooManyHeaders(limit: number): AmiProtocolError {
  return new AmiProtocolError(
    "AMI_TOO_MANY_HEADERS",
    `An AMI message has more than ${limit} lines (limits.maxHeaders)`,
    { retryable: true },
  );
}

function messageTooLong(limit: number): AmiProtocolError {
  return new AmiProtocolError(
    "AMI_MESSAGE_TOO_LONG",
    `An AMI message is longer than ${limit} bytes (limits.maxMessageBytes)`,
    { retryable: true },
  );
}
