import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatRtp, formatTelephoneEvent, parseRtp, parseTelephoneEvent } from "./rtp.ts";

describe("an RTP packet", () => {
  it("comes back from its own bytes as it was", () => {
    const packet = fc.record({
      payloadType: fc.constantFrom(0, 101),
      marker: fc.boolean(),
      sequence: fc.integer({ min: 0, max: 0xffff }),
      timestamp: fc.integer({ min: 0, max: 0xffffffff }),
      ssrc: fc.integer({ min: 0, max: 0xffffffff }),
      payload: fc.uint8Array({ maxLength: 200 }),
    });
    fc.assert(
      fc.property(packet, (one) => {
        expect(parseRtp(formatRtp(one))).toEqual(one);
      }),
    );
  });

  it("is read behind contributors, an extension and before padding", () => {
    const head = [0x80 | 0x20 | 0x10 | 1, 0, 0, 1, 0, 0, 0, 2, 0, 0, 0, 3];
    const bytes = Uint8Array.from([...head, 9, 9, 9, 9, 0, 0, 0, 1, 8, 8, 8, 8, 42, 43, 0, 2]);
    expect(parseRtp(bytes)?.payload).toEqual(Uint8Array.of(42, 43));
  });

  it("is none, if it is RTCP, too short, or says that it is longer than it is", () => {
    expect(parseRtp(Uint8Array.from([0x80, 200, ...Array<number>(20).fill(0)]))).toBeUndefined();
    expect(parseRtp(new Uint8Array(11))).toBeUndefined();
    expect(parseRtp(Uint8Array.from([0x8f, 0, ...Array<number>(12).fill(0)]))).toBeUndefined();
    expect(() => {
      fc.assert(fc.property(fc.uint8Array({ maxLength: 60 }), (bytes) => void parseRtp(bytes)));
    }).not.toThrow();
  });
});

describe("a telephone event", () => {
  it.each("0123456789*#ABCD".split(""))("carries %s", (digit) => {
    const event = { digit, end: true, duration: 800 };
    expect(parseTelephoneEvent(formatTelephoneEvent(event))).toEqual(event);
  });

  it("carries nothing else", () => {
    for (const digit of ["", "E", "12"]) {
      expect(() => formatTelephoneEvent({ digit, end: false, duration: 0 })).toThrow(RangeError);
    }
    expect(parseTelephoneEvent(Uint8Array.of(16, 0, 0, 0))).toBeUndefined();
    expect(parseTelephoneEvent(Uint8Array.of(1))).toBeUndefined();
  });
});
