import { addExtension } from "./ami.ts";
import type { TracedScenario } from "./further-scenarios.ts";

/** Plain calls, calls that a program starts, and calls that fail. */
export const calls: readonly TracedScenario[] = [
  {
    name: "congestion",
    what: "Kai calls a number that answers with congestion",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      await stage.step("1000 calls 604");
      await stage.ended(await kai.call("604"));
    },
  },
  {
    name: "busy-number",
    what: "Kai calls a number whose dialplan says busy",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      await stage.step("1000 calls 603");
      await stage.ended(await kai.call("603"));
    },
  },
  {
    name: "before-we-connected",
    what: "Kai talks to Ping and Ana rings Omar before we connect, then all of it ends",
    connectAt: "we connect",
    run: async (stage) => {
      const [kai, ping, ana] = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1001")];
      const omar = await stage.phone("1003", { onCall: "ring" });
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      const second = await ana.call("1003");
      const atOmar = await omar.waitForCall();
      await second.waitUntilRinging();
      await stage.step("we connect");
      await stage.step("1003 answers");
      atOmar.answer();
      await stage.hearEachOther(second, atOmar);
      there.hangUp();
      await stage.ended(call);
      second.hangUp();
      await stage.ended(atOmar);
    },
  },
  {
    name: "hang-up-on-hold",
    what: "Kai holds Ping, who hangs up while she waits",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await call.hold();
      await stage.hears(there, "music");
      there.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "two-devices",
    what: "Kai calls 750, which has two phones; the second answers",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [ana, lena] = [
        await stage.phone("1001", { onCall: "ring" }),
        await stage.phone("1006", { onCall: "ring" }),
      ];
      await addExtension(stage.lab, "750", "Dial(PJSIP/1001&PJSIP/1006,30)");
      await stage.lab.cli("dialplan add extension 750,hint,PJSIP/1001&PJSIP/1006 into phones replace");
      await stage.step("1000 calls 750");
      const call = await kai.call("750");
      const [atAna, atLena] = [await ana.waitForCall(), await lena.waitForCall()];
      await stage.step("1006 answers");
      atLena.answer();
      await stage.hearEachOther(call, atLena);
      await stage.ended(atAna);
      atLena.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "originate",
    what: "A program rings Kai and connects him with Ping",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000", { onCall: "ring" }), await stage.phone("1002")];
      await stage.step("AMI Originate PJSIP/1000 to 1002");
      await stage.lab.action(originate("PJSIP/1000", "1002"));
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
    name: "originate-local-n",
    what: "A program rings Kai through a Local channel that stays (/n) and connects him with Ping",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      await stage.step("AMI Originate Local/1000@internal/n to 1002");
      await stage.lab.action(originate("Local/1000@internal/n", "1002"));
      const call = await kai.waitForCall();
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      there.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "originate-fails-at-a",
    what: "A program rings Kai, who is busy",
    run: async (stage) => {
      const kai = await stage.phone("1000", { onCall: { reject: 486 } });
      await stage.phone("1002");
      await stage.step("AMI Originate PJSIP/1000 to 1002");
      await stage.lab.action(originate("PJSIP/1000", "1002"));
      await stage.ended(await kai.waitForCall());
    },
  },
  {
    name: "originate-phone-off",
    what: "A program rings Batman, whose phone is off",
    run: async (stage) => {
      await stage.phone("1002");
      await stage.step("AMI Originate PJSIP/1111 to 1002");
      await stage.lab.action(originate("PJSIP/1111", "1002"));
      await stage.prove("nothing is left", async () => (await stage.lab.channels()).length === 0);
    },
  },
  {
    name: "originate-fails-at-b",
    what: "A program rings Kai and connects him with Ping, who declines",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const ping = await stage.phone("1002", { onCall: "ring" });
      await stage.step("AMI Originate PJSIP/1000 to 1002");
      await stage.lab.action(originate("PJSIP/1000", "1002"));
      const call = await kai.waitForCall();
      const there = await ping.waitForCall();
      await stage.step("1002 declines");
      there.reject(603, "Decline");
      await stage.step("1000 hangs up");
      call.hangUp();
    },
  },
];

function originate(channel: string, exten: string): Record<string, string> {
  return {
    Action: "Originate",
    Channel: channel,
    Context: "internal",
    Exten: exten,
    Priority: "1",
    CallerID: `"Click" <${exten}>`,
    Timeout: "20000",
    Async: "true",
  };
}
