import { mkdtemp, readFile, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { captureFile } from "./capture-file.ts";
import { CaptureWriter, type CaptureSink } from "./capture-writer.ts";
import { readCapture, readCaptureFile } from "./read-capture.ts";
import { traceBytes, traceNames } from "./testing/trace-messages.ts";

class MemorySink implements CaptureSink {
  text = "";
  write(text: string): void {
    this.text += text;
  }
}

const bytes = (text: string): Uint8Array => Buffer.from(text, "latin1");
const lines = (text: string): string[] => text.split("\n").filter((line) => line !== "");

/** What a capture of these writes says, after the header. */
async function captured(write: (writer: CaptureWriter) => void): Promise<string> {
  const sink = new MemorySink();
  const writer = new CaptureWriter({ sink, clock: () => 1_000 });
  write(writer);
  await writer.close();
  return lines(sink.text).slice(1).join("\n");
}

describe("a capture", () => {
  it("begins with its header and has the time of each message", async () => {
    const sink = new MemorySink();
    let now = 1_700_000_000_000;
    const writer = new CaptureWriter({ sink, asterisk: "22.10.1", note: "Basic call", clock: () => now });
    now += 1_234;
    writer.ami("asterisk", bytes("Asterisk Call Manager/11.0.0\r\nEvent: Ne"));
    now += 5;
    writer.ami("asterisk", bytes("wstate\r\n\r"));
    writer.ami("asterisk", bytes("\n"));
    await writer.close();
    expect(lines(sink.text).map((line) => JSON.parse(line) as unknown)).toEqual([
      { cordboardCapture: 1, asterisk: "22.10.1", recorded: "2023-11-14T22:13:20.000Z", note: "Basic call" },
      { at: 1234, link: "ami", from: "asterisk", data: "Asterisk Call Manager/11.0.0\r\n" },
      { at: 1239, link: "ami", from: "asterisk", data: "Event: Newstate\r\n\r\n" },
    ]);
  });

  it.each(traceNames)(
    "of the session %s is the same however its bytes were cut, and reads back as they were",
    (name) => {
      const all = traceBytes(name);
      return fc.assert(
        fc.asyncProperty(fc.array(fc.integer({ min: 0, max: all.length }), { maxLength: 30 }), async (cuts) => {
          const sink = new MemorySink();
          const writer = new CaptureWriter({ sink, clock: () => 0 });
          const at = [0, ...cuts, all.length].sort((a, b) => a - b);
          at.slice(1).forEach((end, i) => writer.ami("asterisk", all.subarray(at[i], end)));
          await writer.close();
          const read = Buffer.concat(readCapture(lines(sink.text)).records.map((record) => record.data)).toString();
          // UsingPassword and the Token of a TestEvent are named like secrets; better one too many.
          expect(read).toBe(
            Buffer.from(all)
              .toString()
              .replaceAll(/^((?:UsingPassword|Token): ).*(?=\r)/gm, "$1[redacted]"),
          );
        }),
        { numRuns: 5 },
      );
    },
  );

  it("keeps bytes that are no UTF-8", async () => {
    const sink = new MemorySink();
    const writer = new CaptureWriter({ sink });
    const message = Buffer.concat([bytes("Event: X\r\nName: "), Buffer.from([0xff, 0xfe, 0x80]), bytes("\r\n\r\n")]);
    writer.ami("asterisk", message);
    await writer.close();
    expect(sink.text).toContain('"base64"');
    expect(Buffer.from(readCapture(lines(sink.text)).records[0]?.data ?? [])).toEqual(message);
  });

  it("survives a crash in the middle of a line", async () => {
    const sink = new MemorySink();
    const writer = new CaptureWriter({ sink });
    for (let i = 0; i < 3; i++) writer.ami("asterisk", bytes(`Event: E${i}\r\n\r\n`));
    await writer.close();
    expect(readCapture(sink.text.slice(0, -15).split("\n")).records).toHaveLength(2);
    expect(readCapture(sink.text.split("\n")).records).toHaveLength(3);
  });

  it("holds no more than its limit for a slow sink, and tells how much is missing", async () => {
    let release = (): void => {};
    let text = "";
    let first = true;
    const sink: CaptureSink = {
      write(chunk) {
        text += chunk;
        if (!first) return undefined;
        first = false;
        return new Promise((resolve) => (release = resolve));
      },
    };
    const writer = new CaptureWriter({ sink, maxPendingChars: 1_000 });
    await Promise.resolve();
    for (let i = 0; i < 500; i++) writer.ami("asterisk", bytes(`Event: E${i}\r\n\r\n`));
    expect(writer.dropped).toBeGreaterThan(400);
    release();
    await writer.close();
    const recording = readCapture(text.split("\n"));
    expect(recording.records).toHaveLength(writer.written);
    expect(recording.dropped).toBe(writer.dropped);
    expect(writer.written + writer.dropped).toBe(500);
  });

  it("stops with a typed error when the sink fails", async () => {
    const writer = new CaptureWriter({
      sink: {
        write() {
          throw new Error("no space left");
        },
      },
    });
    writer.ami("asterisk", bytes("Event: X\r\n\r\n"));
    await expect(writer.close()).rejects.toMatchObject({
      code: "PBX_CAPTURE_WRITE",
      cause: { message: "no space left" },
    });
  });

  it("bounds a message without end, part by part, and a line without end by cutting it", async () => {
    const sink = new MemorySink();
    const writer = new CaptureWriter({ sink, maxMessageBytes: 1_000 });
    writer.ami("asterisk", bytes("Event: AuthDetail\r\n"));
    for (let i = 0; i < 50; i++) writer.ami("asterisk", bytes(`Line-${i}: ${"x".repeat(60)}\r\n`));
    for (let i = 0; i < 100; i++) writer.ami("asterisk", bytes(i === 0 ? "Secret: s3cr3t" : "s3cr3t".repeat(10)));
    writer.ami("asterisk", bytes("\r\nPassword: s3cr3t\r\n\r\nEvent: Next\r\n\r\n"));
    await writer.close();
    expect(sink.text).not.toContain("s3cr3t");
    expect(sink.text).toContain("Line-49");
    const last = readCapture(lines(sink.text)).records.at(-1);
    expect(Buffer.from(last?.data ?? []).toString()).toBe("Event: Next\r\n\r\n");
  });

  it("goes to a new file that only its owner can read", async () => {
    const folder = await mkdtemp(join(tmpdir(), "capture-"));
    try {
      const path = join(folder, "one.jsonl");
      const writer = new CaptureWriter({ sink: await captureFile(path), note: "x" });
      writer.ami("asterisk", bytes("Event: X\r\n\r\n"));
      await writer.close();
      expect((await stat(path)).mode & 0o777).toBe(0o600);
      expect((await readCaptureFile(path)).records).toHaveLength(1);
      await expect(captureFile(path)).rejects.toMatchObject({ code: "PBX_CAPTURE_WRITE" });
      expect(await readFile(path, "utf8")).toContain('"note":"x"');
    } finally {
      await rm(folder, { recursive: true });
    }
  });
});

describe("secrets", () => {
  const messages: readonly [string, string, string][] = [
    ["a plain login", "client", "Action: Login\r\nUsername: kai\r\nSecret: hunter2\r\n\r\n"],
    ["a challenge login", "client", "Action: Login\r\nAuthType: MD5\r\nUsername: kai\r\nKey: hunter2\r\n\r\n"],
    ["the challenge", "asterisk", "Response: Success\r\nChallenge: hunter2\r\n\r\n"],
    [
      "an AuthDetail",
      "asterisk",
      "Event: AuthDetail\r\nUsername: 1000\r\nPassword: hunter2\r\nMd5Cred: hunter2\r\nRefreshToken: hunter2\r\n\r\n",
    ],
    [
      "a new voicemail password",
      "asterisk",
      "Event: VoicemailPasswordChange\r\nMailbox: 1000\r\nNewPassword: hunter2\r\n\r\n",
    ],
    ["a variable in an event", "asterisk", "Event: VarSet\r\nVariable: CALLER_PIN\r\nValue: hunter2\r\n\r\n"],
    ["a channel variable", "asterisk", "Event: Newstate\r\nChanVariable: DB_PASSWORD=hunter2\r\n\r\n"],
    ["an old channel variable", "asterisk", "Event: Newstate\r\nChanVariable(PJSIP/1000-1): UserPIN=hunter2\r\n\r\n"],
    ["variables of an Originate", "client", "Action: Originate\r\nVariable: A=1,api_key=hunter2,B=2\r\n\r\n"],
    [
      "a variable named twice, of which Asterisk takes the first",
      "client",
      "Action: Setvar\r\nVariable: DB_PIN\r\nVariable: A\r\nValue: hunter2\r\n\r\n",
    ],
    ["a database entry", "client", "Action: DBPut\r\nFamily: x\r\nKey: pin\r\nVal: hunter2\r\n\r\n"],
    ["a line of a file", "asterisk", "Response: Success\r\nLine-000000-000002: secret=hunter2\r\n\r\n"],
    [
      "a line of voicemail.conf",
      "asterisk",
      "Response: Success\r\nLine-000000-000002: 1000=hunter2,Kai,kai@example.org\r\n\r\n",
    ],
    ["a change of a file", "client", "Action: UpdateConfig\r\nVar-000000: password\r\nValue-000000: hunter2\r\n\r\n"],
    ["a file as JSON", "asterisk", 'Response: Success\r\nJSON: {"1000":[{"secret":"hunter2"}]}\r\n\r\n'],
    ["output of a command", "asterisk", "Response: Success\r\nOutput:  password             : hunter2\r\n\r\n"],
    ["an address with a password", "asterisk", "Event: X\r\nUrl: https://kai:hunter2@example.org/\r\n\r\n"],
    ["a header of that name, spelt otherwise", "asterisk", "Event: UserEvent\r\nmy-sEcReT:hunter2\r\n\r\n"],
    [
      "a failed challenge",
      "asterisk",
      "Event: ChallengeResponseFailed\r\nResponse: hunter2\r\nExpectedResponse: hunter2\r\n\r\n",
    ],
  ];

  it.each(messages)("of %s are never written, wherever the bytes were cut", async (_, from, message) => {
    for (let cut = 0; cut <= message.length; cut++) {
      const text = await captured((writer) => {
        writer.ami(from === "client" ? "client" : "asterisk", bytes(message.slice(0, cut)));
        writer.ami(from === "client" ? "client" : "asterisk", bytes(message.slice(cut)));
      });
      expect(text).not.toContain("hunter2");
      expect(text).toContain("[redacted]");
    }
  });

  it.each(messages)("of %s are not written either when the link is lost within it", async (_, from, message) => {
    for (let cut = 0; cut <= message.length; cut++) {
      const text = await captured((writer) => {
        writer.ami(from === "client" ? "client" : "asterisk", bytes(message.slice(0, cut)));
        writer.amiEnd();
      });
      expect(text).not.toMatch(/hunt/);
    }
  });

  it("of ARI are never written", async () => {
    const text = await captured((writer) => {
      writer.ari(
        "client",
        "GET /ari/channels?api_key=kai:hunter2&x=1 HTTP/1.1\r\nAuthorization: Basic hunter2==\r\n\r\n",
      );
      writer.ari("client", '{"type":"RESTRequest","password":"hunter2"}');
      writer.ari("asterisk", '{"type":"ChannelVarset","variable":"USER_PIN","value":"hunter2"}');
      writer.ari("client", '{"variables":{"DB_SECRET":"hunter2","A":"kept"}}');
      const frame = (body: object, more: object = {}): string =>
        JSON.stringify({ type: "RESTRequest", ...more, message_body: JSON.stringify(body) });
      writer.ari("client", frame({ fields: [{ attribute: "password", value: "hunter2" }] }));
      writer.ari("client", frame({ variables: { DB_PASSWORD: { value: "hunter2", report_events: true } } }));
      writer.ari("client", frame({}, { uri: "channels/1/variable?variable=DB_PASSWORD&value=hunter2" }));
      writer.ari("client", frame({}, { query_strings: [{ name: "password", value: "hunter2" }] }));
      writer.ari("asterisk", frame({ value: "hunter2" }, { type: "RESTResponse", uri: "channels/1/variable" }));
      writer.ari("asterisk", '[{"attribute":"password","value":"hunter2"},{"password":["hunter2"]}]');
      writer.ari("asterisk", '{"pass\\u0077ord":"hunter2","token":4711,"__proto__":{"pin":"hunter2"}}');
      writer.ari(
        "client",
        'PUT /ari/asterisk/config HTTP/1.1\r\n\r\n{"fields":[{"attribute":"secret","value":"hunter2"}]}',
      );
      writer.ari("client", `${'{"a":'.repeat(5_000)}{"password":"hunter2"}${"}".repeat(5_000)}`);
    });
    expect(text).not.toContain("hunter2");
    expect(text).toContain("kept");
  });

  it("and what has none is written as it came", async () => {
    const event = '{ "type": "X", "n": 1.50, "variable": "A", "value": "kept" }';
    expect(await captured((writer) => writer.ari("asterisk", event))).toContain(JSON.stringify(event));
  });

  it("are looked for in a time that grows with the text alone, whatever a caller calls himself", async () => {
    const started = performance.now();
    await captured((writer) => {
      for (const name of [
        "a".repeat(300_000),
        "secret".repeat(50_000),
        `${" ".repeat(300_000)}\rx`,
        "://a:".repeat(60_000),
      ])
        writer.ami("asterisk", bytes(`Event: NewCallerid\r\nCallerIDName:${name}\r\n\r\n`));
      writer.ari("asterisk", `{"type":"X","name":"${'\\"'.repeat(150_000)}`);
    });
    expect(performance.now() - started).toBeLessThan(2_000);
  });

  it("are not seen in what is none", async () => {
    const message =
      "Response: Success\r\nPing: Pong\r\nActionID: spin-1\r\nAccountCode: pinball\r\nShipping: yes\r\nDuration: 10\r\n\r\n";
    expect(await captured((writer) => writer.ami("asterisk", bytes(message)))).not.toContain("redacted");
  });
});
