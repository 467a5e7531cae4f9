import { trunkPrefix } from "../config/lab-numbers.ts";
import type { Scenario } from "./stage.ts";

/** Voicemail, presence, Stasis, calls that a program starts, and the trunk. */
export const serviceScenarios: readonly Scenario[] = [
  {
    name: "voicemail",
    what: "Kai leaves Ping a message of three seconds",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      await stage.step("1000 calls 51002");
      const call = await kai.call("51002");
      await stage.hears(call, "sound");
      await stage.hears(call, "silence");
      await stage.prove("1002 has a message that is being recorded", async () =>
        (await stage.lab.channels()).some(({ application }) => application === "VoiceMail"),
      );
      const until = performance.now() + 2500;
      await stage.prove("1000 has spoken for 2.5 s", () => performance.now() > until);
      await stage.step("1000 hangs up");
      call.hangUp();
      await stage.prove("the mailbox 1002 has a new message", async () =>
        /^default\s+1002\s.*\s[1-9]\d*\s*$/mu.test(await stage.lab.cli("voicemail show users")),
      );
    },
  },
  {
    name: "stasis",
    what: "Kai calls 900, which enters the application hello-world if somebody serves it",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const served = (await stage.lab.cli("ari show apps")).includes("hello-world");
      await stage.step("1000 calls 900");
      const call = await kai.call("900");
      if (served) {
        await stage.prove("the call is in Stasis", async () =>
          (await stage.lab.channels()).some(({ application }) => application === "Stasis"),
        );
        await stage.step("1000 hangs up");
        call.hangUp();
      }
      await stage.ended(call);
    },
  },
  {
    name: "presence",
    what: "Batman's presence goes from available to do-not-disturb, away, and back",
    run: async (stage) => {
      const presence = async (): Promise<string> => stage.lab.cli("core show hint 1111");
      for (const state of ["available", "dnd", "away", "available"]) {
        await stage.step(`1111 is ${state}`);
        await stage.lab.cli(`presencestate change CustomPresence:1111 ${state}`);
        await stage.prove(`the hint of 1111 says ${state}`, async () =>
          (await presence()).toLowerCase().includes(state),
        );
      }
    },
  },
  {
    name: "click-to-call",
    what: "A program rings Kai through a Local channel (AMI Originate) and connects him with Ping",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000", { onCall: "ring" }), await stage.phone("1002")];
      await stage.step("AMI Originate Local/1000@internal to 1002");
      await stage.lab.action({
        Action: "Originate",
        Channel: "Local/1000@internal",
        Context: "internal",
        Exten: "1002",
        Priority: "1",
        CallerID: '"Click" <1002>',
        Timeout: "20000",
        Async: "true",
      });
      const call = await kai.waitForCall();
      await stage.step("1000 answers");
      call.answer();
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "auto-answer",
    what: "A program calls Kai, whose phone answers by itself (Call-Info), and connects him with Ping",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000", { onCall: "ring" }), await stage.phone("1002")];
      await stage.step("AMI Originate PJSIP/1000 with answer-after=0");
      await stage.lab.action({
        Action: "Originate",
        Channel: "PJSIP/1000",
        Context: "internal",
        Exten: "1002",
        Priority: "1",
        Variable: String.raw`PJSIP_HEADER(add,Call-Info)=<sip:127.0.0.1>\;answer-after=0`,
        Async: "true",
      });
      const call = await kai.waitForCall();
      await stage.prove("1000 has answered by itself", () => call.state === "up");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "notify-talk",
    what: "A program answers Ping's phone, holds and retrieves with NOTIFY talk and hold",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002", { onCall: "ring" })];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await call.waitUntilRinging();
      const notify = async (event: string): Promise<void> => {
        await stage.step(`AMI PJSIPNotify Event=${event}`);
        const channel = (await stage.lab.channels()).find(({ name }) => name.startsWith("PJSIP/1002-"));
        await stage.lab.action({ Action: "PJSIPNotify", Channel: channel?.name ?? "", Variable: `Event=${event}` });
      };
      await notify("talk");
      await stage.hearEachOther(call, there);
      await notify("hold");
      await stage.hears(call, "music");
      await notify("talk");
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "trunk-in",
    what: "Somebody outside calls Ping's direct number",
    run: async (stage) => {
      const [outside, ping] = [await stage.phone("trunk", { from: "4930123456" }), await stage.phone("1002")];
      await stage.step(`4930123456 calls ${trunkPrefix}1002`);
      const call = await outside.call(`${trunkPrefix}1002`);
      const there = await ping.waitForCall();
      await stage.prove("1002 shows 4930123456", () => there.shows?.number === "4930123456");
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "trunk-out",
    what: "Kai calls somebody outside",
    run: async (stage) => {
      const [kai, outside] = [await stage.phone("1000"), await stage.phone("trunk")];
      await stage.step("1000 calls 004930123456");
      const call = await kai.call("004930123456");
      const there = await outside.waitForCall();
      await stage.hearEachOther(call, there);
      there.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "chan-sip",
    what: "Sam on chan_sip calls Kai on chan_pjsip, holds and retrieves",
    versions: [16],
    run: async (stage) => {
      const [sam, kai] = [await stage.phone("102"), await stage.phone("1000")];
      await stage.step("102 calls 1000");
      const call = await sam.call("1000");
      const there = await kai.waitForCall();
      await stage.hearEachOther(call, there);
      const channels = await stage.channels(2);
      await stage.prove("one of them is SIP/102", () => channels.some(({ name }) => name.startsWith("SIP/102-")));
      await stage.step("102 holds");
      await call.hold();
      await stage.hears(there, "music");
      await call.retrieve();
      await stage.hearEachOther(call, there);
      there.hangUp();
      await stage.ended(call);
    },
  },
];
