import { describe, expect, it } from "vitest";
import { people } from "../config/lab-numbers.ts";
import { decodeUlaw, encodeUlaw } from "./g711.ts";
import { mixPayloads, musicSamples, voiceFrequency, voicePayload, whoSpeaks } from "./voices.ts";

const numbers = people.map(({ number }) => number);

describe("a voice", () => {
  it("is a frequency of its own for every number of the lab", () => {
    expect(new Set(numbers.map(voiceFrequency)).size).toBe(numbers.length);
  });

  it.each(numbers)("of %s is known again", (number) => {
    expect(whoSpeaks(voicePayload(number))).toEqual([number]);
  });

  it("is known again wherever a packet begins", () => {
    const twice = Uint8Array.from([...voicePayload("1002"), ...voicePayload("1002")]);
    for (let start = 0; start < 160; start += 7)
      expect(whoSpeaks(twice.subarray(start, start + 160))).toEqual(["1002"]);
  });

  it("is known again in every mixture of two and three", () => {
    for (const [first, one] of numbers.entries()) {
      for (const [second, other] of numbers.entries()) {
        if (second <= first) continue;
        expect(whoSpeaks(mixPayloads([one, other].map(voicePayload)))).toEqual([one, other].sort());
        for (const third of numbers.slice(second + 1)) {
          expect(whoSpeaks(mixPayloads([one, other, third].map(voicePayload)))).toEqual([one, other, third].sort());
        }
      }
    }
  });

  it("is known again after it went through linear sound and back", () => {
    const again = voicePayload("1000").map((byte) => encodeUlaw(decodeUlaw(byte)));
    expect(whoSpeaks(again)).toEqual(["1000"]);
  });
});

describe("what is no voice", () => {
  it("is silence, if it is very soft, or nothing", () => {
    expect(whoSpeaks(new Uint8Array(160).fill(0xff))).toEqual(["silence"]);
    expect(whoSpeaks(new Uint8Array(160).fill(0x7f))).toEqual(["silence"]);
    expect(whoSpeaks(new Uint8Array())).toEqual(["silence"]);
  });

  it("is music, if it is the lab's chord", () => {
    expect(whoSpeaks(Uint8Array.from(musicSamples(1).subarray(80, 240), encodeUlaw))).toEqual(["music"]);
  });

  it("is sound, if it is anything else: noise, or a ringing tone", () => {
    let seed = 1;
    const noise = Uint8Array.from({ length: 160 }, () => (seed = (seed * 16_807) % 2_147_483_647) & 0xff);
    const tone = (hertz: number, index: number): number => 4000 * Math.sin((2 * Math.PI * hertz * index) / 8000);
    const ringing = Uint8Array.from({ length: 160 }, (_, index) => encodeUlaw(tone(440, index) + tone(480, index)));
    expect(whoSpeaks(noise)).toEqual(["sound"]);
    expect(whoSpeaks(ringing)).toEqual(["sound"]);
  });
});

describe("G.711", () => {
  it("gives every byte back, the negative zero as zero", () => {
    for (let byte = 0; byte < 256; byte++) expect(encodeUlaw(decodeUlaw(byte))).toBe(byte === 0x7f ? 0xff : byte);
  });

  it("knows the end points of the table in the recommendation", () => {
    expect([decodeUlaw(0x00), decodeUlaw(0x80), decodeUlaw(0xff)]).toEqual([-32_124, 32_124, 0]);
    expect(encodeUlaw(40_000)).toBe(0x80);
  });
});
