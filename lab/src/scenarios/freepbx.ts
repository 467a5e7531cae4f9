import type { Scenario } from "./stage.ts";

const profile = "freepbx";

/** Calls through the dialplan in FreePBX's shapes. */
export const freepbxScenarios: readonly Scenario[] = [
  {
    name: "freepbx-call",
    what: "Kai calls Ping through nested dial macros",
    profile,
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      await stage.step("1000 calls 1002");
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      const [caller] = (await stage.channels(2)).filter(({ name }) => name.startsWith("PJSIP/1000-"));
      await stage.prove("the caller stands in macro-dial-one", () => caller?.context === "macro-dial-one");
      there.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "freepbx-dnd",
    what: "Ping sets do-not-disturb with *78: her hint is busy, and Kai's call goes to her mailbox",
    profile,
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      stage.onEnd(() => stage.lab.cli("database del DND 1002"));
      stage.onEnd(() => stage.lab.cli("devstate change Custom:DND1002 NOT_INUSE"));
      await stage.step("1002 calls *78");
      const code = await ping.call("*78");
      await stage.hears(code, "sound");
      code.hangUp();
      await stage.prove("the hint of 1002 is busy", async () =>
        /^1002@ext-local\s.*State:Busy/mu.test(await stage.lab.cli("core show hint 1002")),
      );
      await stage.step("1000 calls 1002");
      const call = await kai.call("1002");
      await stage.prove("the call is in VoiceMail", async () =>
        (await stage.lab.channels()).some(({ application }) => application === "VoiceMail"),
      );
      call.hangUp();
    },
  },
  {
    name: "freepbx-queue",
    what: "Kai calls the queue, whose members are Local/…@from-queue/n, Omar answers",
    profile,
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [ping, omar] = [
        await stage.phone("1002", { onCall: "ring" }),
        await stage.phone("1003", { onCall: "ring" }),
      ];
      await stage.step("1000 calls 700");
      const call = await kai.call("700");
      const [atPing, atOmar] = [await ping.waitForCall(), await omar.waitForCall()];
      await stage.step("1003 answers");
      atOmar.answer();
      await stage.hearEachOther(call, atOmar);
      await stage.ended(atPing);
      await stage.prove("the Local channels of /n stay", async () =>
        (await stage.lab.channels()).some(({ name }) => name.startsWith("Local/1003@from-queue")),
      );
      call.hangUp();
      await stage.ended(atOmar);
    },
  },
  {
    name: "freepbx-follow-me",
    what: "Kai calls Omar's follow-me number, Lena answers",
    profile,
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [omar, lena] = [
        await stage.phone("1003", { onCall: "ring" }),
        await stage.phone("1006", { onCall: "ring" }),
      ];
      await stage.step("1000 calls 2003");
      const call = await kai.call("2003");
      const [atOmar, atLena] = [await omar.waitForCall(), await lena.waitForCall()];
      await stage.step("1006 answers");
      atLena.answer();
      await stage.hearEachOther(call, atLena);
      await stage.ended(atOmar);
      call.hangUp();
      await stage.ended(atLena);
    },
  },
  {
    name: "freepbx-ring-group",
    what: "Kai calls the ring group, Ana answers",
    profile,
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [ana, ping] = [
        await stage.phone("1001", { onCall: "ring" }),
        await stage.phone("1002", { onCall: "ring" }),
      ];
      await stage.step("1000 calls 720");
      const call = await kai.call("720");
      const [atAna, atPing] = [await ana.waitForCall(), await ping.waitForCall()];
      await stage.step("1001 answers");
      atAna.answer();
      await stage.hearEachOther(call, atAna);
      await stage.ended(atPing);
      call.hangUp();
      await stage.ended(atAna);
    },
  },
];
