import type { Phone } from "@cordboard/lab";
import { addExtension } from "./ami.ts";
import { AriApplication } from "./ari-application.ts";
import type { TracedScenario } from "./further-scenarios.ts";

/** Queues that do not go well, Stasis, and chan_sip. */
export const services: readonly TracedScenario[] = [
  {
    name: "queue-next-agent",
    what: "Kai calls the queue support; the first agent does not answer, the second does",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const agents: Phone[] = [];
      for (const number of ["1001", "1002", "1003"]) agents.push(await stage.phone(number, { onCall: "ring" }));
      const call = await kai.call("710");
      const next = await stage.prove(
        "the second agent rings",
        () =>
          agents.some((one) => one.allLegs[0]?.state === "ended") &&
          agents.find((one) => one.legs[0]?.state === "ringing"),
        20_000,
      );
      const there = next.legs[0];
      if (!there) return;
      there.answer();
      await stage.hearEachOther(call, there);
      await stage.step("the agent hangs up");
      there.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "queue-agent-rejects",
    what: "Kai calls the queue sales, Ping declines, Omar answers",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [ping, omar] = [
        await stage.phone("1002", { onCall: "ring" }),
        await stage.phone("1003", { onCall: "ring" }),
      ];
      const call = await kai.call("700");
      const [atPing, atOmar] = [await ping.waitForCall(), await omar.waitForCall()];
      await stage.step("1002 declines");
      atPing.reject(486);
      await stage.step("1003 answers");
      atOmar.answer();
      await stage.hearEachOther(call, atOmar);
      atOmar.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "queue-timeout-voicemail",
    what: "Kai waits in the queue until it gives up on him, then leaves a message",
    run: async (stage) => {
      await addExtension(stage.lab, "752", "Answer()", "Queue(sales,,,,3)", "VoiceMail(1002@default,s)", "Hangup()");
      const kai = await stage.phone("1000");
      await stage.phone("1002", { onCall: "ring" });
      const call = await kai.call("752");
      await stage.hears(call, "music");
      await stage.prove(
        "1000 is in the voicemail",
        async () => (await stage.lab.channels()).some(({ application }) => application === "VoiceMail"),
        10_000,
      );
      call.hangUp();
    },
  },
  {
    name: "queue-transfer",
    what: "Kai is answered by Omar out of the queue and transferred to Lena (REFER)",
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
      end.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "stasis-bridge",
    what: "Kai and Ping each call into an application, which answers and bridges them",
    run: async (stage) => {
      const { lab } = stage;
      await using application = await AriApplication.start(lab, "hello-world");
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const call = await kai.call("900");
      const [first] = await application.arrivals(1);
      await application.post(`channels/${first}/answer`);
      const second = await ping.call("900");
      const both = await application.arrivals(2);
      await application.post(`channels/${both[1]}/answer`);
      await stage.step("the application bridges them");
      await application.post("bridges/together?type=mixing");
      await application.post(`bridges/together/addChannel?channel=${both.join(",")}`);
      await stage.hearEachOther(call, second);
      await stage.step("1000 hangs up");
      call.hangUp();
      await stage.step("the application lets 1002 go");
      await application.delete("bridges/together");
      await application.post(`channels/${both[1]}/continue`);
      await stage.ended(second);
    },
  },
  {
    name: "stasis-dial",
    what: "Kai calls into an application, which calls Ping for him and bridges them",
    run: async (stage) => {
      const { lab } = stage;
      await using application = await AriApplication.start(lab, "hello-world");
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002", { onCall: "ring" })];
      const call = await kai.call("900");
      const [first] = await application.arrivals(1);
      await stage.step("the application calls 1002");
      await application.post(
        `channels/create?endpoint=PJSIP/1002&app=hello-world&originator=${first}&channelId=dialled`,
      );
      await application.arrivals(2);
      await application.post("bridges/pair?type=mixing");
      await application.post("bridges/pair/addChannel?channel=dialled");
      await application.post(`channels/dialled/dial?caller=${first}`);
      const there = await ping.waitForCall();
      await stage.step("1002 answers");
      there.answer();
      await application.post(`channels/${first}/answer`);
      await application.post(`bridges/pair/addChannel?channel=${first}`);
      await stage.hearEachOther(call, there);
      there.hangUp();
      await application.delete("bridges/pair");
      await application.delete(`channels/${first}`);
      await stage.ended(call);
    },
  },
  {
    name: "chan-sip-transfer",
    what: "Sam on chan_sip calls Kai, consults Tess on chan_sip, and connects them (REFER with Replaces)",
    versions: [16],
    run: async (stage) => {
      const [sam, kai, tess] = [await stage.phone("102"), await stage.phone("1000"), await stage.phone("103")];
      const call = await sam.call("1000");
      const there = await kai.waitForCall();
      await stage.hearEachOther(call, there);
      await call.hold();
      const consult = await sam.call("103");
      const end = await tess.waitForCall();
      await stage.hearEachOther(consult, end);
      await stage.step("102 connects 1000 and 103");
      await call.attendedTransfer(consult);
      await stage.hearEachOther(there, end);
      for (const leg of sam.legs) leg.hangUp();
      there.hangUp();
      await stage.ended(end);
    },
  },
];
