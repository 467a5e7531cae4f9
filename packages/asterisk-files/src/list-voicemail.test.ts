import { mkdir, mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { listVoicemail } from "./list-voicemail.ts";
import { memoryFiles } from "./testing/memory-files.ts";
import { nodeFileReader } from "./node-file-reader.ts";

const folder = "/var/spool/asterisk/voicemail/default/1000/INBOX";

/** Lists a folder of the given files. */
const list = (files: Record<string, string | Uint8Array>) =>
  listVoicemail(
    folder,
    memoryFiles(Object.fromEntries(Object.entries(files).map(([name, text]) => [`${folder}/${name}`, text]))),
  );

const full = `;
; Message Information file
;
[message]
origmailbox=1000
context=default
exten=1000
rdnis=unknown
priority=2
callerchan=PJSIP/1002-00000003
callerid="Ping" <1002>
origdate=Sat Nov 21 09:15:02 AM UTC 2026
origtime=1795252502
category=
msg_id=1795252502-00000000
flag=Urgent
duration=7
`;

describe("listVoicemail", () => {
  it("reads every field of a message, and the formats beside it", async () => {
    const files = { "msg0000.txt": full, "msg0000.wav": "", "msg0000.WAV": "", "msg0000.gsm": "" };
    expect(await list(files)).toEqual({
      messages: [
        {
          number: 0,
          path: `${folder}/msg0000`,
          formats: ["WAV", "gsm", "wav"],
          id: "1795252502-00000000",
          origMailbox: "1000",
          callerId: { name: "Ping", number: "1002" },
          callerIdText: '"Ping" <1002>',
          callerChannel: "PJSIP/1002-00000003",
          context: "default",
          exten: "1000",
          priority: "2",
          rdnis: undefined,
          origTime: new Date("2026-11-21T09:15:02Z"),
          origDate: "Sat Nov 21 09:15:02 AM UTC 2026",
          category: undefined,
          urgent: true,
          duration: 7,
        },
      ],
      problems: [],
    });
  });

  it("keeps the order of the numbers, gaps included", async () => {
    const { messages } = await list({
      "msg0010.txt": full,
      "msg0002.txt": full,
      "msg9999.txt": full,
      "msg0000.txt": full,
    });
    expect(messages.map(({ number }) => number)).toEqual([0, 2, 10, 9999]);
  });

  it("takes files of old releases: without msg_id, with macrocontext, not urgent", async () => {
    const old = full.replace(/msg_id=.*\n/, "").replace("context=default", "context=default\nmacrocontext=macro-x");
    const { messages } = await list({ "msg0000.txt": old.replace("flag=Urgent", "flag=").replace("unknown", "1003") });
    expect(messages).toMatchObject([{ id: undefined, urgent: false, rdnis: "1003", context: "default" }]);
  });

  it("passes over recordings in progress, locks, backups and anything else", async () => {
    const files = {
      "msg0000.wav": "",
      "msg0001-bak.txt": full,
      "msg00020.txt": full,
      "msg3.txt": full,
      "xY3zQa.txt": full,
      ".lock": "",
      ".lock-1a2b3c": "",
      lock: "",
      "msg0004.txt/inside": "",
      "Msg0005.txt": full,
      "msg0006.txt~": full,
    };
    expect(await list(files)).toEqual({ messages: [], problems: [] });
  });

  it("finds nothing in a folder that is not there yet", async () => {
    expect(await list({})).toEqual({ messages: [], problems: [] });
  });

  it("passes over a message that goes away while the folder is read", async () => {
    const { listFolder } = memoryFiles({ [`${folder}/msg0000.txt`]: full });
    expect(await listVoicemail(folder, { listFolder, readFile: async () => undefined })).toEqual({
      messages: [],
      problems: [],
    });
  });

  it("lists what is readable beside garbage, and names the garbage", async () => {
    const { messages, problems } = await list({
      "msg0000.txt": "",
      "msg0001.txt": Uint8Array.from({ length: 500 }, (_, index) => (index * 7) % 256),
      "msg0002.txt": `[message]\n${"x=1\n".repeat(100_000)}`,
      "msg0003.txt": "[message",
      "msg0004.txt": "duration=3",
      "msg0005.txt": "[message]\nduration=-1\norigtime=99999999999999999\ncallerid=;\nnonsense\nflag=later",
      "msg0006.txt": full,
    });
    expect(messages.map(({ number }) => number)).toEqual([5, 6]);
    expect(messages[0]).toMatchObject({
      duration: undefined,
      origTime: undefined,
      urgent: false,
      callerIdText: undefined,
    });
    expect(problems.map(({ code, at }) => `${code} ${at.file.slice(-11)}`)).toEqual([
      "SPOOL_BAD_MESSAGE msg0000.txt",
      "SPOOL_BAD_MESSAGE msg0001.txt",
      "SPOOL_BAD_MESSAGE msg0002.txt",
      "SPOOL_BAD_MESSAGE msg0003.txt",
      "SPOOL_BAD_MESSAGE msg0004.txt",
    ]);
  });

  it("says so if the right to read is lacking, and keeps the cause", async () => {
    const cause = new Error("EACCES");
    const reader = { listFolder: async () => ["msg0000.txt"], readFile: async () => await Promise.reject(cause) };
    await expect(listVoicemail(folder, reader)).rejects.toMatchObject({
      code: "FILE_UNREADABLE",
      file: `${folder}/msg0000.txt`,
      cause,
    });
  });

  it("lists the messages beside a giant one and beside links that lead in a circle", async () => {
    const real = await mkdtemp(join(tmpdir(), "voicemail-"));
    try {
      await writeFile(join(real, "msg0000.txt"), full);
      await writeFile(join(real, "msg0001.txt"), "x".repeat(full.length + 1));
      await symlink("msg0002.txt", join(real, "msg0002.txt"));
      const { messages, problems } = await listVoicemail(real, nodeFileReader({ maxBytes: full.length }));
      expect(messages.map(({ number }) => number)).toEqual([0]);
      expect(problems).toMatchObject([{ code: "SPOOL_BAD_MESSAGE", at: { file: join(real, "msg0001.txt") } }]);
    } finally {
      await rm(real, { recursive: true });
    }
  });

  it("takes a time that grows with the folder alone", async () => {
    const names = Array.from({ length: 100_000 }, (_, index) => `msg0000.a${index}`);
    const started = performance.now();
    await listVoicemail(folder, { listFolder: async () => names, readFile: async () => undefined });
    expect(performance.now() - started).toBeLessThan(5_000);
  });

  it("reads a real folder, and no pipe, device or folder in it", async () => {
    const real = await mkdtemp(join(tmpdir(), "voicemail-"));
    try {
      await writeFile(join(real, "msg0000.txt"), full);
      await writeFile(join(real, "msg0000.wav"), "");
      await mkdir(join(real, "msg0001.txt"));
      await symlink("/dev/zero", join(real, "msg0002.txt"));
      const { messages } = await listVoicemail(real, nodeFileReader());
      expect(messages.map(({ number, formats }) => [number, formats])).toEqual([[0, ["wav"]]]);
    } finally {
      await rm(real, { recursive: true });
    }
  });
});
