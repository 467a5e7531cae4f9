import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { MessageTooLong, SseParser } from "./sse-parser.ts";

/** All messages of a text that comes in pieces of these lengths, and then the rest. */
function parse(text: string, lengths: readonly number[] = [], maxLength = 1000): string[] {
  const parser = new SseParser(maxLength);
  const messages: string[] = [];
  let at = 0;
  for (const length of [...lengths, text.length]) {
    messages.push(...parser.push(text.slice(at, at + length)));
    at += length;
  }
  return messages;
}

describe("the parser of server-sent events", () => {
  it("gives the data of each message, and nothing for comments, ids and unknown fields", () => {
    expect(parse(": hello\n\nid: 1\nevent: x\ndata: a\nother: y\n\ndata:b\n\n")).toEqual(["a", "b"]);
  });

  it("joins several lines of data, and knows a field without a value", () => {
    expect(parse("data: a\ndata\ndata:  b\n\n")).toEqual(["a\n\n b"]);
  });

  it("gives no message that is not finished, and none without data", () => {
    expect(parse("data: a\n")).toEqual([]);
    expect(parse("id: 1\n\n")).toEqual([]);
    expect(parse("database: 1\n\n")).toEqual([]);
  });

  it("gives the same however the text is cut, with every kind of line end", () => {
    const line = fc.oneof(
      fc.constant(""),
      fc.string({ maxLength: 5 }).map((text) => `data: ${text.replaceAll(/[\r\n]/g, "")}`),
      fc.constantFrom("id: 7", ": note", "data"),
    );
    const ends = fc.constantFrom("\n", "\r\n", "\r");
    fc.assert(
      fc.property(fc.array(line), ends, fc.array(fc.integer({ min: 0, max: 7 })), (lines, end, lengths) => {
        const whole = parse(lines.map((each) => `${each}\n`).join(""), [], 100_000);
        expect(parse(lines.map((each) => each + end).join(""), lengths, 100_000)).toEqual(whole);
      }),
    );
  });

  it("refuses a message that is too long, in one line or in many, finished or not", () => {
    expect(() => parse("x".repeat(1001))).toThrow(MessageTooLong);
    expect(() => parse("data: 12345\n".repeat(100))).toThrow(MessageTooLong);
    expect(parse(`data: 1\n\n${"data: 12345\n\n".repeat(100)}`)).toHaveLength(101);
    expect(parse(`${`: ${"x".repeat(900)}\n`.repeat(100)}data: 1\n\n`)).toEqual(["1"]);
  });

  it("costs no more than its length, in however small pieces it comes", () => {
    const parser = new SseParser(2_000_000);
    for (let piece = 0; piece < 200_000; piece++) parser.push("12345");
    expect(parser.push("\ndata: a\n\n")).toEqual(["a"]);
  });
});
