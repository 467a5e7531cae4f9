import { Buffer, isAscii } from "node:buffer";
import { endCommand } from "./command-output.ts";
import { borrowScanner, type EmptyLineScanner, returnScanner, scanBytes } from "./empty-line-scanner.ts";
import { type AmiLimits, checkLineBytes, checkMessage, checkMessageBytes, defaultLimits } from "./limits.ts";
import { AmiMessage, largeMessageBytes, type AmiMessageKind } from "./message.ts";
import { endOfLine, NameTable } from "./name-table.ts";

export interface AmiDecoderOptions {
  readonly limits?: Partial<AmiLimits>;
  /** Whether the peer begins with a greeting line, as a server does. Default true; a proxy reading its clients says false. */
  readonly greeting?: boolean;
}

export type AmiSink = (message: AmiMessage) => void;

/** A buffer for messages in pieces that has grown beyond this is not kept for the next one. */
const keepTailBytes = 65_536;
const CR = 13;
const LF = 10;
const headerLike = /^[A-Za-z][A-Za-z0-9_-]*:/;
const eventHeader = Buffer.from("Event: ");
const followsHeader = Buffer.from("Response: Follows");
/** A map, not an object: a peer may well name a header `constructor`. */
const kinds: ReadonlyMap<string, AmiMessageKind> = new Map([
  ["event", "event"],
  ["response", "response"],
  ["action", "action"],
]);

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
  readonly #names = new NameTable();
  /** The table of the wanted names, `undefined` for all. */
  #wanted: NameTable | undefined;
  #greetingDue: boolean;
  #failure: unknown;
  #failed = false;
  #skipped = 0;
  /** The unfinished message: its bytes so far, and how long its incomplete last line is. */
  #tail: Buffer = Buffer.alloc(0);
  #tailBytes = 0;
  #lineBytes = 0;

  constructor(options: AmiDecoderOptions = {}) {
    this.#limits = { ...defaultLimits, ...options.limits };
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
    this.#wanted = names === undefined ? undefined : new NameTable(names);
  }

  /**
   * Gives each message that these bytes complete to `sink`, in order.
   *
   * @throws AmiProtocolError when a limit is passed; messages before that have been given out, and every later
   *   push throws the same. `sink` must not throw: what it throws ends the decoder likewise.
   */
  push(chunk: Uint8Array, sink: AmiSink): void {
    const buffer = Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength);
    if (this.#failed) throw this.#failure;
    const scanner = borrowScanner();
    try {
      const from = this.#greetingDue ? this.#greet(buffer, sink) : 0;
      for (let start = from; start < buffer.length; start += scanBytes) {
        this.#frame(buffer, start, Math.min(start + scanBytes, buffer.length), scanner, sink);
      }
    } catch (error) {
      this.#failed = true;
      this.#failure = error;
      this.end();
      throw error;
    } finally {
      returnScanner(scanner);
    }
  }

  /** The peer has ended: forgets an unfinished message and returns how many bytes of it there were. */
  end(): number {
    const bytes = this.#tailBytes;
    this.#tailBytes = 0;
    this.#lineBytes = 0;
    if (this.#tail.length > keepTailBytes) this.#tail = Buffer.alloc(0);
    return bytes;
  }

  /** Waits for the first line, which stands alone; a peer that begins with a header has sent no greeting. Returns where the rest begins. */
  #greet(buffer: Buffer, sink: AmiSink): number {
    const newline = buffer.indexOf(LF);
    const end = newline === -1 ? buffer.length : newline + 1;
    this.#keep(buffer, 0, end);
    checkLineBytes(this.#tailBytes, this.#limits);
    if (newline === -1) return end;
    const line = this.#tail.toString("utf8", 0, this.#tailBytes);
    this.#greetingDue = false;
    if (!headerLike.test(line)) {
      this.end();
      sink(new AmiMessage("greeting", line.trim(), line));
    }
    return end;
  }

  /** Cuts one piece of a chunk into messages, at its empty lines. */
  #frame(buffer: Buffer, from: number, to: number, scanner: EmptyLineScanner, sink: AmiSink): void {
    const count = scanner.scan(buffer, from, to);
    const ascii = isAscii(from === 0 && to === buffer.length ? buffer : buffer.subarray(from, to));
    let inTail = this.#tailBytes > 0;
    let start = inTail ? from : skipEmptyLines(buffer, from, to);
    const across = inTail ? this.#emptyLineAcross(buffer, from, to) : 0;
    if (across > 0 && this.#finishTail(buffer, from, across, sink)) {
      inTail = false;
      start = skipEmptyLines(buffer, across, to);
    } else if (across > 0) start = across;
    for (let index = 0; index < count; index++) {
      const newline = from + (scanner.found[index] as number);
      if (newline < start) continue;
      const end = buffer[newline + 1] === LF ? newline + 2 : newline + 3;
      if (inTail) {
        inTail = !this.#finishTail(buffer, start, end, sink);
        if (inTail) {
          start = end;
          continue;
        }
      } else {
        if (buffer[start] === 82 && followsOn(buffer, start, end)) continue;
        this.#give(buffer, start, end, ascii, false, sink);
      }
      start = skipEmptyLines(buffer, end, to);
    }
    if (start >= to) return;
    const lastNewline = buffer.subarray(start, to).lastIndexOf(LF);
    this.#keep(buffer, start, to);
    this.#lineBytes = lastNewline === -1 ? this.#lineBytes + to - start : to - start - lastNewline - 1;
    checkLineBytes(this.#lineBytes, this.#limits);
  }

  /** Where the empty line ends that began in the tail, or begins at once in this piece; 0 if there is none. */
  #emptyLineAcross(buffer: Buffer, from: number, to: number): number {
    if (this.#lineBytes === 0) {
      if (buffer[from] === LF) return from + 1;
      return from + 1 < to && buffer[from] === CR && buffer[from + 1] === LF ? from + 2 : 0;
    }
    return this.#lineBytes === 1 && this.#tail[this.#tailBytes - 1] === CR && buffer[from] === LF ? from + 1 : 0;
  }

  /** Adds what ends the tail's message and gives it out; false if that was an empty line inside a `Response: Follows`. */
  #finishTail(buffer: Buffer, start: number, end: number, sink: AmiSink): boolean {
    this.#keep(buffer, start, end);
    this.#lineBytes = 0;
    if (followsOn(this.#tail, 0, this.#tailBytes)) return false;
    const bytes = this.#tail.subarray(0, this.#tailBytes);
    const isLarge = bytes.length > largeMessageBytes;
    // A large one is handed over instead of copied.
    if (isLarge) this.#tail = Buffer.alloc(0);
    this.end();
    this.#give(bytes, 0, bytes.length, isAscii(bytes), isLarge, sink);
    return true;
  }

  /** One framed message: dropped, or made into an object that shares no memory with the buffer unless it owns it. */
  #give(buffer: Buffer, start: number, end: number, ascii: boolean, owned: boolean, sink: AmiSink): void {
    const bytes = end - start;
    const { maxLineBytes, maxHeaders, maxMessageBytes } = this.#limits;
    // A shorter one cannot break a limit.
    if (bytes > maxLineBytes || bytes > maxHeaders || bytes > maxMessageBytes)
      checkMessage(buffer, start, end, this.#limits);
    let name: string | undefined;
    if (buffer[start] === 69 && isAt(buffer, start, eventHeader)) {
      const nameStart = start + eventHeader.length;
      const nameEnd = endOfLine(buffer, nameStart, end);
      name = (this.#wanted ?? this.#names).find(buffer, nameStart, nameEnd);
      if (name === undefined) {
        if (this.#wanted !== undefined) {
          this.#skipped++;
          return;
        }
        name = buffer.toString("utf8", nameStart, nameEnd);
        this.#names.learn(name);
      }
    }
    let text: string | undefined;
    let raw: Buffer | undefined;
    if (bytes > largeMessageBytes) raw = owned ? buffer : Buffer.from(buffer.subarray(start, end));
    else if (ascii) text = buffer.toString("latin1", start, end);
    else {
      text = buffer.toString("utf8", start, end);
      // The text alone could not restore bytes that are no UTF-8.
      if (text.includes("\uFFFD")) raw = Buffer.from(buffer.subarray(start, end));
    }
    if (name === undefined) this.#giveOther(text, raw, sink);
    else sink(new AmiMessage("event", name, text, raw));
  }

  /** A response, an action, or an event that does not begin as Asterisk's do. */
  #giveOther(text: string | undefined, raw: Buffer | undefined, sink: AmiSink): void {
    const message = new AmiMessage("other", "", text, raw);
    const first = /^(event|response|action): ?([^\r\n]*)\r?\n/i.exec(text ?? raw?.toString("latin1", 0, 512) ?? "");
    let kind = kinds.get(first?.[1]?.toLowerCase() ?? "");
    let name = first?.[2] ?? "";
    if (kind === undefined) {
      message.forEach((header, value) => {
        if (kind !== undefined) return;
        kind = kinds.get(header.toLowerCase());
        name = value;
      });
    }
    const own = Buffer.from(name, "utf8");
    if (kind === "event" && this.#wanted !== undefined && this.#wanted.find(own, 0, own.length) === undefined)
      this.#skipped++;
    else sink(kind === undefined ? message : new AmiMessage(kind, own.toString("utf8"), text, raw));
  }

  #keep(buffer: Buffer, start: number, end: number): void {
    const bytes = this.#tailBytes + end - start;
    checkMessageBytes(bytes, this.#limits);
    if (bytes > this.#tail.length) {
      const grown = Buffer.allocUnsafeSlow(Math.max(4096, bytes, this.#tail.length * 2));
      this.#tail.copy(grown, 0, 0, this.#tailBytes);
      this.#tail = grown;
    }
    buffer.copy(this.#tail, this.#tailBytes, start, end);
    this.#tailBytes = bytes;
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

function skipEmptyLines(buffer: Buffer, from: number, to: number): number {
  let start = from;
  while (start < to && (buffer[start] === CR || buffer[start] === LF)) start++;
  return start;
}

function isAt(buffer: Buffer, start: number, bytes: Buffer): boolean {
  for (let index = 0; index < bytes.length; index++) if (buffer[start + index] !== bytes[index]) return false;
  return true;
}

/** A `Response: Follows` may hold empty lines: it goes on until its marker. */
function followsOn(buffer: Buffer, start: number, end: number): boolean {
  if (!isAt(buffer, start, followsHeader)) return false;
  return !buffer
    .toString("latin1", Math.max(start, end - 32), end)
    .trimEnd()
    .endsWith(endCommand);
}
