import { describe, expect, it } from "vitest";
import { differences, type ComparedCall } from "./pbx-truth.ts";

function callOf(id: string, channels: readonly string[], talking: readonly string[] = channels): ComparedCall {
  return {
    id,
    connections: channels.map((channel) => ({ id: channel, channel: `PJSIP/${channel}` })),
    talks: talking.length > 1 ? [{ connections: talking }] : [],
  };
}

describe("the comparison of calls with what Asterisk says", () => {
  const truth = { channels: ["a", "b", "c"], joined: [["a", "b"]], locals: 0 };

  it("is content when all channels are in calls and who is joined is in one", () => {
    expect(differences([callOf("1", ["a", "b"]), callOf("2", ["c"])], truth)).toEqual([]);
  });

  it.each([
    ["a ghost", [callOf("1", ["a", "b"]), callOf("2", ["c", "d"], [])], /d\) is a ghost/],
    ["a channel in no call", [callOf("1", ["a", "b"])], /channel c is in no call/],
    ["a channel in two calls", [callOf("1", ["a", "b"]), callOf("2", ["c", "a"], [])], /a is in two calls/],
    ["a pair torn apart", [callOf("1", ["a"]), callOf("2", ["b"]), callOf("3", ["c"])], /a and b are joined/],
    ["a talk without a bridge", [callOf("1", ["a", "b"]), callOf("2", ["c", "b"])], /c and b talk, but no bridge/],
    ["a call without anybody", [callOf("1", ["a", "b"]), callOf("2", ["c"]), callOf("3", [])], /call 3 has nobody/],
  ])("finds %s", (_, calls, problem) => {
    expect(differences(calls, truth).join("; ")).toMatch(problem);
  });
});
