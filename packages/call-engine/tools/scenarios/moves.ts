import { addExtension, channelOf } from "./ami.ts";
import type { TracedScenario } from "./further-scenarios.ts";

/** Parking, conferences, and what a program does to calls that stand. */
export const moves: readonly TracedScenario[] = [
  {
    name: "park-timeout",
    what: "A program parks Ping for Kai, nobody takes her back, Kai's phone rings again and he answers",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("AMI Park");
      const [Channel, TimeoutChannel] = [await channelOf(stage.lab, "1002"), await channelOf(stage.lab, "1000")];
      await stage.lab.action({ Action: "Park", Channel, TimeoutChannel, Timeout: "2500", Parkinglot: "default" });
      await stage.hears(there, "music");
      if (call.state !== "ended") call.hangUp();
      const back = await kai.waitForCall();
      await stage.hearEachOther(back, there);
      there.hangUp();
      await stage.ended(back);
    },
  },
  {
    name: "park-give-up",
    what: "Kai parks Ping, who hangs up",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("1000 transfers to 70");
      await call.blindTransfer("70");
      await stage.hears(there, "music");
      if (call.state !== "ended") call.hangUp();
      await stage.step("1002 hangs up");
      there.hangUp();
      await stage.lab.waitUntilIdle();
    },
  },
  {
    name: "park-feature",
    what: "Kai parks Ping with the feature code #72, Lena takes her back",
    run: async (stage) => {
      const [kai, ping, lena] = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1006")];
      const call = await kai.call("31002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("1000 dials #72");
      await call.sendDigits("#72");
      await stage.hears(there, "music");
      await stage.step("1006 calls 701");
      const retrieval = await lena.call("701");
      await stage.hearEachOther(retrieval, there);
      retrieval.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "conference-kick",
    what: "Kai, Ping and Omar are in the conference room, Omar is muted, unmuted, and kicked",
    run: async (stage) => {
      const legs = [];
      for (const number of ["1000", "1002", "1003"]) {
        const phone = await stage.phone(number);
        legs.push(await (await phone.call("800")).waitUntilUp());
      }
      const omar = legs[2];
      if (!omar) return;
      await stage.hears(omar, "1000", "1002");
      const Channel = await channelOf(stage.lab, "1003");
      for (const Action of ["ConfbridgeMute", "ConfbridgeUnmute", "ConfbridgeKick"]) {
        await stage.step(`AMI ${Action}`);
        await stage.lab.action({ Action, Conference: "800", Channel });
      }
      await stage.ended(omar);
      for (const leg of legs) leg.hangUp();
    },
  },
  {
    name: "conference-talking",
    what: "Kai and Ping are in a conference room that tells who talks",
    run: async (stage) => {
      const detection = "Set(CONFBRIDGE(user,talk_detection_events)=yes)";
      await addExtension(stage.lab, "801", detection, "Answer()", "ConfBridge(801)");
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const first = await (await kai.call("801")).waitUntilUp();
      const second = await (await ping.call("801")).waitUntilUp();
      await stage.hearEachOther(first, second);
      first.hangUp();
      second.hangUp();
    },
  },
  {
    name: "redirect-pair",
    what: "A program moves Kai and Ping, who talk, into the conference room (AMI Redirect)",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("AMI Redirect");
      const [Channel, ExtraChannel] = [await channelOf(stage.lab, "1000"), await channelOf(stage.lab, "1002")];
      const where = { Context: "internal", Exten: "800", Priority: "1" };
      const extra = { ExtraContext: "internal", ExtraExten: "800", ExtraPriority: "1" };
      await stage.lab.action({ Action: "Redirect", Channel, ExtraChannel, ...where, ...extra });
      await stage.prove(
        "both are in the room",
        async () => (await stage.lab.channels()).filter(({ application }) => application === "ConfBridge").length === 2,
      );
      await stage.hearEachOther(call, there);
      there.hangUp();
      call.hangUp();
    },
  },
  {
    name: "redirect-one",
    what: "A program sends Ping from her talk with Kai to Omar (AMI Redirect)",
    run: async (stage) => {
      const [kai, ping, omar] = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1003")];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("AMI Redirect");
      const Channel = await channelOf(stage.lab, "1002");
      await stage.lab.action({ Action: "Redirect", Channel, Context: "internal", Exten: "1003", Priority: "1" });
      const end = await omar.waitForCall();
      await stage.hearEachOther(there, end);
      await stage.ended(call);
      end.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "bridge-two-calls",
    what: "Kai talks to Ping and Ana to Omar; a program joins Kai and Omar (AMI Bridge)",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const [ana, omar] = [await stage.phone("1001"), await stage.phone("1003")];
      const call = await kai.call("1002");
      await stage.hearEachOther(call, await ping.waitForCall());
      const other = await ana.call("1003");
      const atOmar = await omar.waitForCall();
      await stage.hearEachOther(other, atOmar);
      await stage.step("AMI Bridge");
      const [Channel1, Channel2] = [await channelOf(stage.lab, "1000"), await channelOf(stage.lab, "1003")];
      await stage.lab.action({ Action: "Bridge", Channel1, Channel2 });
      await stage.hearEachOther(call, atOmar);
      call.hangUp();
    },
  },
  {
    name: "pickup-of-group",
    what: "Kai calls the ring group, Lena picks it up with **720",
    run: async (stage) => {
      const [kai, lena] = [await stage.phone("1000"), await stage.phone("1006")];
      const phones = [];
      for (const number of ["1001", "1002", "1003"]) phones.push(await stage.phone(number, { onCall: "ring" }));
      const call = await kai.call("720");
      for (const phone of phones) await phone.waitForCall();
      await stage.step("1006 calls **720");
      const pickup = await lena.call("**720");
      await stage.hearEachOther(call, pickup);
      call.hangUp();
      await stage.ended(pickup);
    },
  },
];
