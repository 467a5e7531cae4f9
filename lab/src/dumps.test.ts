import { describe, expect, it } from "vitest";
import { parseBridges, parseChannels } from "./dumps.ts";

const bridge = "c9b2f5ee-6dfa-40cf-8eeb-9e7e7255697b";

describe("core show channels concise", () => {
  it("is read field by field, data with the separator in it too", () => {
    const text = [
      `PJSIP/1000-00000000!internal!1002!1!Up!Dial!PJSIP/1002,30!1000!!!3!7!${bridge}!1795254740.0`,
      `PJSIP/1002-00000001!internal!!1!Ringing!AppDial!(Outgoing! Line)!1002!!!3!0!(None)!1795254740.1`,
      "",
    ].join("\n");
    const [caller, callee, ...more] = parseChannels(text);
    expect(caller).toMatchObject({ name: "PJSIP/1000-00000000", extension: "1002", state: "Up", seconds: 7, bridge });
    expect(callee).toMatchObject({ data: "(Outgoing! Line)", callerId: "1002", bridge: "", uniqueId: "1795254740.1" });
    expect(more).toEqual([]);
  });

  it("is empty for anything else", () => {
    expect(parseChannels("No such command\n")).toEqual([]);
  });
});

describe("bridge show all", () => {
  it.each([
    [
      22,
      `Bridge-ID    Name    Chans Type    Technology   Duration\n${bridge} <unknown>     2 basic   native_rtp   00:00:00\n`,
    ],
    [
      16,
      `Bridge-ID                            Chans Type            Technology\n${bridge}     2 basic           native_rtp\n`,
    ],
  ])("is read as Asterisk %i prints it", (_version, text) => {
    expect(parseBridges(text)).toEqual([{ id: bridge, channels: 2, type: "basic", technology: "native_rtp" }]);
  });
});
