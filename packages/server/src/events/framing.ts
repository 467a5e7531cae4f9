/** How a message is written on a wire. */
export interface Framing {
  readonly name: "websocket" | "sse";
  /** `cursor`: where somebody goes on who got this last; undefined for a message that is no such place. */
  frame(type: string, cursor: string | undefined, json: string): Buffer;
}

/** One unmasked text frame (RFC 6455, section 5.2). */
export const webSocketFraming: Framing = {
  name: "websocket",
  frame(_type, _cursor, json) {
    const length = Buffer.byteLength(json);
    const headLength = length < 126 ? 2 : length < 0x1_00_00 ? 4 : 10;
    const frame = Buffer.allocUnsafe(headLength + length);
    frame[0] = 0x81;
    if (headLength === 2) frame[1] = length;
    else if (headLength === 4) {
      frame[1] = 126;
      frame.writeUInt16BE(length, 2);
    } else {
      frame[1] = 127;
      frame.writeBigUInt64BE(BigInt(length), 2);
    }
    frame.write(json, headLength);
    return frame;
  },
};

/** One server-sent event. JSON holds no line break, so one data line is enough. */
export const sseFraming: Framing = {
  name: "sse",
  frame(type, cursor, json) {
    const id = cursor === undefined ? "" : `id: ${cursor}\n`;
    return Buffer.from(`${id}event: ${type}\ndata: ${json}\n\n`);
  },
};
