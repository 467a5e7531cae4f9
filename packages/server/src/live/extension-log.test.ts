import { describe, expect, it } from "vitest";
import { channelRow } from "../testing/channel-rows.ts";
import { FakeLink } from "../testing/fake-link.ts";
import { ExtensionLog } from "./extension-log.ts";

describe("the events of extensions", () => {
  it("belong to the extension of the channel they are about, also when it has just gone", () => {
    const link = new FakeLink("hq");
    const heard: string[] = [];
    const log = new ExtensionLog(["1000", "1002"]);
    log.follow(link, ({ extension, entry }) => heard.push(`${extension}: ${entry.text}`));
    const kai = channelRow("PJSIP/1000-1", { connectedLineNum: "1002" });
    const ping = channelRow("SIP/1002-2", { callerIdNum: "" });
    const local = channelRow("Local/1002@x-3;2", { callerIdNum: "1002" });
    const tell = (uniqueid: string, text: string): void =>
      link.emit("timeline", { at: 0, kind: "call", text, plumbing: false, uniqueid });
    for (const after of [kai, ping, local]) link.emit("change", { type: "channel-new", at: 0, after });
    tell(kai.uniqueid, "calls");
    tell(ping.uniqueid, "rings");
    tell(local.uniqueid, "plumbing");
    link.emit("change", { type: "channel-gone", at: 0, before: kai, reason: "event" });
    tell(kai.uniqueid, "hangs up");
    tell("nobody", "is not known");
    expect(heard).toEqual(["1000: calls", "1002: rings", "1000: hangs up"]);
  });
});
