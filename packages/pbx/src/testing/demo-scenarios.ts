import type { LabAsterisk, Leg, Phone } from "@cordboard/lab";

/** What a scenario plays on. */
export interface Stage {
  readonly lab: LabAsterisk;
  /** The phone of that number; it rings until the scenario answers. */
  phone(number: string): Promise<Phone>;
  /** Things stand still now: a test compares here, a recording lets people look. */
  settled(what: string): Promise<void>;
}

/** What a recording of the demo shows: a call, or several, on the lab; it ends with all phones idle. */
export interface DemoScenario {
  readonly name: string;
  /** For people: the recording's label. */
  readonly title: string;
  run(stage: Stage): Promise<void>;
}

/** A stage with phones that ring until the scenario answers; `settled` is what to do when things stand still. */
export function stageOn(lab: LabAsterisk, settled: (what: string) => Promise<void>): Stage {
  const phones = new Map<string, Promise<Phone>>();
  return {
    lab,
    settled,
    phone(number) {
      let phone = phones.get(number);
      if (phone === undefined) phones.set(number, (phone = lab.addPhone(number, { onCall: "ring" })));
      return phone;
    },
  };
}

/** Both sides of a call that is answered. */
interface Call {
  readonly caller: Leg;
  readonly callee: Leg;
}

async function call(stage: Stage, from: string, to: string): Promise<Call> {
  const [fromPhone, toPhone] = await Promise.all([stage.phone(from), stage.phone(to)]);
  const caller = await fromPhone.call(to);
  const callee = await toPhone.waitForCall();
  await stage.settled(`${to} rings`);
  callee.answer();
  await caller.waitUntilUp();
  await callee.waitUntilUp();
  await stage.settled(`${from} and ${to} talk`);
  return { caller, callee };
}

async function end(stage: Stage, by: Leg, ...others: readonly Leg[]): Promise<void> {
  by.hangUp();
  for (const leg of [by, ...others]) await leg.waitUntilEnded();
  await stage.settled("all is over");
}

/** The recordings of the demo, in their order. */
export const demoScenarios: readonly DemoScenario[] = [
  {
    name: "basic",
    title: "A basic call",
    async run(stage) {
      const { caller, callee } = await call(stage, "1000", "1002");
      await end(stage, caller, callee);
    },
  },
  {
    name: "hold",
    title: "Hold and retrieve",
    async run(stage) {
      const { caller, callee } = await call(stage, "1000", "1002");
      await caller.hold();
      await callee.waitToHear("music");
      await stage.settled("on hold");
      await caller.retrieve();
      await callee.waitToHear("1000");
      await stage.settled("retrieved");
      await end(stage, callee, caller);
    },
  },
  {
    name: "ivr-queue",
    title: "Through the menu into a queue",
    async run(stage) {
      const [kai, ping, omar] = await Promise.all(["1000", "1002", "1003"].map((number) => stage.phone(number)));
      if (kai === undefined || ping === undefined || omar === undefined) return;
      const caller = await kai.call("500");
      await caller.waitUntilUp();
      await stage.settled("in the menu");
      await caller.sendDigits("1");
      const [toPing] = await Promise.all([ping.waitForCall(), omar.waitForCall()]);
      await stage.settled("the queue rings all");
      toPing.answer();
      await toPing.waitUntilUp();
      await toPing.waitToHear("1000");
      await stage.settled("an agent has the call");
      await end(stage, caller, toPing);
    },
  },
  {
    name: "blind-transfer",
    title: "A blind transfer",
    async run(stage) {
      const lena = await stage.phone("1006");
      const { caller, callee } = await call(stage, "1000", "1002");
      await caller.blindTransfer("1006");
      const third = await lena.waitForCall();
      caller.hangUp();
      await stage.settled("the third rings");
      third.answer();
      await third.waitUntilUp();
      await third.waitToHear("1002");
      await stage.settled("transferred");
      await end(stage, third, callee);
    },
  },
  {
    name: "attended-transfer",
    title: "An attended transfer",
    async run(stage) {
      const [kai, lena] = await Promise.all([stage.phone("1000"), stage.phone("1006")]);
      const { caller, callee } = await call(stage, "1000", "1002");
      await caller.hold();
      await callee.waitToHear("music");
      await stage.settled("on hold");
      const consultation = await kai.call("1006");
      const third = await lena.waitForCall();
      await stage.settled("the third rings");
      third.answer();
      await consultation.waitUntilUp();
      await third.waitToHear("1000");
      await stage.settled("consulting");
      await caller.attendedTransfer(consultation);
      await third.waitToHear("1002");
      for (const leg of kai.legs) leg.hangUp();
      await stage.settled("transferred");
      await end(stage, callee, third);
    },
  },
  {
    name: "parking",
    title: "Parked and picked up again",
    async run(stage) {
      const lena = await stage.phone("1006");
      const { caller, callee } = await call(stage, "1000", "1002");
      await caller.blindTransfer("70");
      await callee.waitToHear("music");
      if (caller.state === "up") caller.hangUp();
      await stage.settled("parked");
      const retriever = await lena.call("701");
      await retriever.waitToHear("1002");
      await stage.settled("taken back");
      await end(stage, retriever, callee);
    },
  },
  {
    name: "conference",
    title: "A conference of three",
    async run(stage) {
      const legs: Leg[] = [];
      for (const number of ["1001", "1003", "1006"]) {
        const leg = await (await stage.phone(number)).call("800");
        await leg.waitUntilUp();
        legs.push(leg);
        await stage.settled(`${number} is in`);
      }
      await legs[0]?.waitToHear(["1003", "1006"]);
      await stage.settled("three in the conference");
      for (const leg of legs) {
        leg.hangUp();
        await leg.waitUntilEnded();
        await stage.settled("one less");
      }
    },
  },
  {
    name: "voicemail",
    title: "No answer, then voicemail",
    async run(stage) {
      const [omar, ana] = await Promise.all([stage.phone("1003"), stage.phone("1001")]);
      const caller = await omar.call("61001");
      await ana.waitForCall();
      await stage.settled("it rings");
      await caller.waitUntilUp({ timeoutMs: 15_000 });
      await stage.settled("the mailbox has answered");
      await caller.waitToHear("silence", { timeoutMs: 20_000 });
      await stage.settled("leaving a message");
      caller.hangUp();
      // The voicemail application first finishes its prompt.
      await stage.lab.waitUntilIdle({ timeoutMs: 15_000 });
      await stage.settled("all is over");
    },
  },
];
