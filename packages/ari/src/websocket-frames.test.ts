import * as fc from "fast-check";
import type { Writable } from "node:stream";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import * as ws from "ws";
import { describe, expect, it } from "vitest";
import { AriError } from "./errors.ts";
import { closeFrame, FrameDecoder, pingFrame, pongFrame, textFrame } from "./websocket-frames.ts";

/** Parts of the ws package that its types leave out. */
const { Receiver, Sender } = ws as unknown as {
  Receiver: new (options: { isServer: boolean }) => Writable;
  Sender: { frame(payload: Buffer, options: object): Buffer[] };
};

setFlagsFromString("--expose-gc");

type Found = readonly [kind: string, ...unknown[]];

function decoder(maxMessageBytes = 1_000_000): { found: Found[]; decoder: FrameDecoder } {
  const found: Found[] = [];
  const made = new FrameDecoder(
    {
      text: (text) => found.push(["text", text]),
      ping: (payload) => found.push(["ping", payload.toString()]),
      pong: () => found.push(["pong"]),
      close: (code, reason) => found.push(["close", code, reason]),
    },
    maxMessageBytes,
  );
  return { found, decoder: made };
}

/** What the ws package sends as a server. */
const serverFrame = (opcode: number, payload: Buffer, fin = true): Buffer =>
  Buffer.concat(Sender.frame(payload, { fin, opcode, mask: false, readOnly: true, rsv1: false }));

const stream = Buffer.concat([
  serverFrame(1, Buffer.from('{"a":"größe €"}')),
  serverFrame(9, Buffer.from("ping")),
  serverFrame(1, Buffer.from("x".repeat(126))),
  serverFrame(1, Buffer.from("two ")),
  serverFrame(1, Buffer.from("in "), false),
  serverFrame(10, Buffer.alloc(0)),
  serverFrame(0, Buffer.from("pieces "), false),
  serverFrame(0, Buffer.from("€")),
  serverFrame(2, Buffer.from("binary")),
  serverFrame(1, Buffer.from("y".repeat(70_000))),
  serverFrame(8, Buffer.from([0x03, 0xe9, 0x62, 0x79, 0x65])),
]);
const expected: readonly Found[] = [
  ["text", '{"a":"größe €"}'],
  ["ping", "ping"],
  ["text", "x".repeat(126)],
  ["text", "two "],
  ["pong"],
  ["text", "in pieces €"],
  ["text", "y".repeat(70_000)],
  ["close", 1001, "bye"],
];

const collectGarbage = runInNewContext("gc") as () => void;

const thrownBy = (run: () => void): unknown => {
  try {
    run();
    return undefined;
  } catch (error) {
    return error;
  }
};

describe("the frame decoder", () => {
  it("reads what the ws package writes", () => {
    const { found, decoder: made } = decoder();
    made.push(stream);
    expect(found).toEqual(expected);
  });

  it("finds the same wherever the bytes are cut", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 1, maxLength: 60 }), (sizes) => {
        const { found, decoder: made } = decoder();
        let at = 0;
        for (let i = 0; at < stream.length; i++) {
          const size = at > 600 && at < 70_000 ? 10_000 : (sizes[i % sizes.length] ?? 1);
          made.push(stream.subarray(at, at + size));
          at += size;
        }
        expect(found).toEqual(expected);
      }),
      { numRuns: 200 },
    );
    const { found, decoder: made } = decoder();
    for (const byte of stream.subarray(0, 500)) made.push(Buffer.from([byte]));
    expect(found).toEqual(expected.slice(0, 6));
  });

  it("takes bytes that are not UTF-8 for what they are: one bad name costs no link", () => {
    const { found, decoder: made } = decoder();
    made.push(serverFrame(1, Buffer.from([0x61, 0xff, 0x62])));
    expect(found).toEqual([["text", "a\ufffdb"]]);
  });

  it.each([
    ["a masked frame", Buffer.from([0x81, 0x81, 0, 0, 0, 0, 0])],
    ["a reserved bit", Buffer.from([0xc1, 0x00])],
    ["an unknown opcode", Buffer.from([0x83, 0x00])],
    ["an unknown control opcode", Buffer.from([0x8b, 0x00])],
    ["a fragmented ping", Buffer.from([0x09, 0x00])],
    ["a long ping", serverFrame(9, Buffer.alloc(126))],
    ["a continuation of nothing", Buffer.from([0x80, 0x00])],
    ["a message inside another", Buffer.from([0x01, 0x00, 0x01, 0x00])],
    ["a whole message inside another", Buffer.from([0x01, 0x00, 0x81, 0x00])],
    ["a message over the limit", Buffer.from([0x81, 0x7e, 0x10, 0x01])],
    ["a message of 2^63 bytes", Buffer.from([0x81, 0x7f, 0x80, 0, 0, 0, 0, 0, 0, 0])],
    [
      "fragments over the limit",
      Buffer.concat([serverFrame(1, Buffer.alloc(4_000), false), serverFrame(0, Buffer.alloc(4_000))]),
    ],
  ])("refuses %s with a typed error", (_, bytes) => {
    const { decoder: made } = decoder(4_096);
    expect(() => made.push(bytes)).toThrow(expect.objectContaining({ code: "ARI_PROTOCOL" }));
  });

  it("throws nothing but its own errors on random bytes, and holds no more than its limit", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 20 }), (chunks) => {
        const { decoder: made } = decoder(4_096);
        expect(
          thrownBy(() => chunks.forEach((chunk) => made.push(Buffer.from(chunk)))) ?? new AriError("ARI_PROTOCOL", ""),
        ).toBeInstanceOf(AriError);
      }),
      { numRuns: 500 },
    );
  });
});

describe("the frames of a client", () => {
  it("are masked so that the ws package reads them", async () => {
    const receiver = new Receiver({ isServer: true });
    const got: string[] = [];
    receiver.on("message", (data: Buffer) => got.push(data.toString()));
    receiver.on("ping", () => got.push("<ping>"));
    receiver.on("pong", (data: Buffer) => got.push(`<pong ${data.toString()}>`));
    receiver.on("conclude", (code: number) => got.push(`<close ${code}>`));
    const mask = Buffer.from([1, 2, 3, 250]);
    receiver.write(textFrame("a €", mask));
    receiver.write(textFrame("b".repeat(126), mask));
    receiver.write(textFrame("c".repeat(70_000), mask));
    receiver.write(pingFrame(mask));
    receiver.write(pongFrame(Buffer.from("x"), mask));
    receiver.write(closeFrame(1000, mask));
    await new Promise((resolve) => receiver.end(resolve));
    expect(got).toEqual(["a €", "b".repeat(126), "c".repeat(70_000), "<ping>", "<pong x>", "<close 1000>"]);
  });

  it("hold little for fragments that are empty, and refuse a message in too many", () => {
    const { decoder: taking } = decoder(16 * 1_024 * 1_024);
    taking.push(serverFrame(1, Buffer.from("a"), false));
    const empty = Buffer.concat(Array.from({ length: 10_000 }, () => serverFrame(0, Buffer.alloc(0), false)));
    collectGarbage();
    const before = process.memoryUsage().heapUsed;
    for (let i = 0; i < 20; i++) taking.push(empty);
    collectGarbage();
    expect(process.memoryUsage().heapUsed - before).toBeLessThan(4_000_000);
    const tiny = Buffer.concat(Array.from({ length: 10_000 }, () => serverFrame(0, Buffer.from("b"), false)));
    const error = thrownBy(() => {
      for (let i = 0; i < 20; i++) taking.push(tiny);
    });
    expect(error).toMatchObject({ code: "ARI_PROTOCOL" });
  });
});
