import { AriProtocolError } from "./errors.ts";

/** RFC 6455 section 5.2. */
const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const;

/** Pieces that one message may come in: each costs memory of its own, however short it is. */
const MAX_FRAGMENTS = 65_536;

/** What a decoder found, in the order of the bytes. */
export interface FrameSink {
  text(text: string): void;
  ping(payload: Buffer): void;
  pong(): void;
  /** 1005 if the peer gave no code. */
  close(code: number, reason: string): void;
}

const violated = (what: string): AriProtocolError =>
  new AriProtocolError("ARI_PROTOCOL", `The server broke the WebSocket protocol: ${what}.`);

/**
 * Frames of a WebSocket server (never masked), out of bytes cut anywhere. Binary messages are skipped, as Asterisk
 * itself does. Bytes that are not UTF-8 become U+FFFD: one bad caller name must not cost the link.
 *
 * The `ws` package costs 30 ms to load and half a microsecond more for each event; this client needs the half of
 * RFC 6455 that Asterisk speaks. Extensions are never offered, so a reserved bit is an error.
 */
export class FrameDecoder {
  readonly #sink: FrameSink;
  readonly #maxMessageBytes: number;
  /** Bytes that must be there before parsing goes on, so that a large message in small pieces is not copied each time. */
  #need = 2;
  #held: Buffer[] = [];
  #heldBytes = 0;
  /** Opcode of the fragmented message under way, 0 if none. */
  #open = 0;
  #fragments: Buffer[] = [];
  #fragmentBytes = 0;

  constructor(sink: FrameSink, maxMessageBytes: number) {
    this.#sink = sink;
    this.#maxMessageBytes = maxMessageBytes;
  }

  /**
   * Takes the next bytes and tells the sink what they complete.
   * @throws {AriProtocolError} `ARI_PROTOCOL`: nothing that follows can be understood, drop the connection.
   */
  push(bytes: Buffer): void {
    let chunk = bytes;
    if (this.#heldBytes > 0) {
      this.#held.push(bytes);
      this.#heldBytes += bytes.length;
      if (this.#heldBytes < this.#need) return;
      chunk = Buffer.concat(this.#held, this.#heldBytes);
      this.#held = [];
      this.#heldBytes = 0;
    }
    let at = 0;
    for (;;) {
      const end = this.#frame(chunk, at);
      if (end < 0) break;
      at = end;
    }
    if (at === chunk.length) return;
    this.#held.push(chunk.subarray(at));
    this.#heldBytes = chunk.length - at;
  }

  /** Reads one frame at `at`; returns where the next begins, or -1 with `#need` set if bytes are missing. */
  #frame(chunk: Buffer, at: number): number {
    const available = chunk.length - at;
    if (available < 2) return this.#missing(2);
    const first = chunk[at] ?? 0;
    const second = chunk[at + 1] ?? 0;
    if ((first & 0x70) !== 0) throw violated("a reserved bit is set");
    if ((second & 0x80) !== 0) throw violated("a server's frame is masked");
    let length = second & 0x7f;
    let header = 2;
    if (length === 126) {
      if (available < 4) return this.#missing(4);
      length = chunk.readUInt16BE(at + 2);
      header = 4;
    } else if (length === 127) {
      if (available < 10) return this.#missing(10);
      const long = chunk.readBigUInt64BE(at + 2);
      length = long > BigInt(this.#maxMessageBytes) ? Infinity : Number(long);
      header = 10;
    }
    if (length + this.#fragmentBytes > this.#maxMessageBytes)
      throw violated(`a message is longer than ${this.#maxMessageBytes} bytes`);
    if (available < header + length) return this.#missing(header + length);
    const start = at + header;
    const end = start + length;
    this.#take(first & 0x0f, (first & 0x80) !== 0, chunk, start, end);
    return end;
  }

  #missing(need: number): -1 {
    this.#need = need;
    return -1;
  }

  #take(opcode: number, final: boolean, chunk: Buffer, start: number, end: number): void {
    if (opcode === OPCODE.text && final) {
      if (this.#open !== 0) throw violated("a message begins inside another");
      this.#sink.text(chunk.toString("utf8", start, end));
    } else if (opcode >= OPCODE.close) this.#control(opcode, final, chunk.subarray(start, end));
    else this.#fragment(opcode, final, chunk.subarray(start, end));
  }

  #control(opcode: number, final: boolean, payload: Buffer): void {
    if (!final || payload.length > 125) throw violated("a control frame is fragmented or too long");
    if (opcode === OPCODE.ping) this.#sink.ping(payload);
    else if (opcode === OPCODE.pong) this.#sink.pong();
    else if (opcode === OPCODE.close) {
      this.#sink.close(payload.length >= 2 ? payload.readUInt16BE(0) : 1005, payload.toString("utf8", 2));
    } else throw violated(`opcode ${opcode} is unknown`);
  }

  #fragment(opcode: number, final: boolean, payload: Buffer): void {
    if (opcode === OPCODE.continuation) {
      if (this.#open === 0) throw violated("a message goes on that never began");
    } else if (opcode > OPCODE.binary) throw violated(`opcode ${opcode} is unknown`);
    else {
      if (this.#open !== 0) throw violated("a message begins inside another");
      this.#open = opcode;
    }
    if (payload.length > 0) this.#fragments.push(payload);
    if (this.#fragments.length > MAX_FRAGMENTS) throw violated(`a message comes in more than ${MAX_FRAGMENTS} pieces`);
    this.#fragmentBytes += payload.length;
    if (!final) return;
    const text = this.#open === OPCODE.text ? Buffer.concat(this.#fragments).toString("utf8") : undefined;
    this.#open = 0;
    this.#fragments = [];
    this.#fragmentBytes = 0;
    if (text !== undefined) this.#sink.text(text);
  }
}

function frame(opcode: number, payload: Buffer, mask: Buffer): Buffer {
  const { length } = payload;
  const header = length < 126 ? 2 : length < 65_536 ? 4 : 10;
  const out = Buffer.allocUnsafe(header + 4 + length);
  out[0] = 0x80 | opcode;
  if (header === 2) out[1] = 0x80 | length;
  else if (header === 4) {
    out[1] = 0x80 | 126;
    out.writeUInt16BE(length, 2);
  } else {
    out[1] = 0x80 | 127;
    out.writeBigUInt64BE(BigInt(length), 2);
  }
  mask.copy(out, header);
  const start = header + 4;
  for (let i = 0; i < length; i++) out[start + i] = (payload[i] ?? 0) ^ (mask[i & 3] ?? 0);
  return out;
}

/** A client's text message, masked with the four given bytes as RFC 6455 5.3 asks. */
export const textFrame = (text: string, mask: Buffer): Buffer => frame(OPCODE.text, Buffer.from(text), mask);

export const pingFrame = (mask: Buffer): Buffer => frame(OPCODE.ping, Buffer.alloc(0), mask);

/** The answer to a ping carries its payload. */
export const pongFrame = (payload: Buffer, mask: Buffer): Buffer => frame(OPCODE.pong, payload, mask);

export function closeFrame(code: number, mask: Buffer): Buffer {
  const payload = Buffer.alloc(2);
  payload.writeUInt16BE(code, 0);
  return frame(OPCODE.close, payload, mask);
}
