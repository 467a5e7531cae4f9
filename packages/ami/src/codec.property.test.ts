import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { decodeAll } from "./decoder.ts";
import { plainScanner, scanBytes, vectorScanner } from "./empty-line-scanner.ts";
import { encodeAction } from "./encode-action.ts";
import { AmiError, AmiInjectionError } from "./errors.ts";
import { cutAt, decodePieces, seen } from "./testing/splits.ts";

/** Bytes that are mostly what makes trouble in this protocol. */
const awkward = fc
  .array(
    fc.oneof(
      {
        weight: 6,
        arbitrary: fc.constantFrom(
          "\r\n",
          "\n",
          "\r",
          "\r\n\r\n",
          "\n\n",
          ": ",
          ":",
          " ",
          "Event: ",
          "Response: ",
          "Follows",
          "ActionID: ",
        ),
      },
      {
        weight: 2,
        arbitrary: fc.constantFrom(
          "--END COMMAND--",
          "Output: ",
          "Asterisk Call Manager/",
          "ChanVariable(SIP/1): a=b",
          "\0",
          "ü",
          "🎉",
        ),
      },
      { weight: 2, arbitrary: fc.string({ maxLength: 12 }) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.from(parts.join("")));
const awkwardBytes = fc.oneof(awkward, fc.uint8Array({ maxLength: 200 }));
const headerName = fc
  .stringMatching(/^[A-Za-z][A-Za-z0-9_-]{0,15}$/)
  .filter((name) => !/^(?:action|actionid|event|response)$/i.test(name));
const headerValue = fc
  .string({ unit: "binary", maxLength: 40 })
  .filter((value) => !/[\r\n\0]/.test(value) && value.isWellFormed());

function failureOf(run: () => void): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe("the codec", () => {
  it("gives the same messages for any bytes, however they are cut", () => {
    fc.assert(
      fc.property(awkwardBytes, fc.array(fc.nat(400), { maxLength: 12 }), fc.boolean(), (whole, cuts, greeting) => {
        const positions = cuts.map((cut) => Math.min(cut, whole.length));
        expect(seen(decodePieces(cutAt(whole, positions), { greeting }))).toEqual(seen(decodeAll(whole, { greeting })));
      }),
      { numRuns: 2000 },
    );
  });

  it("throws nothing but its own errors, whatever comes", () => {
    const limits = { maxLineBytes: 60, maxHeaders: 6, maxMessageBytes: 150 };
    fc.assert(
      fc.property(fc.array(awkwardBytes, { maxLength: 6 }), (pieces) => {
        const failure = failureOf(() => {
          for (const message of decodePieces(pieces, { limits })) {
            seen([message]);
            message.variables();
            message.toObject();
            expect(message.output.every((line) => typeof line === "string")).toBe(true);
            expect(message.bytes.length).toBeLessThanOrEqual(limits.maxMessageBytes);
          }
        });
        expect(failure === undefined || failure instanceof AmiError).toBe(true);
      }),
      { numRuns: 2000 },
    );
  });

  it("reads what it wrote", () => {
    fc.assert(
      fc.property(headerValue, fc.array(fc.tuple(headerName, headerValue), { maxLength: 8 }), (actionId, headers) => {
        const params = Object.fromEntries(headers);
        const [message] = decodeAll(encodeAction("Ping", params, actionId), { greeting: false });
        expect(message?.kind).toBe("action");
        // A leading space is the one between colon and value; it was written too.
        expect(message?.entries()).toEqual([["Action", "Ping"], ["ActionID", actionId], ...Object.entries(params)]);
      }),
    );
  });

  it("finds by name what a walk over all headers finds", () => {
    const name = fc.constantFrom("A", "a", "Ab", "aB", "Abc", "Channel", "CHANNEL", "Chan", ":");
    const line = fc.oneof(
      fc.tuple(name, fc.constantFrom(": ", ":", " :", ""), fc.string({ maxLength: 6 })).map((parts) => parts.join("")),
      fc.constant("no colon"),
    );
    fc.assert(
      fc.property(
        fc.array(
          line.filter((text) => !/[\r\n]/.test(text)),
          { maxLength: 12 },
        ),
        name,
        (lines, wanted) => {
          const [message] = decodeAll(
            Buffer.from(["Event: X", ...lines.filter((text) => text !== ""), "", ""].join("\r\n")),
            { greeting: false },
          );
          const all = message?.entries().filter(([header]) => header.toLowerCase() === wanted.toLowerCase()) ?? [];
          expect(message?.getAll(wanted)).toEqual(all.map(([, value]) => value));
          expect(message?.get(wanted)).toBe(all[0]?.[1]);
        },
      ),
      { numRuns: 1000 },
    );
  });

  it("never writes a second line for one value, nor a second message", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.string({ unit: "binary" }), (key, value) => {
        let written: Uint8Array = new Uint8Array(0);
        const failure = failureOf(() => (written = encodeAction("Ping", { [key]: value }, "1")));
        expect(failure === undefined || failure instanceof AmiInjectionError).toBe(true);
        if (failure !== undefined) return;
        const text = Buffer.from(written).toString("utf8");
        expect(text.match(/[\r\n\0]/g)).toHaveLength(8);
        expect(decodeAll(written, { greeting: false })).toHaveLength(1);
      }),
    );
  });

  it("finds the same empty lines 16 bytes at a time as one by one", () => {
    const vector = vectorScanner();
    const plain = plainScanner();
    const lines = fc
      .array(fc.constantFrom("\r", "\n", "\r\n", "\r\n\r\n", "a", "bcdefghijklmnop"), { maxLength: 60 })
      .map((parts) => Buffer.from(parts.join("")));
    fc.assert(
      fc.property(lines, fc.nat(20), fc.nat(20), (bytes, skip, leave) => {
        const start = Math.min(skip, bytes.length);
        const end = Math.max(start, bytes.length - leave);
        const counts = [vector, plain].map((scanner) => scanner.scan(bytes, start, end));
        expect(counts[0]).toBe(counts[1]);
        expect(vector.found.slice(0, counts[0])).toEqual(plain.found.slice(0, counts[1]));
      }),
      { numRuns: 2000 },
    );
  });

  it("finds an empty line at every place of a full scan", () => {
    const bytes = Buffer.alloc(scanBytes, 10);
    expect(vectorScanner().scan(bytes, 0, scanBytes)).toBe(scanBytes - 1);
  });
});
