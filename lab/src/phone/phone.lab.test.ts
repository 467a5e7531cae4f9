import { describe, expect, it } from "vitest";
import { labUnderTest } from "../testing/lab-under-test.ts";
import { labVersions } from "../versions.ts";
import { waitFor } from "../wait-for.ts";
import type { Leg } from "./leg.ts";
import type { Phone, PhoneOptions } from "./phone.ts";
import { headerOf, isRequest } from "./sip-message.ts";

describe.each([...labVersions])("a phone on Asterisk %i", (version) => {
  const lab = labUnderTest(version);

  async function talk(
    options: Pick<PhoneOptions, "onNotify" | "onCall" | "lines"> = {},
  ): Promise<{ kai: Phone; ping: Phone; call: Leg; there: Leg }> {
    const [kai, ping] = [await lab().addPhone("1000"), await lab().addPhone("1002", options)];
    const call = await kai.call("1002");
    const there = await ping.waitForCall();
    if (options.onCall === undefined) await call.waitToHear("1002");
    return { kai, ping, call, there };
  }

  async function notify(number: string, event: string): Promise<void> {
    const channel = (await lab().channels()).find(({ name }) => name.startsWith(`PJSIP/${number}-`))?.name ?? "";
    await lab().action({ Action: "PJSIPNotify", Channel: channel, Variable: `Event=${event}` });
  }

  it("answers at once, after a time, or never, as it is told", async () => {
    const { call } = await talk({ onCall: { answerAfterMs: 100 } });
    await call.waitUntilRinging();
    expect(call.state).toBe("ringing");
    await call.waitUntilUp();
    call.hangUp();
  });

  it("refuses a call more than it has lines", async () => {
    const { ping } = await talk({ lines: 1 });
    const ana = await lab().addPhone("1001");
    const second = await ana.call("1002");
    await second.waitUntilEnded();
    expect(second.endReason).toBe("486");
    expect(ping.legs).toHaveLength(1);
  });

  it("that ignores NOTIFY talk goes on ringing, and Asterisk cannot tell", async () => {
    const { ping, there } = await talk({ onNotify: "ignore", onCall: "ring" });
    await notify("1002", "talk");
    const answer = await waitFor(() => answerToNotify(ping, there));
    expect(answer).toBe(200);
    expect(there.state).toBe("ringing");
  });

  it("that refuses NOTIFY talk says 489, and Asterisk has said Success all the same", async () => {
    const { ping, there } = await talk({ onNotify: "refuse", onCall: "ring" });
    await notify("1002", "talk");
    expect(await waitFor(() => answerToNotify(ping, there))).toBe(489);
    expect(there.state).toBe("ringing");
  });

  it("hears the digits that a program plays to it", async () => {
    const { there } = await talk();
    const channel = (await lab().channels()).find(({ name }) => name.startsWith("PJSIP/1002-"))?.name ?? "";
    for (const digit of ["4", "#"]) {
      await lab().action({ Action: "PlayDTMF", Channel: channel, Digit: digit });
      await waitFor(() => there.digitsReceived.endsWith(digit), { what: `the digit ${digit}` });
    }
    expect(there.digitsReceived).toBe("4#");
  });

  it("passes its digits on to the other party", async () => {
    const { call, there } = await talk();
    const heard = (): string => there.digitsReceived;
    await call.sendDigits("12*");
    await waitFor(() => heard().length === 3, { what: () => `12*, but ${heard()} came` });
    await call.sendDigits("9", "info");
    await waitFor(() => heard().length === 4, { what: () => `9, but ${heard()} came` });
    expect(heard()).toBe("12*9");
  });

  it("shows who is really there after a transfer", async () => {
    const omar = await lab().addPhone("1003");
    const { call, there } = await talk();
    expect(there.shows).toMatchObject({ name: "Kai", number: "1000" });
    await call.blindTransfer("1003");
    const end = await omar.waitForCall();
    await there.waitToHear("1003");
    await waitFor(() => there.shows?.number === "1003", { what: () => `1003, but it shows ${there.shows?.number}` });
    expect(there.shows?.name).toBe("Omar");
    expect(end.shows).toMatchObject({ name: "Ping", number: "1002" });
  });

  it("holds and retrieves many times, from both sides at once", async () => {
    const { call, there } = await talk();
    for (let turn = 0; turn < 5; turn++) {
      await Promise.all([call.hold(), there.hold()]);
      expect([call.holding, there.holding]).toEqual([true, true]);
      await Promise.all([call.retrieve(), there.retrieve()]);
    }
    await call.waitToHear("1002");
    await there.waitToHear("1000");
    expect(await lab().channels()).toHaveLength(2);
  });

  it("ends a call whose answer crosses its cancel", async () => {
    for (let turn = 0; turn < 10; turn++) {
      const [kai, ping] = [await lab().addPhone("1000"), await lab().addPhone("1002", { onCall: "ring" })];
      const call = await kai.call("1002");
      const there = await ping.waitForCall();
      await call.waitUntilRinging();
      there.answer();
      call.hangUp();
      await call.waitUntilEnded();
      await there.waitUntilEnded();
      await lab().stopPhones();
    }
    await lab().waitUntilIdle();
    expect(await lab().channels()).toEqual([]);
  });

  it("says what it cannot do now", async () => {
    const { call, there } = await talk({ onCall: "ring" });
    const wrong = expect.objectContaining({ code: "SIP_WRONG_STATE" });
    expect(() => call.answer()).toThrow(wrong);
    expect(() => there.cancel()).toThrow(wrong);
    await expect(call.hold()).rejects.toThrow(wrong);
    await expect(call.sendDigits("1")).rejects.toThrow(wrong);
    await expect(call.blindTransfer("1003")).rejects.toThrow(wrong);
    there.reject(603);
    await expect(call.waitUntilUp()).rejects.toMatchObject({
      code: "SIP_REFUSED",
      message: expect.stringContaining("before it was up"),
    });
  });

  it("says whom it heard instead, when it does not hear whom it should", async () => {
    const { call } = await talk();
    await expect(call.waitToHear("1003", { timeoutMs: 20 })).rejects.toThrow(
      "1000 to hear 1003 in its call with 1002; that call is up and it hears 1002",
    );
  });
});

/** What the phone answered to the first NOTIFY in that call (there are others: of mailboxes). */
function answerToNotify(phone: Phone, leg: Leg): number | undefined {
  for (const { sent, message } of phone.messages) {
    if (!sent || isRequest(message) || headerOf(message, "call-id") !== leg.callId) continue;
    if (headerOf(message, "cseq")?.endsWith("NOTIFY")) return message.status;
  }
  return undefined;
}
