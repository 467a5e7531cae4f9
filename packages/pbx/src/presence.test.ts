import { expect, it, onTestFinished } from "vitest";
import type { ReceivedAction } from "./replay/action-reader.ts";
import { failure, listReply, success } from "./replay/ami-replies.ts";
import { Pbx } from "./pbx.ts";
import type { PresenceUpdate } from "./presence.ts";
import { eventText, pbxWith, scripted } from "./testing/scripted-pbx.ts";
import type { ScriptedAmi } from "./testing/scripted-ami.ts";

/** A PBX that keeps the presence of 1111 as func_presencestate does. */
async function pbxWithPresence(options: { tells?: boolean; keeps?: boolean; denies?: boolean } = {}) {
  const { tells = true, keeps = true, denies = false } = options;
  const fields = { value: "not_set", subtype: "", message: "" };
  const written: string[] = [];
  const plain = pbxWith(() => []);
  const base64 = (text: string): string => Buffer.from(text).toString("base64");
  const ami: ScriptedAmi = await scripted((action: ReceivedAction) => {
    const [, field = ""] = /^PRESENCE_STATE\(CustomPresence:1111,(\w+)/.exec(action.get("Variable")) ?? [];
    switch (action.get("Action")) {
      case "ExtensionStateList":
        return listReply(action, "Extension Statuses will follow", "ExtensionStateListComplete", [
          [
            ["Event", "ExtensionStatus"],
            ["Exten", "1111"],
            ["Context", "phones"],
            ["Hint", "PJSIP/1111,CustomPresence:1111"],
            ["StatusText", "Idle"],
          ],
        ]);
      case "Getvar": {
        const value = fields[field as keyof typeof fields];
        return success(action, [["Value", field === "value" ? value : base64(value)]]);
      }
      case "Setvar": {
        if (denies) return failure(action, "Permission denied");
        const value = action.get("Value");
        written.push(value);
        const [state = "", subtype = "", message = "", flag] = value.split(",");
        const read = (text: string): string => (flag === "e" ? Buffer.from(text, "base64").toString() : text);
        if (keeps) Object.assign(fields, { value: state, subtype: read(subtype), message: read(message) });
        const event = eventText("PresenceStateChange", [
          ["Presentity", "CustomPresence:1111"],
          ["Status", fields.value],
          ["Subtype", fields.subtype],
          ["Message", fields.message.replaceAll(/[\\"']/g, (one) => `\\${one}`)],
        ]);
        return success(action, []) + (tells ? event : "");
      }
      default:
        return plain(action);
    }
  });
  const pbx = new Pbx({
    id: "office",
    ami: { host: "127.0.0.1", port: ami.port, username: "u", secret: "s", ping: false },
    checkEveryMs: 0,
    runtime: {
      now: () => performance.now(),
      random: () => 0.5,
      // Nobody waits five seconds for an event that does not come.
      schedule: (delayMs, run) => {
        const timer = setTimeout(run, delayMs === 5_000 && !tells ? 1 : delayMs);
        return () => clearTimeout(timer);
      },
    },
  });
  onTestFinished(() => pbx.close());
  await pbx.start();
  return { pbx, written };
}

it("what is not named stays as it is", async () => {
  const { pbx, written } = await pbxWithPresence();
  await pbx.setPresence("1111", { state: "away", message: "In the batcave" });
  await pbx.setPresence("1111", { subtype: "hero" });
  expect(await pbx.setPresence("CustomPresence:1111", { state: "available" })).toEqual({
    presentity: "CustomPresence:1111",
    state: "available",
    subtype: "hero",
    message: "In the batcave",
  });
  expect(written).toEqual(["away,,In the batcave", "away,hero,In the batcave", "available,hero,In the batcave"]);
  expect(pbx.presences).toEqual([
    { presentity: "CustomPresence:1111", state: "available", subtype: "hero", message: "In the batcave" },
  ]);
});

it("texts that could be taken for more than one travel as base64, and come back as they were", async () => {
  const { pbx, written } = await pbxWithPresence();
  const message = String.raw`back, at (5) "x" é \n ${"${EXTEN}"}`;
  expect(await pbx.setPresence("1111", { state: "away", message })).toMatchObject({ message });
  expect(written).toEqual([`away,,${Buffer.from(message).toString("base64")},e`]);
  expect(pbx.presences).toMatchObject([{ message }]);
});

it("several at once lose no field, and one that changes nothing is not written", async () => {
  const { pbx, written } = await pbxWithPresence();
  await Promise.all([
    pbx.setPresence("1111", { state: "dnd" }),
    pbx.setPresence("1111", { message: "one" }),
    pbx.setPresence("1111", { subtype: "two" }),
  ]);
  expect(written).toEqual(["dnd,,", "dnd,,one", "dnd,two,one"]);
  await pbx.setPresence("1111", { state: "dnd" });
  expect(written).toHaveLength(3);
});

it("without an event that tells of it, it is read back", async () => {
  const { pbx } = await pbxWithPresence({ tells: false });
  expect(await pbx.setPresence("1111", { state: "away" })).toMatchObject({ state: "away" });
  expect(pbx.presences).toMatchObject([{ state: "away" }]);
  const { pbx: stubborn } = await pbxWithPresence({ tells: false, keeps: false });
  await expect(stubborn.setPresence("1111", { state: "away" })).rejects.toMatchObject({ code: "PBX_PRESENCE_FAILED" });
});

it("says which class is missing", async () => {
  const { pbx } = await pbxWithPresence({ denies: true });
  const error: unknown = await pbx.setPresence("1111", { state: "away" }).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: "PBX_PRESENCE_DENIED", name: "PbxPresenceError" });
  expect((error as Error).message).toMatch(/Add call to its write=/);
});

it.each<[string, PresenceUpdate, string]>([
  ["1111", { state: "asleep" as "away" }, "PBX_PRESENCE_VALUE"],
  ["1111", { message: "one\r\nAction: Originate" }, "PBX_PRESENCE_VALUE"],
  ["1111", { subtype: "nul\0" }, "PBX_PRESENCE_VALUE"],
  ["1111", { message: "\uD800" }, "PBX_PRESENCE_VALUE"],
  ["1111", { message: "é".repeat(128) }, "PBX_PRESENCE_VALUE"],
  ["1111", { message: 5 as unknown as string }, "PBX_PRESENCE_VALUE"],
  ["4711", { state: "away" }, "PBX_PRESENCE_WHO"],
  ["CustomPresence:x)", { state: "away" }, "PBX_PRESENCE_WHO"],
  ["CustomPresence:a,b", { state: "away" }, "PBX_PRESENCE_WHO"],
  ["CustomPresence:a\r\nb", { state: "away" }, "PBX_PRESENCE_WHO"],
  ["SIP:1111", { state: "away" }, "PBX_PRESENCE_WHO"],
])("%j with %j is refused and nothing is sent", async (who, update, code) => {
  const { pbx, written } = await pbxWithPresence();
  await expect(pbx.setPresence(who, update)).rejects.toMatchObject({ code });
  expect(written).toEqual([]);
});
