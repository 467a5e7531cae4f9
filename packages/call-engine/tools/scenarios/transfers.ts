import type { Leg, Phone } from "@cordboard/lab";
import { addExtension, channelOf } from "./ami.ts";
import type { TracedScenario } from "./further-scenarios.ts";

type Stage = Parameters<TracedScenario["run"]>[0];

interface Talk {
  readonly kai: Phone;
  readonly ping: Phone;
  readonly call: Leg;
  readonly there: Leg;
}

async function talk(stage: Stage, target = "1002"): Promise<Talk> {
  const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
  await stage.step(`1000 calls ${target}`);
  const call = await kai.call(target);
  const there = await ping.waitForCall();
  await stage.hearEachOther(call, there);
  return { kai, ping, call, there };
}

async function hangUpAll(stage: Stage, one: Leg, other: Leg): Promise<void> {
  await stage.step(`${one.number} hangs up`);
  one.hangUp();
  await stage.ended(other);
}

/** Consults with the feature code, then does what `then` says. */
function consultation(
  name: string,
  what: string,
  then: (stage: Stage, legs: { call: Leg; there: Leg; end: Leg }) => Promise<void>,
): TracedScenario {
  return {
    name,
    what,
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { call, there } = await talk(stage, "31002");
      await stage.step("1000 dials *2");
      await call.sendDigits("*2");
      await stage.hears(there, "music");
      await call.sendDigits("1003");
      const end = await omar.waitForCall();
      await stage.hearEachOther(call, end);
      await then(stage, { call, there, end });
    },
  };
}

/** A blind transfer by REFER to a number where it fails. Asterisk refuses at once what its dialplan does not know. */
function blindToNobody(name: string, what: string, target: string): TracedScenario {
  return {
    name,
    what,
    run: async (stage) => {
      const { call, there } = await talk(stage);
      await stage.phone("1003", { onCall: { reject: 486 } });
      await stage.step(`1000 transfers to ${target}`);
      await call.blindTransfer(target).catch(() => {});
      await stage.step("1002 hangs up");
      there.hangUp();
    },
  };
}

/** Transfers of all kinds that the lab itself does not play. */
export const transfers: readonly TracedScenario[] = [
  {
    name: "attended-transfer-by-callee",
    what: "Kai calls Ping, Ping consults Omar and connects Kai with him (REFER with Replaces)",
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { ping, call, there } = await talk(stage);
      await stage.step("1002 holds 1000 and calls 1003");
      await there.hold();
      const consult = await ping.call("1003");
      const end = await omar.waitForCall();
      await stage.hearEachOther(consult, end);
      await stage.step("1002 connects 1000 and 1003");
      await there.attendedTransfer(consult);
      await stage.hearEachOther(call, end);
      for (const leg of ping.legs) leg.hangUp();
      await stage.channels(2);
      await hangUpAll(stage, call, end);
    },
  },
  {
    name: "attended-transfer-of-callers",
    what: "Ping and Omar both called Kai, who connects them (REFER with Replaces)",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const omar = await stage.phone("1003");
      const ofPing = await ping.call("1000");
      const first = await kai.waitForCall();
      await stage.hearEachOther(ofPing, first);
      await first.hold();
      await stage.step("1003 calls 1000");
      const ofOmar = await omar.call("1000");
      const second = await kai.waitForCall();
      await stage.hearEachOther(ofOmar, second);
      await stage.step("1000 connects 1002 and 1003");
      await first.attendedTransfer(second);
      await stage.hearEachOther(ofPing, ofOmar);
      for (const leg of kai.legs) leg.hangUp();
      await stage.channels(2);
      await hangUpAll(stage, ofPing, ofOmar);
    },
  },
  {
    name: "blonde-transfer",
    what: "Kai consults Omar and connects Ping while Omar's phone still rings (REFER with Replaces)",
    run: async (stage) => {
      const omar = await stage.phone("1003", { onCall: "ring" });
      const { kai, call, there } = await talk(stage);
      await stage.step("1000 holds 1002 and calls 1003");
      await call.hold();
      const consult = await kai.call("1003");
      await consult.waitUntilRinging();
      const end = await omar.waitForCall();
      await stage.step("1000 connects 1002 with the ringing 1003");
      await call.attendedTransfer(consult);
      await stage.step("1003 answers");
      end.answer();
      await stage.hearEachOther(there, end);
      for (const leg of kai.legs) leg.hangUp();
      await stage.channels(2);
      await hangUpAll(stage, there, end);
    },
  },
  {
    name: "blonde-unanswered",
    what: "Kai connects Ping with the ringing Omar, who declines",
    run: async (stage) => {
      const omar = await stage.phone("1003", { onCall: "ring" });
      const { kai, call, there } = await talk(stage);
      await call.hold();
      const consult = await kai.call("1003");
      await consult.waitUntilRinging();
      const end = await omar.waitForCall();
      await stage.step("1000 connects 1002 with the ringing 1003");
      await call.attendedTransfer(consult);
      await stage.step("1003 declines");
      end.reject(603, "Decline");
      await stage.step("1002 hangs up");
      there.hangUp();
    },
  },
  {
    name: "feature-blonde-transfer",
    what: "Kai consults Omar with *2 and hangs up while Omar's phone rings, Omar answers",
    run: async (stage) => {
      const omar = await stage.phone("1003", { onCall: "ring" });
      const { call, there } = await talk(stage, "31002");
      await stage.step("1000 dials *2");
      await call.sendDigits("*2");
      await stage.hears(there, "music");
      await call.sendDigits("1003");
      const end = await omar.waitForCall();
      await stage.step("1000 hangs up");
      call.hangUp();
      await stage.step("1003 answers");
      end.answer();
      await stage.hearEachOther(there, end);
      await hangUpAll(stage, end, there);
    },
  },
  consultation("feature-complete", "Kai consults Omar with *2 and connects with *2", async (stage, legs) => {
    await stage.step("1000 dials *2");
    await legs.call.sendDigits("*2");
    await stage.hearEachOther(legs.there, legs.end);
    await hangUpAll(stage, legs.there, legs.end);
  }),
  consultation("feature-threeway", "Kai consults Omar with *2 and makes it three with *3", async (stage, legs) => {
    await stage.step("1000 dials *3");
    await legs.call.sendDigits("*3");
    await stage.hears(legs.there, "1000", "1003");
    await stage.step("1000 hangs up");
    legs.call.hangUp();
    await stage.hearEachOther(legs.there, legs.end);
    await hangUpAll(stage, legs.there, legs.end);
  }),
  consultation(
    "feature-swap",
    "Kai consults Omar with *2, alternates with *4, and gives Omar up",
    async (stage, legs) => {
      await stage.step("1000 dials *4");
      await legs.call.sendDigits("*4");
      await stage.hearEachOther(legs.call, legs.there);
      await stage.hears(legs.end, "music");
      await stage.step("1003 hangs up");
      legs.end.hangUp();
      await stage.hearEachOther(legs.call, legs.there);
      await hangUpAll(stage, legs.there, legs.call);
    },
  ),
  consultation(
    "feature-consultation-ends",
    "Kai consults Omar with *2, Omar hangs up, Kai is back",
    async (stage, legs) => {
      await stage.step("1003 hangs up");
      legs.end.hangUp();
      await stage.hearEachOther(legs.call, legs.there);
      await hangUpAll(stage, legs.call, legs.there);
    },
  ),
  {
    name: "ami-blind-transfer",
    what: "A program transfers Ping to Omar (AMI BlindTransfer of Kai)",
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { call, there } = await talk(stage);
      await stage.step("AMI BlindTransfer");
      const Channel = await channelOf(stage.lab, "1000");
      await stage.lab.action({ Action: "BlindTransfer", Channel, Context: "internal", Exten: "1003" });
      const end = await omar.waitForCall();
      await stage.hearEachOther(there, end);
      await stage.ended(call);
      await hangUpAll(stage, there, end);
    },
  },
  {
    name: "ami-attended-transfer",
    what: "A program makes Kai consult Omar (AMI Atxfer), Kai hangs up",
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { call, there } = await talk(stage, "31002");
      await stage.step("AMI Atxfer");
      const Channel = await channelOf(stage.lab, "1000");
      await stage.lab.action({ Action: "Atxfer", Channel, Context: "internal", Exten: "1003" });
      const end = await omar.waitForCall();
      await stage.hearEachOther(call, end);
      await stage.step("1000 hangs up");
      call.hangUp();
      await stage.hearEachOther(there, end);
      await hangUpAll(stage, there, end);
    },
  },
  {
    name: "blind-transfer-to-group",
    what: "Kai transfers Ping blindly to the ring group, Lena answers (REFER)",
    run: async (stage) => {
      const [ana, lena] = [
        await stage.phone("1001", { onCall: "ring" }),
        await stage.phone("1006", { onCall: "ring" }),
      ];
      const { call, there } = await talk(stage);
      await addExtension(stage.lab, "751", "Dial(PJSIP/1001&PJSIP/1006,30)");
      await stage.step("1000 transfers to 751");
      await call.blindTransfer("751");
      const [atAna, atLena] = [await ana.waitForCall(), await lena.waitForCall()];
      await stage.step("1006 answers");
      atLena.answer();
      await stage.hearEachOther(there, atLena);
      await stage.ended(atAna);
      if (call.state !== "ended") call.hangUp();
      await hangUpAll(stage, there, atLena);
    },
  },
  blindToNobody("blind-transfer-to-nobody", "Kai transfers Ping to a number that nobody has", "1999"),
  blindToNobody("blind-transfer-to-busy", "Kai transfers Ping to Omar, who is busy", "1003"),
  {
    name: "transfer-by-callee",
    what: "Kai calls Ping, who transfers him blindly to Omar (REFER)",
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { call, there } = await talk(stage);
      await stage.step("1002 transfers to 1003");
      await there.blindTransfer("1003");
      const end = await omar.waitForCall();
      await stage.hearEachOther(call, end);
      if (there.state !== "ended") there.hangUp();
      await hangUpAll(stage, end, call);
    },
  },
];
