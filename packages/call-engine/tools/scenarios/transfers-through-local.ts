import type { TracedScenario } from "./further-scenarios.ts";

/** Transfers of calls that are not simply two channels in a bridge. */
export const transfersThroughLocal: readonly TracedScenario[] = [
  {
    name: "freepbx-queue-attended-transfer",
    what: "Kai is answered by Omar, whom the queue rang as Local/…/n; Omar consults Lena and connects them (REFER with Replaces)",
    profile: "freepbx",
    run: async (stage) => {
      const [kai, omar, lena] = [await stage.phone("1000"), await stage.phone("1003"), await stage.phone("1006")];
      const call = await kai.call("700");
      const atOmar = await omar.waitForCall();
      await stage.hearEachOther(call, atOmar);
      await stage.step("1003 holds 1000 and calls 1006");
      await atOmar.hold();
      const consult = await omar.call("1006");
      const end = await lena.waitForCall();
      await stage.hearEachOther(consult, end);
      await stage.step("1003 connects 1000 and 1006");
      await atOmar.attendedTransfer(consult);
      await stage.hearEachOther(call, end);
      for (const leg of omar.legs) leg.hangUp();
      await stage.step("1000 hangs up");
      call.hangUp();
      await stage.ended(end);
    },
  },
  {
    name: "freepbx-queue-blind-transfer",
    what: "Kai is answered by Omar, whom the queue rang as Local/…/n, and transferred to Lena (REFER)",
    profile: "freepbx",
    run: async (stage) => {
      const [kai, omar, lena] = [await stage.phone("1000"), await stage.phone("1003"), await stage.phone("1006")];
      const call = await kai.call("700");
      const atOmar = await omar.waitForCall();
      await stage.hearEachOther(call, atOmar);
      await stage.step("1003 transfers to 1006");
      await atOmar.blindTransfer("1006");
      const end = await lena.waitForCall();
      await stage.hearEachOther(call, end);
      if (atOmar.state !== "ended") atOmar.hangUp();
      await stage.step("1000 hangs up");
      call.hangUp();
      await stage.ended(end);
    },
  },
  {
    name: "queue-attended-transfer",
    what: "Kai calls Ping, who calls the queue and connects him with it while it rings (REFER with Replaces), Omar answers",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const omar = await stage.phone("1003", { onCall: "ring" });
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("1002 holds 1000 and calls 700");
      await there.hold();
      const consult = await (await ping.call("700")).waitUntilUp();
      const atOmar = await omar.waitForCall();
      await stage.step("1002 connects 1000 and the queue");
      await there.attendedTransfer(consult);
      for (const leg of ping.legs) leg.hangUp();
      await stage.step("1003 answers");
      atOmar.answer();
      await stage.hearEachOther(call, atOmar);
      await stage.step("1003 hangs up");
      atOmar.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "conference-attended-transfer",
    what: "Kai and Ping are in the conference room; Kai calls Omar and puts him there in his place (REFER with Replaces)",
    run: async (stage) => {
      const [kai, ping, omar] = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1003")];
      const first = await (await kai.call("800")).waitUntilUp();
      const second = await (await ping.call("800")).waitUntilUp();
      await stage.hearEachOther(first, second);
      await stage.step("1000 holds the room and calls 1003");
      await first.hold();
      const consult = await kai.call("1003");
      const end = await omar.waitForCall();
      await stage.hearEachOther(consult, end);
      await stage.step("1000 connects the room and 1003");
      await first.attendedTransfer(consult);
      await stage.hearEachOther(second, end);
      for (const leg of kai.legs) leg.hangUp();
      await stage.step("1003 hangs up");
      end.hangUp();
      second.hangUp();
    },
  },
  {
    name: "conference-from-talk",
    what: "Kai talks to Ping and sends her blindly to the conference room, where Omar is (REFER)",
    run: async (stage) => {
      const [kai, ping, omar] = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1003")];
      const room = await (await omar.call("800")).waitUntilUp();
      await stage.step("1000 calls 1002");
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("1000 transfers to 800");
      await call.blindTransfer("800");
      await stage.hearEachOther(room, there);
      if (call.state !== "ended") call.hangUp();
      await stage.step("1002 hangs up");
      there.hangUp();
      room.hangUp();
    },
  },
  {
    name: "blind-transfer-unanswered",
    what: "Kai transfers Ping to a phone that nobody answers (REFER)",
    run: async (stage) => {
      const [kai, ping, omar] = [
        await stage.phone("1000"),
        await stage.phone("1002"),
        await stage.phone("1003", { onCall: "ring" }),
      ];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("1000 transfers to 71003");
      await call.blindTransfer("71003");
      const end = await omar.waitForCall();
      if (call.state !== "ended") call.hangUp();
      await stage.ended(end);
      await stage.step("1002 hangs up");
      there.hangUp();
    },
  },
];
