import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ActionReader } from "./action-reader.ts";

const read = (reader: ActionReader, text: string): { name: string; refusal: string | undefined }[] =>
  reader.push(Buffer.from(text)).map((action) => ({ name: action.get("Action"), refusal: action.refusal }));

describe("reading actions", () => {
  it("takes CR LF and LF, any case, and values with or without a space before", () => {
    const [action] = new ActionReader().push(Buffer.from("ACTION:ping\nactionid:   7 \r\n\n"));
    expect([action?.get("Action"), action?.get("ActionID")]).toEqual(["ping", "7 "]);
  });

  it("takes the first of equal headers, and the first Action that is not empty", () => {
    const [action] = new ActionReader().push(Buffer.from("Action: \r\nAction: Ping\r\nX: 1\r\nX: 2\r\n\r\n"));
    expect([action?.get("Action"), action?.get("X")]).toEqual(["Ping", "1"]);
  });

  it("gives the same however the bytes are cut", () => {
    const text =
      "Action: Login\r\nSecret: ü\r\n\r\n\r\nAction: Ping\n\nlong: " +
      "x".repeat(2_000) +
      "\r\n\r\nAction: Ping\r\n\r\n";
    const bytes = Buffer.from(text);
    const whole = new ActionReader().push(bytes).map((one) => [one.get("Action"), one.get("Secret"), one.refusal]);
    expect(whole).toHaveLength(4);
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: bytes.length }), { maxLength: 20 }), (cuts) => {
        const reader = new ActionReader();
        const at = [0, ...cuts, bytes.length].sort((a, b) => a - b);
        const actions = at.slice(1).flatMap((end, i) => reader.push(bytes.subarray(at[i], end)));
        expect(actions.map((one) => [one.get("Action"), one.get("Secret"), one.refusal])).toEqual(whole);
      }),
    );
  });

  it("never throws, and reads on after whatever came", () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 3_000 }), { maxLength: 5 }), (chunks) => {
        const reader = new ActionReader();
        for (const chunk of chunks) reader.push(chunk);
        reader.push(Buffer.from("\r\n\r\n"));
        expect(read(reader, "Action: Ping\r\n\r\n")).toEqual([{ name: "Ping", refusal: undefined }]);
      }),
    );
  });
});
