import { describe, expect, it } from "vitest";
import { decodeAll } from "./decoder.ts";
import type { AmiMessage } from "./message.ts";

function message(...lines: string[]): AmiMessage {
  const [decoded] = decodeAll(Buffer.from([...lines, "", ""].join("\r\n")), { greeting: false });
  if (decoded === undefined) throw new Error("nothing decoded");
  return decoded;
}

const plainMaps = (maps: ReadonlyMap<string, ReadonlyMap<string, string>>): unknown =>
  Object.fromEntries([...maps].map(([channel, variables]) => [channel, Object.fromEntries(variables)]));

describe("a message's headers", () => {
  const repeated = message("Event: Status", "Variable: a=1", "VARIABLE: b=2", "Channel: SIP/1", "Variable: c=3");

  it("are found in any case, the first of them first", () => {
    expect(repeated.get("variable")).toBe("a=1");
    expect(repeated.get("CHANNEL")).toBe("SIP/1");
    expect(repeated.get("Channe")).toBeUndefined();
  });

  it("keep repeats and their order", () => {
    expect(repeated.getAll("Variable")).toEqual(["a=1", "b=2", "c=3"]);
    expect(repeated.entries().map(([name]) => name)).toEqual(["Event", "Variable", "VARIABLE", "Channel", "Variable"]);
    expect(repeated.toObject()).toEqual({
      Event: "Status",
      Variable: ["a=1", "c=3"],
      VARIABLE: "b=2",
      Channel: "SIP/1",
    });
  });

  it("make a plain object without a prototype to spoil", () => {
    const object = message("Event: A", "__proto__: x", "constructor: y").toObject();
    expect(Object.entries(object)).toEqual([
      ["Event", "A"],
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
  });

  it("pass through untouched when they are unknown", () => {
    expect(message("Event: NoSuchEvent", "X-Strange.Header: 1").entries()).toEqual([
      ["Event", "NoSuchEvent"],
      ["X-Strange.Header", "1"],
    ]);
  });

  it("are not in what a message prints as", () => {
    expect(message("Response: Success", "Challenge: 1234").toString()).toBe("AmiMessage(response Success)");
  });
});

describe("channel variables", () => {
  it("are read by channel from ChanVariable with the channel's name", () => {
    const event = message(
      "Event: Newchannel",
      "ChanVariable(SIP/1-2): A=1",
      "ChanVariable(SIP/1-2): B=x=y",
      "ChanVariable(SIP/9): A=2",
    );
    expect(plainMaps(event.variables())).toEqual({ "SIP/1-2": { A: "1", B: "x=y" }, "SIP/9": { A: "2" } });
  });

  it("are read by prefix from the snapshots of an event", () => {
    const event = message(
      "Event: DialBegin",
      "Channel: SIP/1",
      "ChanVariable: A=1",
      "DestChannel: SIP/2",
      "DestChanVariable: A=2",
      "DestChanVariable: B=",
    );
    expect(plainMaps(event.variables())).toEqual({ "SIP/1": { A: "1" }, "SIP/2": { A: "2", B: "" } });
    expect(plainMaps(event.variables("Dest"))).toEqual({ "SIP/2": { A: "2", B: "" } });
    expect(plainMaps(event.variables(""))).toEqual({ "SIP/1": { A: "1" } });
  });

  it("are read from the Variable lines of Status, and not from VarSet's bare name", () => {
    expect(plainMaps(message("Event: Status", "Channel: SIP/1", "Variable: A=1").variables())).toEqual({
      "SIP/1": { A: "1" },
    });
    expect(
      plainMaps(
        message("Event: VarSet", "Channel: SIP/1", "Variable: HASH(a=b)", "Value: 1", "ChanVariable: X=2").variables(),
      ),
    ).toEqual({ "SIP/1": { X: "2" } });
  });
});
