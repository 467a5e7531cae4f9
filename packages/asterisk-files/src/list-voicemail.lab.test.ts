import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import { labVersions, type LabAsterisk, startAsterisk } from "@cordboard/lab";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { listVoicemail, type VoicemailFolder } from "./list-voicemail.ts";
import { nodeFileReader } from "./node-file-reader.ts";

/** Bytes of one second of the lab's voicemail format: 16 bits at 8 kHz. */
const SECOND = 16_000;

describe.each(labVersions)("Asterisk %s", (version) => {
  let lab: LabAsterisk;

  beforeAll(async () => {
    lab = await startAsterisk({ version });
  });
  afterAll(() => lab.stop());

  const mailbox = (number: string): string => join(lab.folder, "spool", "voicemail", "default", number);
  const list = (number: string): Promise<VoicemailFolder> =>
    listVoicemail(join(mailbox(number), "INBOX"), nodeFileReader());

  /** Seconds of audio that are on the disk below a mailbox. */
  async function recorded(number: string): Promise<number> {
    const entries = await readdir(mailbox(number), { recursive: true });
    const audio = entries.filter((name) => name.endsWith(".wav"));
    const sizes = await Promise.all(audio.map(async (name) => (await stat(join(mailbox(number), name))).size));
    return sizes.reduce((sum, size) => sum + size, 0) / SECOND;
  }

  it("leaves a message, which is listed once it is whole, with its caller, its time and its length", async () => {
    const before = Math.floor(Date.now() / 1000) * 1000;
    const kai = await lab.addPhone("1000");
    const call = await kai.call("51001");
    await call.waitToHear("sound");
    await call.waitToHear("silence", { timeoutMs: 30_000 });
    await lab.waitFor(async () => (await recorded("1001")) > 2, { timeoutMs: 20_000 });
    expect(await list("1001")).toEqual({ messages: [], problems: [] });
    call.hangUp();
    const { messages, problems } = await lab.waitFor(async () => {
      const found = await list("1001");
      return found.messages.length > 0 && found;
    });
    expect(problems).toEqual([]);
    expect(messages).toMatchObject([
      {
        number: 0,
        path: join(mailbox("1001"), "INBOX", "msg0000"),
        formats: ["wav"],
        origMailbox: "1001",
        callerId: { name: "Kai", number: "1000" },
        rdnis: undefined,
        urgent: false,
      },
    ]);
    const [message] = messages;
    expect(message?.id).toMatch(/^\d+-[0-9a-f]{8}$/);
    expect(message?.callerChannel).toMatch(/^PJSIP\/1000-/);
    expect(message?.duration).toBeGreaterThanOrEqual(1);
    expect(message?.origTime?.getTime()).toBeGreaterThanOrEqual(before);
    expect(message?.origTime?.getTime()).toBeLessThanOrEqual(Date.now());
  });
});
