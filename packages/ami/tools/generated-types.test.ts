import { describe, expect, expectTypeOf, it } from "vitest";
import type { AmiActionName, AmiActions, AmiText } from "../src/generated/actions.ts";
import type { AmiEventName, AmiEvents } from "../src/generated/events.ts";
import { actionLists, type AmiListEvents } from "../src/generated/lists.ts";
import { actionWriteClasses, type AmiClass, eventReadClasses } from "../src/generated/privileges.ts";
import { actionReleases, asteriskMajors, asteriskOfAmi, eventReleases } from "../src/generated/versions.ts";

describe("the generated types of actions", () => {
  it("ask for what Originate needs and take the rest, ActionID included, as an option", () => {
    expectTypeOf<{ Channel: "Local/1@a" }>().toExtend<AmiActions["Originate"]>();
    expectTypeOf<{ Exten: "1000" }>().not.toExtend<AmiActions["Originate"]>();
    expectTypeOf<AmiActions["Originate"]["Async"]>().extract<boolean>().toEqualTypeOf<boolean>();
    expectTypeOf<AmiActions["Originate"]["Variable"]>().toExtend<
      string | readonly string[] | Readonly<Record<string, AmiText>> | undefined
    >();
    expectTypeOf<AmiActions["Ping"]>().toEqualTypeOf<{ ActionID?: string | undefined }>();
  });

  it("know the documented values and let any other pass", () => {
    expectTypeOf<"in">().toExtend<AmiActions["MuteAudio"]["Direction"]>();
    expectTypeOf<string>().toExtend<AmiActions["MuteAudio"]["Direction"]>();
    expectTypeOf<number>().not.toExtend<AmiActions["MuteAudio"]["Direction"]>();
  });

  it("take the free headers of UserEvent and the numbered ones of UpdateConfig", () => {
    expectTypeOf<{ UserEvent: "Screen"; Customer: "42" }>().toExtend<AmiActions["UserEvent"]>();
    expectTypeOf<AmiActions["UpdateConfig"]["Cat-000007"]>().toEqualTypeOf<AmiText | readonly string[] | undefined>();
  });

  it("hold DPMA's actions and those that only the old branches have", () => {
    expectTypeOf<AmiActions["DPMAMessageSend"]>().toHaveProperty("PhoneName").toEqualTypeOf<AmiText>();
    expectTypeOf<{ RequestID: "1"; Response: "{}" }>().toExtend<AmiActions["DPMAMessageResponse"]>();
    expectTypeOf<AmiActions["SIPshowpeer"]["Peer"]>().toEqualTypeOf<AmiText>();
    expectTypeOf<"FilterList">().not.toExtend<AmiActionName>();
  });
});

describe("the generated types of events", () => {
  it("use the name on the wire", () => {
    expectTypeOf<AmiEvents["Newexten"]["AppData"]>().toEqualTypeOf<string>();
    expectTypeOf<"NewExten">().not.toExtend<AmiEventName>();
    expectTypeOf<AmiEvents["QueueParams"]["ServicelevelPerf"]>().toEqualTypeOf<string>();
    expectTypeOf<AmiEvents["Rename"]["Newname"]>().toEqualTypeOf<string>();
  });

  it("spell out the snapshots with their prefixes, optional where one may be missing", () => {
    expectTypeOf<AmiEvents["Newchannel"]["Linkedid"]>().toEqualTypeOf<string>();
    expectTypeOf<AmiEvents["DialBegin"]["DestChannel"]>().toEqualTypeOf<string>();
    expectTypeOf<AmiEvents["DialBegin"]["Channel"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<AmiEvents["AttendedTransfer"]["OrigBridgeUniqueid"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<AmiEvents["Hangup"]["Cause-txt"]>().toEqualTypeOf<string>();
    expectTypeOf<AmiEvents["RTCPSent"]["Report0FractionLost"]>().toEqualTypeOf<string>();
  });

  it("hold undocumented events and DPMA's", () => {
    expectTypeOf<AmiEvents["QueueMember"]["Location"]>().toEqualTypeOf<string>();
    expectTypeOf<AmiEvents["DPMAMessage"]["RequestID"]>().toEqualTypeOf<string>();
    expectTypeOf<AmiEvents["DPMAMessage"]["Parameters"]>().toEqualTypeOf<string | undefined>();
  });
});

describe("the generated tables", () => {
  it("say how each list ends, by the same names as the types", () => {
    expectTypeOf<AmiListEvents["QueueStatus"]>().toExtend<AmiEventName>();
    expect(actionLists.QueueStatus).toMatchObject({ complete: "QueueStatusComplete", eventList: true, empty: "list" });
    expect(actionLists.ConfbridgeListRooms).toMatchObject({
      empty: "error",
      emptyMessages: ["No active conferences."],
    });
    expect(actionLists.VoicemailUsersList.empty).toBe("success");
    expect(actionLists.WaitEvent.eventList).toBe(false);
    expect(actionLists.Hangup.sometimes).toBe(true);
    for (const list of Object.values(actionLists)) {
      expect(list.emptyMessages.length > 0).toBe(list.empty === "error");
      for (const event of [...list.items, list.complete]) expect(eventReadClasses).toHaveProperty([event]);
    }
  });

  it("know the classes of the real thing", () => {
    expectTypeOf(actionWriteClasses.Originate).toEqualTypeOf<readonly AmiClass[]>();
    expect(actionWriteClasses.Originate).toEqual(["originate"]);
    expect(actionWriteClasses.BridgeDestroy).toEqual([]);
    expect(eventReadClasses.VoicemailPasswordChange).toEqual(["system", "user"]);
    expect(eventReadClasses.ChannelTalkingStart).toEqual(["call"]);
    expect(eventReadClasses.CoreShowChannel).toEqual([]);
    expect(eventReadClasses.DeviceStateChange).toEqual(["call"]);
    expect(eventReadClasses.DPMAMessage).toEqual(["agent"]);
  });

  it("know which release of which branch brought what", () => {
    expect(actionReleases.VoicemailMove).toEqual({
      18: "18.20.0",
      20: "20.5.0",
      21: "21.0.0",
      22: "22.0.0",
      23: "23.0.0",
    });
    expect(actionReleases.SIPpeers[21]).toBeUndefined();
    expect(Object.keys(eventReleases.Newchannel).map(Number)).toEqual([...asteriskMajors]);
    expect(eventReleases.Flash[16]).toBe("16.19.0");
    expect(asteriskOfAmi[11]).toBe(22);
  });

  it("cover every branch by its own releases", () => {
    for (const releases of [...Object.values(actionReleases), ...Object.values(eventReleases)]) {
      expect(Object.keys(releases).length).toBeGreaterThan(0);
      for (const [major, release] of Object.entries(releases)) expect(release.split(".")[0]).toBe(major);
    }
  });
});
