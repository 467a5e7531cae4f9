/** RTP packets (RFC 3550) and the telephone events in them (RFC 4733); pure. */

/** What a phone needs of an RTP packet. */
export interface RtpPacket {
  readonly payloadType: number;
  readonly marker: boolean;
  readonly sequence: number;
  readonly timestamp: number;
  readonly ssrc: number;
  readonly payload: Uint8Array;
}

/** Writes a packet. */
export function formatRtp(packet: RtpPacket): Uint8Array {
  const bytes = new Uint8Array(12 + packet.payload.length);
  const view = new DataView(bytes.buffer);
  bytes[0] = 0x80;
  bytes[1] = (packet.marker ? 0x80 : 0) | packet.payloadType;
  view.setUint16(2, packet.sequence & 0xffff);
  view.setUint32(4, packet.timestamp >>> 0);
  view.setUint32(8, packet.ssrc >>> 0);
  bytes.set(packet.payload, 12);
  return bytes;
}

/** Reads a packet; undefined if it is none (RTCP, version, too short). */
export function parseRtp(bytes: Uint8Array): RtpPacket | undefined {
  if (bytes.length < 12 || ((bytes[0] as number) & 0xc0) !== 0x80) return undefined;
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const [first, second] = [bytes[0] as number, bytes[1] as number];
  // RTCP on the same port: packet types 200 to 204 (RFC 5761 section 4).
  if (second >= 200 && second <= 204) return undefined;
  let start = 12 + 4 * (first & 0x0f);
  if (first & 0x10) {
    if (bytes.length < start + 4) return undefined;
    start += 4 + 4 * view.getUint16(start + 2);
  }
  const end = first & 0x20 ? bytes.length - (bytes.at(-1) as number) : bytes.length;
  if (start > end) return undefined;
  return {
    payloadType: second & 0x7f,
    marker: (second & 0x80) !== 0,
    sequence: view.getUint16(2),
    timestamp: view.getUint32(4),
    ssrc: view.getUint32(8),
    payload: bytes.subarray(start, end),
  };
}

const digits = "0123456789*#ABCD";

/** One step of a telephone event: the digit, whether it is over, and for how many samples it has lasted. */
export interface TelephoneEvent {
  readonly digit: string;
  readonly end: boolean;
  readonly duration: number;
}

/** Writes the payload of a telephone event at -10 dBm0. @throws RangeError for what is no DTMF digit */
export function formatTelephoneEvent({ digit, end, duration }: TelephoneEvent): Uint8Array {
  const code = digits.indexOf(digit.toUpperCase());
  if (code < 0 || digit.length !== 1) throw new RangeError(`"${digit}" is no DTMF digit: use 0-9, *, #, A-D.`);
  return Uint8Array.of(code, (end ? 0x80 : 0) | 10, duration >> 8, duration & 0xff);
}

/** Reads the payload of a telephone event; undefined if it is none, or not DTMF. */
export function parseTelephoneEvent(payload: Uint8Array): TelephoneEvent | undefined {
  const [code, flags, high, low] = payload;
  if (code === undefined || flags === undefined || high === undefined || low === undefined) return undefined;
  const digit = digits[code];
  return digit === undefined ? undefined : { digit, end: (flags & 0x80) !== 0, duration: (high << 8) | low };
}
