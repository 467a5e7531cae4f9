import type { Scenario } from "./stage.ts";

/** Calls between two phones, and all the ways in which they do not come about. */
export const basicScenarios: readonly Scenario[] = [
  {
    name: "basic",
    what: "Kai calls Ping, Ping answers, Kai hangs up",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002", { onCall: "ring" })];
      await stage.step("1000 calls 1002");
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await call.waitUntilRinging();
      await stage.prove("1002 shows Kai 1000", () => there.shows?.name === "Kai" && there.shows.number === "1000");
      await stage.step("1002 answers");
      there.answer();
      await stage.hearEachOther(call, there);
      await stage.prove("1000 shows Ping 1002", () => call.shows?.name === "Ping" && call.shows.number === "1002");
      await stage.channels(2);
      await stage.step("1000 hangs up");
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "callee-hangs-up",
    what: "Kai calls Ping, Ping answers and hangs up",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      await stage.step("1000 calls 1002");
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("1002 hangs up");
      there.hangUp();
      await stage.ended(call);
    },
  },
  {
    name: "busy",
    what: "Kai calls Ping, who is busy (486)",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      await stage.phone("1002", { onCall: { reject: 486 } });
      await stage.step("1000 calls 1002");
      await stage.ended(await kai.call("1002"), "486");
    },
  },
  {
    name: "decline",
    what: "Kai calls Ping, who declines while it rings (603)",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002", { onCall: "ring" })];
      await stage.step("1000 calls 1002");
      const call = await kai.call("1002");
      await call.waitUntilRinging();
      await stage.step("1002 declines");
      (await ping.waitForCall()).reject(603, "Decline");
      await stage.ended(call);
    },
  },
  {
    name: "no-answer",
    what: "Kai calls Ping, nobody answers, Asterisk gives up after 2 s",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002", { onCall: "ring" })];
      await stage.step("1000 calls 71002");
      const call = await kai.call("71002");
      const there = await ping.waitForCall();
      await call.waitUntilRinging();
      await stage.ended(there);
      await stage.ended(call);
    },
  },
  {
    name: "cancel",
    what: "Kai calls Ping and gives up while it rings",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002", { onCall: "ring" })];
      await stage.step("1000 calls 1002");
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await call.waitUntilRinging();
      await stage.step("1000 gives up");
      call.cancel();
      await stage.ended(there);
      await stage.ended(call, "487");
    },
  },
  {
    name: "unknown-number",
    what: "Kai calls a number that nobody has (404)",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      await stage.step("1000 calls 1999");
      await stage.ended(await kai.call("1999"), "404");
    },
  },
  {
    name: "phone-off",
    what: "Kai calls Batman, whose phone is off",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      await stage.step("1000 calls 1111");
      const call = await kai.call("1111");
      await stage.ended(call);
    },
  },
  {
    name: "password",
    what: "Nora, whose phone must prove who it is, calls Kai",
    run: async (stage) => {
      const [nora, kai] = [await stage.phone("1009"), await stage.phone("1000")];
      await stage.step("1009 calls 1000");
      const call = await nora.call("1000");
      await stage.hearEachOther(call, await kai.waitForCall());
      await stage.prove("1009 was asked for its password", () => call.challenged);
      call.hangUp();
    },
  },
  {
    name: "dial-g",
    what: "Kai calls Ping with option g: when Ping hangs up, Kai hears an announcement",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      await stage.step("1000 calls 21002");
      const call = await kai.call("21002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("1002 hangs up");
      there.hangUp();
      await stage.hears(call, "sound");
      await stage.ended(call);
    },
  },
  {
    name: "hold",
    what: "Kai and Ping talk, Kai holds and retrieves",
    run: async (stage) => {
      const [kai, ping] = [await stage.phone("1000"), await stage.phone("1002")];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await stage.hearEachOther(call, there);
      await stage.step("1000 holds");
      await call.hold();
      await stage.hears(there, "music");
      await stage.hears(call, "silence");
      await stage.step("1000 retrieves");
      await call.retrieve();
      await stage.hearEachOther(call, there);
      call.hangUp();
      await stage.ended(there);
    },
  },
  {
    name: "two-calls",
    what: "Kai talks to Ping, is called by Ana, holds the one and takes the other, and alternates",
    run: async (stage) => {
      const [kai, ping, ana] = [
        await stage.phone("1000", { onCall: "ring" }),
        await stage.phone("1002"),
        await stage.phone("1001"),
      ];
      const first = await kai.call("1002");
      const withPing = await ping.waitForCall();
      await stage.hearEachOther(first, withPing);
      await stage.step("1001 calls 1000");
      const ofAna = await ana.call("1000");
      const second = await kai.waitForCall();
      await stage.step("1000 holds 1002 and answers 1001");
      await first.hold();
      second.answer();
      await stage.hearEachOther(second, ofAna);
      await stage.hears(withPing, "music");
      await stage.step("1000 alternates");
      await second.hold();
      await first.retrieve();
      await stage.hearEachOther(first, withPing);
      await stage.hears(ofAna, "music");
      await stage.channels(4);
      first.hangUp();
      second.hangUp();
      await stage.ended(withPing);
      await stage.ended(ofAna);
    },
  },
  {
    name: "echo",
    what: "Kai calls the echo and hears himself, then the music",
    run: async (stage) => {
      const kai = await stage.phone("1000");
      const echo = await kai.call("600");
      await stage.hears(echo, "1000");
      echo.hangUp();
      const music = await kai.call("601");
      await stage.hears(music, "music");
      music.hangUp();
    },
  },
];
