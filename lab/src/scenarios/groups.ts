import type { Phone } from "../phone/phone.ts";
import type { Scenario, Stage } from "./stage.ts";

async function ringing(stage: Stage, ...numbers: readonly string[]): Promise<Phone[]> {
  return Promise.all(numbers.map((number) => stage.phone(number, { onCall: "ring" })));
}

/** A call that rings several phones, one of which answers. */
function ringGroup(name: string, what: string, number: string): Scenario {
  return {
    name,
    what,
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [ana, ping, omar] = await ringing(stage, "1001", "1002", "1003");
      if (!ana || !ping || !omar) return;
      await stage.step(`1000 calls ${number}`);
      const call = await kai.call(number);
      const legs = await Promise.all([ana, ping, omar].map((phone) => phone.waitForCall()));
      await stage.prove("1001, 1002 and 1003 ring", () => legs.every((leg) => leg.state === "ringing"));
      await stage.step("1002 answers");
      const answered = legs[1];
      if (!answered) return;
      answered.answer();
      await stage.hearEachOther(call, answered);
      for (const leg of legs.filter((one) => one !== answered)) await stage.ended(leg);
      await stage.channels(2);
      call.hangUp();
      await stage.ended(answered);
    },
  };
}

/** Ring groups, queues, forwards: one call, several phones. */
export const groupScenarios: readonly Scenario[] = [
  ringGroup("ring-group", "Kai calls the ring group (&), Ping answers", "720"),
  ringGroup("ring-group-local", "Kai calls the ring group of Local channels, Ping answers", "721"),
  ringGroup("ring-group-local-n", "Kai calls the ring group of Local channels that stay (/n), Ping answers", "722"),
  {
    name: "ivr-queue",
    what: "Kai calls the IVR, presses 1, waits in the queue, Ping and Omar ring, Omar answers",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [ping, omar] = await ringing(stage, "1002", "1003");
      if (!ping || !omar) return;
      await stage.step("1000 calls 500");
      const call = await kai.call("500");
      await stage.hears(call, "sound");
      await stage.step("1000 presses 1");
      await call.sendDigits("1");
      await stage.hears(call, "music");
      const [atPing, atOmar] = [await ping.waitForCall(), await omar.waitForCall()];
      await stage.prove("the queue sales has one caller", async () =>
        (await stage.lab.cli("queue show sales")).includes("has 1 calls"),
      );
      await stage.step("1003 answers");
      atOmar.answer();
      await stage.hearEachOther(call, atOmar);
      await stage.ended(atPing);
      call.hangUp();
      await stage.ended(atOmar);
    },
  },
  {
    name: "ivr-info",
    what: "Kai calls the IVR and presses 2 by SIP INFO for Ping",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const call = await kai.call("500");
      await stage.hears(call, "sound");
      await stage.step("1000 presses 2");
      await call.sendDigits("2", "info");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "queue-rrmemory",
    what: "Two calls to the queue support: it remembers whom it rang last",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const agents = [await stage.phone("1001"), await stage.phone("1002"), await stage.phone("1003")];
      const answeredBy: string[] = [];
      for (const turn of ["first", "second"]) {
        await stage.step(`1000 calls 710 for the ${turn} time`);
        const call = await kai.call("710");
        const agent = await stage.prove(`an agent takes the ${turn} call`, () =>
          agents.find((one) => one.legs[0]?.state === "up"),
        );
        const there = agent.legs[0];
        if (!there) return;
        await stage.hearEachOther(call, there);
        answeredBy.push(agent.number);
        call.hangUp();
        await stage.ended(there);
        await stage.lab.waitUntilIdle();
      }
      await stage.prove(`the agents took turns: ${answeredBy.join(", ")}`, () => answeredBy[0] !== answeredBy[1]);
    },
  },
  {
    name: "queue-local",
    what: "Kai calls the queue whose members are Local channels, Omar answers",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [ping, omar] = await ringing(stage, "1002", "1003");
      if (!ping || !omar) return;
      const call = await kai.call("715");
      const [atPing, atOmar] = [await ping.waitForCall(), await omar.waitForCall()];
      await stage.step("1003 answers");
      atOmar.answer();
      await stage.hearEachOther(call, atOmar);
      await stage.ended(atPing);
      call.hangUp();
      await stage.ended(atOmar);
    },
  },
  {
    name: "queue-abandon",
    what: "Kai calls the queue and gives up while Ping's phone rings",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const [ping] = await ringing(stage, "1002");
      if (!ping) return;
      const call = await kai.call("700");
      const there = await ping.waitForCall();
      await stage.hears(call, "music");
      await stage.step("1000 gives up");
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "forward-chain",
    what: "Kai calls 740, forwarded through three Local channels to Ping",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      await stage.step("1000 calls 740");
      const call = await kai.call("740");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.prove("the Local channels have folded away", async () => (await stage.lab.channels()).length === 2);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "forward-database",
    what: "Ping forwards her phone to Omar with *72, Kai calls her and gets Omar",
    run: async (stage) => {
      const [kai, ping, omar] = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1003")];
      stage.onEnd(() => stage.lab.cli("database del CF 1002"));
      await stage.step("1002 calls *721003");
      await stage.ended(await ping.call("*721003"));
      await stage.step("1000 calls 41002");
      const call = await kai.call("41002");
      const there = await omar.waitForCall();
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "forward-302",
    what: "Ping's phone itself sends Kai on to Omar (302)",
    run: async (stage) => {
      const [kai, ping, omar] = [
        await stage.phone("1000"),
        await stage.phone("1002", { onCall: "ring" }),
        await stage.phone("1003"),
      ];
      const call = await kai.call("1002");
      const moved = await ping.waitForCall();
      await stage.step("1002 sends the call on to 1003");
      moved.reject(302, "Moved Temporarily", `sip:1003@127.0.0.1:${stage.lab.ports.sip}`);
      const there = await omar.waitForCall();
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "conference",
    what: "Kai, Ping and Omar meet in the conference room 800",
    run: async (stage) => {
      const phones = [await stage.phone("1000"), await stage.phone("1002"), await stage.phone("1003")];
      const legs = [];
      for (const phone of phones) {
        await stage.step(`${phone.number} calls 800`);
        legs.push(await (await phone.call("800")).waitUntilUp());
      }
      for (const leg of legs)
        await stage.hears(leg, ...["1000", "1002", "1003"].filter((number) => number !== leg.number));
      await stage.channels(3);
      for (const leg of legs) leg.hangUp();
    },
  },
];
