import type { LabAsterisk, Leg, Phone } from "@cordboard/lab";

/** What a scenario plays on. */
export interface Stage {
  readonly lab: LabAsterisk;
  /** The phone of that number; it rings until the scenario answers. */
  phone(number: string): Promise<Phone>;
  /** Things stand still now: a test compares here, a recording lets people look. */
  settled(what: string): Promise<void>;
}

/** A call, or several, on the lab; it ends with all phones idle. */
export interface LabScenario {
  readonly name: string;
  /** Part of the demo, under this title. */
  readonly demo?: string;
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

async function call(stage: Stage, from: string, to: string, dialled: string = to): Promise<Call> {
  const [fromPhone, toPhone] = await Promise.all([stage.phone(from), stage.phone(to)]);
  const caller = await fromPhone.call(dialled);
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

/** The calls that the view must follow; those with a title are what the demo shows. */
export const labScenarios: readonly LabScenario[] = [
  {
    name: "basic",
    demo: "A basic call",
    async run(stage) {
      const { caller, callee } = await call(stage, "1000", "1002");
      await end(stage, caller, callee);
    },
  },
  {
    name: "hold",
    demo: "Hold and retrieve",
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
    demo: "Through the menu into a queue",
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
    demo: "A blind transfer",
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
    demo: "An attended transfer",
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
    demo: "Parked and picked up again",
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
    demo: "A conference of three",
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
    demo: "No answer, then voicemail",
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
  {
    name: "cancel",
    async run(stage) {
      const [kai, ping] = await Promise.all([stage.phone("1000"), stage.phone("1002")]);
      const caller = await kai.call("1002");
      const callee = await ping.waitForCall();
      await stage.settled("it rings");
      caller.cancel();
      await callee.waitUntilEnded();
      await stage.settled("all is over");
    },
  },
  {
    name: "busy",
    async run(stage) {
      const [kai, ping] = await Promise.all([stage.phone("1000"), stage.phone("1002")]);
      const caller = await kai.call("1002");
      const callee = await ping.waitForCall();
      callee.reject(486);
      await caller.waitUntilEnded();
      await stage.settled("all is over");
    },
  },
  {
    name: "feature-codes",
    async run(stage) {
      const lena = await stage.phone("1006");
      const { caller, callee } = await call(stage, "1000", "1002", "31002");
      await caller.sendDigits("*2");
      await callee.waitToHear("music");
      await stage.settled("asked for the number");
      await caller.sendDigits("1006");
      const third = await lena.waitForCall();
      await stage.settled("the third rings");
      third.answer();
      await third.waitToHear("1000");
      await stage.settled("consulting");
      caller.hangUp();
      await third.waitToHear("1002");
      await stage.settled("transferred");
      await end(stage, callee, third);
    },
  },
  ...["720", "721", "722"].map((group): LabScenario => ({
    name: `ring-group-${group}`,
    async run(stage) {
      const [kai, ana, ping, omar] = await Promise.all(
        ["1000", "1001", "1002", "1003"].map((number) => stage.phone(number)),
      );
      if (kai === undefined || ana === undefined || ping === undefined || omar === undefined) return;
      const caller = await kai.call(group);
      const [, callee] = await Promise.all([ana, ping, omar].map((phone) => phone.waitForCall()));
      await stage.settled("all ring");
      callee?.answer();
      await caller.waitToHear("1002");
      await stage.settled("one has it");
      await end(stage, caller);
    },
  })),
  {
    name: "forward-chain",
    async run(stage) {
      const { caller, callee } = await call(stage, "1000", "1002", "740");
      await end(stage, caller, callee);
    },
  },
  {
    name: "pickup",
    async run(stage) {
      const [kai, ping, omar] = await Promise.all(["1000", "1002", "1003"].map((number) => stage.phone(number)));
      if (kai === undefined || ping === undefined || omar === undefined) return;
      const caller = await kai.call("1002");
      await ping.waitForCall();
      await stage.settled("it rings");
      const picker = await omar.call("**1002");
      await picker.waitToHear("1000");
      await stage.settled("picked up");
      await end(stage, caller, picker);
    },
  },
  {
    name: "local-queue",
    async run(stage) {
      const kai = await stage.phone("1000");
      const members = await Promise.all(["1001", "1002", "1003"].map((number) => stage.phone(number)));
      const caller = await kai.call("715");
      const ringing = await stage.lab.waitFor(() => members.flatMap((phone) => phone.legs)[0], {
        what: "a member to ring",
      });
      await stage.settled("members ring");
      ringing.answer();
      await ringing.waitToHear("1000");
      await stage.settled("an agent has the call");
      await end(stage, caller, ringing);
    },
  },
  {
    name: "echo-and-announcement",
    async run(stage) {
      const [kai, lena] = await Promise.all([stage.phone("1000"), stage.phone("1006")]);
      const echo = await kai.call("600");
      const music = await lena.call("601");
      await echo.waitUntilUp();
      await music.waitToHear("music");
      await stage.settled("echo and music");
      await end(stage, echo);
      await end(stage, music);
    },
  },
];
