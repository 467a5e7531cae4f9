import type { Leg, Phone } from "@cordboard/lab";
import { addExtension } from "./ami.ts";
import type { TracedScenario } from "./further-scenarios.ts";

type Stage = Parameters<TracedScenario["run"]>[0];

/** Where a phone sends a call on to. */
function contact(stage: Stage, number: string): string {
  return `sip:${number}@127.0.0.1:${stage.lab.ports.sip}`;
}

async function talk(stage: Stage, one: Phone, other: Phone): Promise<readonly [call: Leg, there: Leg]> {
  const call = await one.call(other.number);
  const there = await other.waitForCall();
  await stage.hearEachOther(call, there);
  return [call, there];
}

/** Several things that happen to one call. */
export const combinations: readonly TracedScenario[] = [
  {
    name: "ivr-queue-voicemail",
    what: "Kai calls an IVR, presses a digit, waits in the queue until it gives up on him, and gets the mailbox",
    run: async (stage) => {
      const steps = [
        "Answer()",
        "Read(choice,demo-congrats,1,,1,10)",
        "Queue(sales,,,,3)",
        "VoiceMail(1002@default,s)",
      ];
      await addExtension(stage.lab, "753", ...steps, "Hangup()");
      const kai = await stage.phone("1000");
      const [ping, omar] = [
        await stage.phone("1002", { onCall: "ring" }),
        await stage.phone("1003", { onCall: "ring" }),
      ];
      const call = await kai.call("753");
      await stage.hears(call, "sound");
      await stage.step("1000 presses 1");
      await call.sendDigits("1");
      await ping.waitForCall();
      await omar.waitForCall();
      await stage.prove(
        "1000 is in the voicemail",
        async () => (await stage.lab.channels()).some(({ application }) => application === "VoiceMail"),
        10_000,
      );
      await stage.step("1000 hangs up");
      call.hangUp();
    },
  },
  {
    name: "feature-blind-transfer-to-nobody",
    what: "Kai transfers Ping with #1 to a number that nobody has, and is back with her",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const call = await kai.call("31002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("1000 dials #1 1999");
      await call.sendDigits("#1");
      await stage.hears(there, "music");
      await call.sendDigits("1999");
      await stage.hears(call, "sound");
      await call.waitToHear("1002", { timeoutMs: 20_000 });
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "blind-transfer-to-phone-off",
    what: "Kai transfers Ping to Batman, whose phone is off (REFER)",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const [call, there] = await talk(stage, kai, ping);
      await stage.step("1000 transfers to 1111");
      await call.blindTransfer("1111");
      if (call.state !== "ended") call.hangUp();
      await stage.step("1002 hangs up");
      there.hangUp();
    },
  },
  {
    name: "forward-302-chain",
    what: "Ping's phone sends Kai on to Omar, and Omar's to Lena (302)",
    run: async (stage) => {
      const [kai, lena] = [await stage.phone("1000"), await stage.phone("1006")];
      const [ping, omar] = [
        await stage.phone("1002", { onCall: "ring" }),
        await stage.phone("1003", { onCall: "ring" }),
      ];
      const call = await kai.call("1002");
      const first = await ping.waitForCall();
      await stage.step("1002 sends the call on to 1003");
      first.reject(302, "Moved Temporarily", contact(stage, "1003"));
      const second = await omar.waitForCall();
      await stage.step("1003 sends the call on to 1006");
      second.reject(302, "Moved Temporarily", contact(stage, "1006"));
      const there = await lena.waitForCall();
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "two-devices-one-declines",
    what: "Kai calls 750, which has two phones; one declines, the other answers, holds and retrieves",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [ana, lena] = [
        await stage.phone("1001", { onCall: "ring" }),
        await stage.phone("1006", { onCall: "ring" }),
      ];
      await addExtension(stage.lab, "750", "Dial(PJSIP/1001&PJSIP/1006,30)");
      const call = await kai.call("750");
      const [atAna, atLena] = [await ana.waitForCall(), await lena.waitForCall()];
      await stage.step("1001 declines");
      atAna.reject(603, "Decline");
      await stage.step("1006 answers");
      atLena.answer();
      await stage.hearEachOther(call, atLena);
      await atLena.hold();
      await stage.hears(call, "music");
      await atLena.retrieve();
      await stage.hearEachOther(call, atLena);
      atLena.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "pickup-of-queue",
    what: "Kai waits in the queue, which rings Ping; Lena picks it up with *8",
    run: async (stage) => {
      const [kai, lena] = [await stage.phone("1000"), await stage.phone("1006")];
      const ping = await stage.phone("1002", { onCall: "ring" });
      const call = await kai.call("700");
      const atPing = await ping.waitForCall();
      await stage.step("1006 calls *8");
      const pickup = await lena.call("*8");
      await stage.hearEachOther(call, pickup);
      await stage.ended(atPing);
      call.hangUp();
      await stage.ended(pickup);
    },
  },
  {
    name: "queue-agent-forwards",
    what: "Kai waits in the queue; Ping's phone sends the queue's call on to Lena (302), who answers",
    run: async (stage) => {
      const [kai, lena] = [await stage.phone("1000"), await stage.phone("1006")];
      const ping = await stage.phone("1002", { onCall: "ring" });
      const call = await kai.call("700");
      const atPing = await ping.waitForCall();
      await stage.step("1002 sends the call on to 1006");
      atPing.reject(302, "Moved Temporarily", contact(stage, "1006"));
      const there = await lena.waitForCall();
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "attended-transfer-to-group",
    what: "Kai consults the ring group of Local channels, Omar answers, Kai connects Ping with him (REFER with Replaces)",
    run: async (stage) => {
      const [kai, ping, omar] = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1003")];
      const ana = await stage.phone("1001", { onCall: "ring" });
      const [call, there] = await talk(stage, kai, ping);
      await addExtension(stage.lab, "754", "Dial(Local/1001@internal&Local/1003@internal,30)");
      await stage.step("1000 holds 1002 and calls 754");
      await call.hold();
      const consult = await kai.call("754");
      await ana.waitForCall();
      const end = await omar.waitForCall();
      await stage.hearEachOther(consult, end);
      await stage.step("1000 connects 1002 and 1003");
      await call.attendedTransfer(consult);
      await stage.hearEachOther(there, end);
      for (const leg of kai.legs) leg.hangUp();
      await stage.step("1003 hangs up");
      end.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "attended-transfer-of-one-who-holds",
    what: "Ping holds Kai, who meanwhile calls Omar and connects Ping with him (REFER with Replaces); Ping retrieves",
    run: async (stage) => {
      const [kai, ping, omar] = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1003")];
      const [call, there] = await talk(stage, kai, ping);
      await stage.step("1002 holds");
      await there.hold();
      await stage.hears(call, "music");
      await stage.step("1000 calls 1003");
      const [consult, end] = await talk(stage, kai, omar);
      await stage.step("1000 connects 1002 and 1003");
      await call.attendedTransfer(consult);
      for (const leg of kai.legs) leg.hangUp();
      await stage.channels(2);
      await stage.step("1002 retrieves");
      await there.retrieve();
      await stage.hearEachOther(there, end);
      await stage.step("1003 hangs up");
      end.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "park-and-back",
    what: "Kai parks Ping and takes her back himself",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const [call, there] = await talk(stage, kai, ping);
      await stage.step("1000 transfers to 70");
      await call.blindTransfer("70");
      await stage.hears(there, "music");
      if (call.state !== "ended") call.hangUp();
      await stage.step("1000 calls 701");
      const back = await kai.call("701");
      await stage.hearEachOther(back, there);
      there.hangUp();
      await stage.ended(back);
    },
  },
  {
    name: "freepbx-attended-transfer",
    what: "Kai calls Ping through nested macros, consults Omar and connects them (REFER with Replaces)",
    profile: "freepbx",
    run: async (stage) => {
      const [kai, ping, omar] = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1003")];
      const [call, there] = await talk(stage, kai, ping);
      await stage.step("1000 holds 1002 and calls 1003");
      await call.hold();
      const [consult, end] = await talk(stage, kai, omar);
      await stage.step("1000 connects 1002 and 1003");
      await call.attendedTransfer(consult);
      await stage.hearEachOther(there, end);
      for (const leg of kai.legs) leg.hangUp();
      await stage.step("1002 hangs up");
      there.hangUp();
      await stage.ended(end);
    },
  },
  {
    name: "freepbx-busy-voicemail",
    what: "Kai calls Ping through nested macros, she is busy, and he gets her mailbox",
    profile: "freepbx",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      await stage.phone("1002", { onCall: { reject: 486 } });
      const call = await kai.call("1002");
      await stage.prove("1000 is in the voicemail", async () =>
        (await stage.lab.channels()).some(({ application }) => application === "VoiceMail"),
      );
      await stage.step("1000 hangs up");
      call.hangUp();
    },
  },
  {
    name: "chan-sip-blind-transfer",
    what: "Kai calls Sam on chan_sip, who transfers him blindly to Tess on chan_sip (REFER)",
    versions: [16],
    run: async (stage) => {
      const [kai, sam, tess] = [await stage.phone("1000"), await stage.phone("102"), await stage.phone("103")];
      const [call, there] = await talk(stage, kai, sam);
      await stage.step("102 transfers to 103");
      await there.blindTransfer("103");
      const end = await tess.waitForCall();
      await stage.hearEachOther(call, end);
      if (there.state !== "ended") there.hangUp();
      await stage.step("1000 hangs up");
      call.hangUp();
      await stage.ended(end);
    },
  },
];
