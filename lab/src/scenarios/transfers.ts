import type { Scenario, Stage } from "./stage.ts";
import type { Leg } from "../phone/leg.ts";
import type { Phone } from "../phone/phone.ts";

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

/** Calls that change their parties: transfers, parking, pick-up, a conference on the phone. */
export const transferScenarios: readonly Scenario[] = [
  {
    name: "blind-transfer",
    what: "Kai talks to Ping and transfers her blindly to Omar (REFER)",
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { call, there } = await talk(stage);
      await stage.step("1000 transfers to 1003");
      await call.blindTransfer("1003");
      const end = await omar.waitForCall();
      await stage.hearEachOther(there, end);
      await stage.prove("1000 is told of the success", () => call.transferStatuses.includes(200));
      if (call.state !== "ended") call.hangUp();
      await stage.channels(2);
      there.hangUp();
      await stage.ended(end);
    },
  },
  {
    name: "attended-transfer",
    what: "Kai talks to Ping, consults Omar, and connects them (REFER with Replaces)",
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { kai, call, there } = await talk(stage);
      await stage.step("1000 holds 1002 and calls 1003");
      await call.hold();
      const consultation = await kai.call("1003");
      const end = await omar.waitForCall();
      await stage.hearEachOther(consultation, end);
      await stage.hears(there, "music");
      await stage.step("1000 connects 1002 and 1003");
      await call.attendedTransfer(consultation);
      await stage.hearEachOther(there, end);
      await stage.prove("1000 is told of the success", () => call.transferStatuses.includes(200));
      for (const leg of kai.legs) leg.hangUp();
      await stage.channels(2);
      there.hangUp();
      await stage.ended(end);
    },
  },
  {
    name: "feature-blind-transfer",
    what: "Kai transfers Ping to Omar with the feature code #1",
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { call, there } = await talk(stage, "31002");
      await stage.step("1000 dials #1");
      await call.sendDigits("#1");
      await stage.hears(there, "music");
      await call.sendDigits("1003");
      const end = await omar.waitForCall();
      await stage.hearEachOther(there, end);
      await stage.ended(call);
      there.hangUp();
      await stage.ended(end);
    },
  },
  {
    name: "feature-attended-transfer",
    what: "Kai consults Omar with the feature code *2 and connects Ping with him by hanging up",
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { call, there } = await talk(stage, "31002");
      await stage.step("1000 dials *2");
      await call.sendDigits("*2");
      await stage.hears(there, "music");
      await call.sendDigits("1003");
      const end = await omar.waitForCall();
      await stage.hearEachOther(call, end);
      await stage.step("1000 hangs up");
      call.hangUp();
      await stage.hearEachOther(there, end);
      there.hangUp();
      await stage.ended(end);
    },
  },
  {
    name: "feature-blonde-transfer",
    what: "Kai calls Omar with the feature code *2 and hangs up while it rings there; Omar gets Ping",
    run: async (stage) => {
      const omar = await stage.phone("1003", { onCall: "ring" });
      const { call, there } = await talk(stage, "31002");
      await stage.step("1000 dials *2");
      await call.sendDigits("*2");
      await stage.hears(there, "music");
      await call.sendDigits("1003");
      const end = await omar.waitForCall();
      await stage.step("1000 hangs up while it rings");
      call.hangUp();
      await stage.ended(call);
      // Asterisk 22.10.1 can crash if the target answers in the instant in which the transferrer goes; people are slower.
      await stage.hears(there, "silence");
      await stage.step("1003 answers");
      end.answer();
      await stage.hearEachOther(there, end);
      there.hangUp();
      await stage.ended(end);
    },
  },
  {
    name: "park",
    what: "Kai parks Ping, Lena takes her back from the lot",
    run: async (stage) => {
      const lena = await stage.phone("1006");
      const { call, there } = await talk(stage);
      await stage.step("1000 transfers to 70");
      await call.blindTransfer("70");
      await stage.hears(there, "music");
      if (call.state !== "ended") call.hangUp();
      const space = await stage.prove("the lot has the call in 701", async () =>
        (await stage.lab.cli("parking show default")).includes("701"),
      );
      await stage.step(`1006 calls ${space ? "701" : ""}`);
      const retrieval = await lena.call("701");
      await stage.hearEachOther(retrieval, there);
      retrieval.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "three-party",
    what: "Kai talks to Ping and Omar and joins them on his phone's conference key",
    run: async (stage) => {
      const omar = await stage.phone("1003");
      const { kai, call, there } = await talk(stage);
      await call.hold();
      await stage.step("1000 calls 1003");
      const second = await kai.call("1003");
      const end = await omar.waitForCall();
      await stage.hearEachOther(second, end);
      await stage.step("1000 joins the two calls");
      await call.retrieve();
      kai.conference(call, second);
      await stage.hears(there, "1000", "1003");
      await stage.hears(end, "1000", "1002");
      await stage.channels(4);
      call.hangUp();
      second.hangUp();
      await stage.ended(there);
      await stage.ended(end);
    },
  },
  {
    name: "pickup-directed",
    what: "Kai calls Ping, Omar picks it up with **1002",
    run: async (stage) => {
      const [kai, ping, omar] = [
        await stage.phone("1000"),
        await stage.phone("1002", { onCall: "ring" }),
        await stage.phone("1003"),
      ];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await call.waitUntilRinging();
      await stage.step("1003 calls **1002");
      const pickup = await omar.call("**1002");
      await stage.hearEachOther(call, pickup);
      await stage.ended(there);
      call.hangUp();
      await stage.ended(pickup);
    },
  },
  {
    name: "pickup-group",
    what: "Kai calls Ping, Lena of the same group picks it up with *8",
    run: async (stage) => {
      const [kai, ping, lena] = [
        await stage.phone("1000"),
        await stage.phone("1002", { onCall: "ring" }),
        await stage.phone("1006"),
      ];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await call.waitUntilRinging();
      await stage.step("1006 calls *8");
      const pickup = await lena.call("*8");
      await stage.hearEachOther(call, pickup);
      await stage.ended(there);
      call.hangUp();
      await stage.ended(pickup);
    },
  },
];
