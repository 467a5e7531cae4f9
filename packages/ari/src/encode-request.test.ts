import { describe, expect, it } from "vitest";
import { encodeOperation } from "./encode-request.ts";
import { OPERATIONS } from "./generated/operations.ts";

const encode = (resource: string, name: string, params: Readonly<Record<string, unknown>>): (() => unknown) => {
  const spec = OPERATIONS[resource as keyof typeof OPERATIONS][name];
  if (spec === undefined) throw new Error(`no operation ${resource}.${name}`);
  return () => encodeOperation(`${resource}.${name}`, spec, params);
};

describe("a string that would forge something on its way is refused:", () => {
  it.each([
    ["an id that a proxy would take for a step up", "channels", "hangup", { channelId: ".." }],
    ["an id that a proxy would take for nothing", "channels", "hangup", { channelId: "." }],
    ["an id with a line break", "bridges", "createWithId", { bridgeId: "x\r\nEvent: Hangup" }],
    ["an id with a NUL, where Asterisk would end it", "recordings", "deleteStored", { recordingName: "a\0b" }],
    ["a name with a line break", "bridges", "createWithId", { bridgeId: "x", name: "n\nEvent: Hangup" }],
    ["an argument with a line break", "channels", "move", { channelId: "x", app: "a", appArgs: "b\rc" }],
    [
      "one of several values with a line break",
      "channels",
      "play",
      { channelId: "x", media: ["sound:a", "sound:\nb"] },
    ],
    ["a value with a NUL", "channels", "setChannelVar", { channelId: "x", variable: "A", value: "b\0c" }],
    [
      "a variable's name with a line break",
      "channels",
      "originate",
      { endpoint: "PJSIP/1000", variables: { "A\r\nEvent: Hangup": "1" } },
    ],
  ])("%s", (_, resource, name, params) => {
    expect(encode(resource, name, params)).toThrow(expect.objectContaining({ code: "ARI_BAD_ARGUMENT" }));
  });

  it("but line breaks in the value of a variable and in the text of a message are what they are", () => {
    expect(encode("channels", "setChannelVar", { channelId: "x", variable: "A", value: "b\r\nc" })()).toMatchObject({
      query: "variable=A&value=b%0D%0Ac",
    });
    expect(encode("endpoints", "sendMessage", { to: "pjsip:1", from: "a", body: "b\nc" })()).toMatchObject({
      query: "to=pjsip%3A1&from=a&body=b%0Ac",
    });
  });
});
