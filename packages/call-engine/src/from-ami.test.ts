import { expect, it } from "vitest";
import { fromAmi } from "./from-ami.ts";

const message = (name: string, headers: Readonly<Record<string, string>>) => ({
  name,
  get: (header: string) => headers[header],
});

it("reads names and texts as they were meant, without the escapes that Asterisk puts in", () => {
  const channel = {
    Uniqueid: "1.1",
    Channel: "PJSIP/1000-00000001",
    CallerIDName: String.raw`Pat O\'Brien 50% \"x\"\? \\ a\tb`,
  };
  expect(fromAmi(message("Newchannel", channel))).toMatchObject({
    channel: { callerName: String.raw`Pat O'Brien 50% "x"? \ a b` },
  });
  const presence = {
    Presentity: "CustomPresence:1",
    Status: "away",
    Subtype: "a,b",
    Message: String.raw`line\\n, \"two\"\nlines`,
  };
  expect(fromAmi(message("PresenceStateChange", presence))).toEqual({
    type: "presence",
    presentity: "CustomPresence:1",
    state: "away",
    subtype: "a,b",
    message: String.raw`line\n, "two" lines`,
  });
});
