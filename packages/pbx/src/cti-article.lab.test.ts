import { appendFile, readFile } from "node:fs/promises";
import { AmiClient } from "@cordboard/ami";
import type { Call } from "@cordboard/call-engine";
import { startAsterisk, type LabAsterisk, type Leg, type Phone } from "@cordboard/lab";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "vitest";
import type { PbxChange } from "./pbx-options.ts";
import { connect, type Pbx } from "./pbx.ts";
import { compareAtRest, leavingOf } from "./testing/pbx-truth.ts";

/** Numbers beyond the lab's own; so many that nobody writes a line of dialplan for each. */
const manyExtensions = Array.from({ length: 1_000 }, (_, index) => `${20_000 + index}`);

describe.each([22, 16] as const)("what a CTI program must see, on Asterisk %i", (version) => {
  let lab: LabAsterisk;
  let witness: AmiClient;
  let pbx: Pbx;
  let leaving: ReadonlySet<string>;
  let told: PbxChange["change"][] = [];
  let phones: Phone[] = [];

  beforeAll(async () => {
    lab = await startAsterisk({ version });
    const { user: username, secret } = lab.users.amiFull;
    const ami = { host: lab.host, port: lab.ports.ami, username, secret };
    witness = new AmiClient({ ...ami, events: "off" });
    await witness.connect();
    pbx = await connect({ id: "lab", ami, checkEveryMs: 0 });
    leaving = leavingOf(pbx);
    pbx.on("change", ({ change }) => told.push(change));
  });
  beforeEach(async () => {
    told = [];
    phones = await lab.addPhones(["1000", "1002", "1006"], { onCall: "ring" });
  });
  afterEach(async () => {
    await lab.cli("channel request hangup all");
    await lab.waitUntilIdle();
    await lab.stopPhones();
  });
  afterAll(async () => {
    await pbx?.close();
    await witness?.close();
    await lab?.stop();
  });

  /** The calls are what CoreShowChannels and BridgeList say. */
  async function agree(what: string): Promise<void> {
    let problems: readonly string[] | undefined;
    const agreed = async (): Promise<boolean> => {
      problems = await compareAtRest(pbx, witness, leaving);
      return problems?.length === 0;
    };
    await lab.waitFor(agreed, { timeoutMs: 6_000, what }).catch(() => {});
    expect({ what, problems }).toEqual({ what, problems: [] });
  }

  async function phone(number: string): Promise<Phone> {
    const found = phones.find((one) => one.number === number);
    if (found === undefined) throw new Error(`No phone ${number}`);
    return found;
  }

  /** One calls another, who answers. */
  async function talk(from: string, to: string): Promise<readonly [Leg, Leg]> {
    const caller = await (await phone(from)).call(to);
    const callee = await (await phone(to)).waitForCall();
    await agree(`${to} rings`);
    callee.answer();
    await caller.waitToHear(to);
    await agree(`${from} and ${to} talk`);
    return [caller, callee];
  }

  const numbers = (call: Call | undefined): string[] =>
    (call?.connections ?? []).map(({ number = "" }) => number).toSorted();
  const ofCalls = (): string[] =>
    told.flatMap((change) =>
      "call" in change && change.type !== "updated"
        ? [
            `${change.type} ${"connection" in change ? (change.connection?.number ?? "") : ""} ${change.cause}`.replaceAll(
              "  ",
              " ",
            ),
          ]
        : [],
    );

  it("test 1: 1000 calls 1002", async () => {
    const [caller] = await talk("1000", "1002");
    expect(pbx.calls).toHaveLength(1);
    expect(numbers(pbx.calls[0])).toEqual(["1000", "1002"]);
    caller.hangUp();
    await lab.waitUntilIdle();
    await agree("all is over");
    expect(pbx.calls).toEqual([]);
    expect(ofCalls().slice(0, 4)).toEqual([
      "originated 1000 normal",
      "delivered 1002 normal",
      "established 1002 normal",
      "established 1000 normal",
    ]);
    expect(ofCalls().slice(4).toSorted()).toEqual([
      "call-cleared normal",
      "connection-cleared 1000 normal",
      "connection-cleared 1002 normal",
    ]);
  });

  it("test 2: 1000 calls 1002, then 1006, and transfers", async () => {
    const [first, ping] = await talk("1000", "1002");
    const before = pbx.calls[0];
    await first.hold();
    await ping.waitToHear("music");
    const [second, lena] = await talk("1000", "1006");
    await agree("consulting");
    expect(new Set(pbx.calls.map((call) => numbers(call).join()))).toEqual(new Set(["1000,1002", "1000,1006"]));
    await first.attendedTransfer(second);
    await lena.waitToHear("1002");
    await lab.waitFor(() => pbx.calls.length === 1, { what: "one call" });
    await agree("transferred");
    expect(numbers(pbx.calls[0])).toEqual(["1002", "1006"]);
    expect(pbx.calls[0]?.id).toBe(before?.id);
    expect(told.filter(({ type }) => type === "transferred")).toMatchObject([
      { cause: "transferred", transferring: { number: "1000" }, call: { id: before?.id } },
    ]);
    ping.hangUp();
    await lab.waitUntilIdle();
    await agree("all is over");
    expect(pbx.calls).toEqual([]);
  });

  it("test 3: 1000, 1002 and 1006 in a conference", async () => {
    const ids = new Set<string>();
    for (const number of ["1000", "1002", "1006"]) {
      const leg = await (await phone(number)).call("800");
      await leg.waitUntilUp();
      await lab.waitFor(() => pbx.conferenceRooms[0]?.participants.length === ids.size + 1, {
        what: `${number} to be in`,
      });
      await agree(`${number} is in`);
      ids.add(number);
    }
    expect(pbx.calls).toHaveLength(1);
    expect(pbx.calls[0]).toMatchObject({ conferenceRoom: "800" });
    expect(numbers(pbx.calls[0])).toEqual(["1000", "1002", "1006"]);
    expect(told.filter(({ type }) => type === "conferenced")).toHaveLength(2);
    await lab.cli("confbridge kick 800 all");
    await lab.waitUntilIdle();
    await agree("all is over");
    expect(pbx.calls).toEqual([]);
    expect(pbx.conferenceRooms).toEqual([]);
  });

  it("a call through IVR and queue is seen from its first ring, and stays one call", async () => {
    const kai = await phone("1000");
    const call = await kai.call("500");
    await call.waitToHear("sound");
    const first = pbx.calls[0];
    expect(ofCalls().slice(0, 2)).toEqual(["originated 1000 normal", "established 1000 normal"]);
    await agree("in the IVR");
    await call.sendDigits("1");
    const ping = await (await phone("1002")).waitForCall();
    await agree("it rings at a member");
    expect(told).toContainEqual(expect.objectContaining({ type: "queued", queue: "sales" }));
    expect(told).toContainEqual(
      expect.objectContaining({
        type: "delivered",
        connection: expect.objectContaining({ number: "1002", role: "agent" }),
      }),
    );
    ping.answer();
    await call.waitToHear("1002");
    await agree("they talk");
    expect(pbx.calls.map(({ id, queue }) => [id, queue?.name])).toEqual([[first?.id, "sales"]]);
    expect(new Set(told.flatMap((change) => ("call" in change ? [change.call.id] : [])))).toEqual(new Set([first?.id]));
    call.hangUp();
    await lab.waitUntilIdle();
    await agree("all is over");
  });

  it("1,000 extensions are learnt without a line of dialplan for each", async () => {
    expect(manyExtensions.filter((number) => pbx.extension(number) !== undefined)).toEqual([]);
    const file = `${lab.folder}/etc/pjsip.conf`;
    expect(await readFile(file, "utf8")).toContain("[1000]");
    const sections = manyExtensions.map(
      (number) =>
        `[${number}]\ntype=endpoint\ncontext=internal\ndisallow=all\nallow=ulaw\naors=${number}\ncallerid="Person ${number}" <${number}>\n[${number}]\ntype=aor\nmax_contacts=1\n`,
    );
    await appendFile(file, `\n${sections.join("\n")}`);
    await lab.cli("module reload res_pjsip.so");
    await lab.waitFor(() => pbx.extension("20999")?.name, { what: "the last extension", timeoutMs: 30_000 });
    expect(manyExtensions.filter((number) => pbx.extensionOf(`PJSIP/${number}`) !== number)).toEqual([]);
    expect(pbx.extension("20500")).toMatchObject({ number: "20500", name: "Person 20500", devices: ["PJSIP/20500"] });
    expect(pbx.extensionOf("PJSIP/trunk")).toBeUndefined();
  });
});
