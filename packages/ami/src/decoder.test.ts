import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AmiDecoder, decodeAll } from "./decoder.ts";
import { AmiProtocolError } from "./errors.ts";
import type { AmiMessage } from "./message.ts";
import { first } from "./testing/connected.ts";
import { cutAt, decodePieces, seen } from "./testing/splits.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "utf8");
const greeting = "Asterisk Call Manager/11.0.0\r\n";
const decode = (text: string): AmiMessage[] => decodeAll(bytes(text), { greeting: false });
const one = (text: string): AmiMessage => {
  const messages = decode(text);
  expect(messages).toHaveLength(1);
  return first(messages);
};
const names = (messages: readonly AmiMessage[]): string[] => messages.map(({ kind, name }) => `${kind} ${name}`);
const fixtures = join(import.meta.dirname, "../fixtures");

describe("the decoder's framing", () => {
  it("reads a greeting that comes in pieces", () => {
    for (let at = 0; at <= greeting.length; at++) {
      const messages = decodePieces(cutAt(bytes(`${greeting}Response: Success\r\n\r\n`), [at]));
      expect(names(messages)).toEqual(["greeting Asterisk Call Manager/11.0.0", "response Success"]);
    }
  });

  it("does without a greeting when the peer begins with a header", () => {
    expect(names(decodeAll(bytes("Response: Success\r\n\r\nEvent: A\r\n\r\n")))).toEqual([
      "response Success",
      "event A",
    ]);
  });

  it("reads a login reply and events in one segment", () => {
    const text = `${greeting}Response: Success\r\nMessage: Authentication accepted\r\n\r\nEvent: FullyBooted\r\n\r\nEvent: A\r\n\r\nEvent: B\r\n\r\n`;
    expect(names(decodeAll(bytes(text))).slice(1)).toEqual([
      "response Success",
      "event FullyBooted",
      "event A",
      "event B",
    ]);
  });

  it.each(["\r\n\r\n", "\n\n", "\r\n\n", "\n\r\n"])("ends a message at %j", (end) => {
    const messages = decode(`Event: A\r\nChannel: 1${end}Event: B\r\nChannel: 2${end}`);
    expect(messages.map((message) => [message.name, message.get("Channel")])).toEqual([
      ["A", "1"],
      ["B", "2"],
    ]);
  });

  it("keeps two list items apart whose items end in CR LF LF", () => {
    const item = (n: number): string => `Event: CoreShowChannelMap\r\nActionID: 1\r\nConnectedChannel: ${n}\r\n\n`;
    expect(decode(item(1) + item(2) + item(3)).map((message) => message.get("ConnectedChannel"))).toEqual([
      "1",
      "2",
      "3",
    ]);
  });

  it("skips more than one empty line between messages, as QueueRule leaves them", () => {
    expect(names(decode("Response: Success\r\n\r\n\r\nEvent: A\r\n\r\n\n\nEvent: B\r\n\r\n"))).toEqual([
      "response Success",
      "event A",
      "event B",
    ]);
  });

  it("survives the bare line feed that VoicemailMove puts into its message", () => {
    const [first, second] = decode(
      "Response: Error\r\nActionID: 7\r\nMessage: Message move failed\n\r\n\r\nEvent: A\r\n\r\n",
    );
    expect([first?.get("ActionID"), first?.get("Message"), second?.name]).toEqual(["7", "Message move failed", "A"]);
  });

  it("keeps a line without a colon under an empty name", () => {
    expect(one("Response: Error\r\nMessage: first\n second\r\n\r\n").entries().at(-1)).toEqual(["", " second"]);
  });

  it("reads headers with and without the space, and keeps all other spaces", () => {
    const message = one("Event:A\r\nChannel:x\r\nAppData:  two \r\nEmpty:\r\nTime: 10:11\r\n\r\n");
    expect(message.entries()).toEqual([
      ["Event", "A"],
      ["Channel", "x"],
      ["AppData", " two "],
      ["Empty", ""],
      ["Time", "10:11"],
    ]);
    expect(message.name).toBe("A");
  });

  it("knows a message's kind wherever its header stands and however it is spelt", () => {
    const text =
      "event: Lower\r\n\r\nActionID: 1\r\nResponse: Success\r\n\r\nAction: Ping\r\n\r\nProxyResponse: Success\r\n\r\n";
    expect(names(decode(text))).toEqual(["event Lower", "response Success", "action Ping", "other "]);
  });

  it("keeps UTF-8 whole across segments", () => {
    const text = bytes("Event: A\r\nCallerIDName: Jürgen 电话 🎉\r\n\r\n");
    for (let at = 0; at <= text.length; at++) {
      expect(decodePieces(cutAt(text, [at]), { greeting: false })[0]?.get("CallerIDName")).toBe("Jürgen 电话 🎉");
    }
  });

  it("gives back the very bytes of a message that is no UTF-8", () => {
    const latin1 = Buffer.from("Event: A\r\nCallerIDName: J\xfcrgen\r\n\r\n", "latin1");
    const [message] = decodeAll(latin1, { greeting: false });
    expect(Buffer.from(message?.bytes ?? [])).toEqual(latin1);
    expect(message?.get("CallerIDName")).toBe("J\uFFFDrgen");
  });

  it("reads the Command reply of Asterisk 13, empty lines and colons in it too", () => {
    const text =
      "Response: Follows\r\nPrivilege: Command\r\nActionID: 5\r\nLine one: x\n\n  indented\nActionID: not mine\n--END COMMAND--\r\n\r\nEvent: A\r\n\r\n";
    for (let at = 0; at <= text.length; at++) {
      const [reply, after] = decodePieces(cutAt(bytes(text), [at]), { greeting: false });
      expect(reply?.output).toEqual(["Line one: x", "", "  indented", "ActionID: not mine"]);
      expect([reply?.get("ActionID"), after?.name]).toEqual(["5", "A"]);
    }
  });

  it("keeps Output lines verbatim", () => {
    const text =
      "Response: Success\r\nMessage: Command output follows\r\nOutput:   a:  b \r\nOutput: \r\nOutput: \ttab\r\n\r\n";
    expect(one(text).output).toEqual(["  a:  b ", "", "\ttab"]);
  });
});

describe("recorded sessions", () => {
  const files = readdirSync(fixtures).filter((file) => file.endsWith(".ami.txt"));

  it.each(files)("%s gives the same messages however it is cut", (file) => {
    const whole = readFileSync(join(fixtures, file));
    const expected = seen(decodeAll(whole));
    expect(expected.length).toBeGreaterThan(20);
    for (const size of [1, 2, 3, 7, 61, 1448, 4096]) {
      const positions = Array.from({ length: Math.floor(whole.length / size) }, (_, index) => index * size);
      expect(seen(decodePieces(cutAt(whole, positions)))).toEqual(expected);
    }
  });

  it("gives the same messages when cut once, at every byte", () => {
    const whole = readFileSync(join(fixtures, "presence.ami.txt"));
    const expected = JSON.stringify(seen(decodeAll(whole)));
    for (let at = 0; at <= whole.length; at++) {
      expect(JSON.stringify(seen(decodePieces(cutAt(whole, [at]))))).toBe(expected);
    }
  });

  it.each(files)("%s can be put together again from the bytes of its messages", (file) => {
    const whole = readFileSync(join(fixtures, file));
    const copies = decodeAll(whole).map((message) => message.bytes);
    // Empty lines beyond the one that ends a message belong to none.
    const tidy = whole.toString("latin1").replaceAll(/(?<=\r\n\r\n)(?:\r\n)+/g, "");
    expect(Buffer.concat(copies).toString("latin1")).toBe(tidy);
  });
});

describe("interest", () => {
  it("makes no message of an event that nobody wants, and counts it", () => {
    const decoder = new AmiDecoder({ greeting: false });
    decoder.want(new Set(["Hangup"]));
    const messages: AmiMessage[] = [];
    const push = (text: string): void => decoder.push(bytes(text), (message) => messages.push(message));
    push(
      "Event: Newchannel\r\nA: 1\r\n\r\nEvent: Hangup\r\nA: 2\r\n\r\nevent: Newstate\r\n\r\nResponse: Success\r\n\r\nEvent: Hang",
    );
    push("up\r\nA: 3\r\n\r\nEvent: HangupRequest\r\n\r\nEvent: hangup\r\n\r\n");
    expect(messages.map((message) => message.get("A") ?? message.name)).toEqual(["2", "Success", "3"]);
    expect(decoder.skipped).toBe(4);
  });

  it("takes a change of interest from one message to the next", () => {
    const decoder = new AmiDecoder({ greeting: false });
    decoder.want(new Set());
    const got: string[] = [];
    decoder.push(bytes("Response: Success\r\n\r\nEvent: A\r\n\r\nEvent: B\r\n\r\n"), (message) => {
      got.push(message.name);
      decoder.want(undefined);
    });
    expect(got).toEqual(["Success", "A", "B"]);
  });

  it("lets a sink decode other bytes in between", () => {
    const outer = new AmiDecoder({ greeting: false });
    const got: string[] = [];
    outer.push(bytes("Event: A\r\n\r\nEvent: B\r\n\r\n"), (message) => {
      got.push(
        message.name,
        ...decode(`Event: ${message.name}1\r\nX: 1\r\n\r\nEvent: ${message.name}2\r\n\r\n`).map(({ name }) => name),
      );
    });
    expect(got).toEqual(["A", "A1", "A2", "B", "B1", "B2"]);
  });
});

describe("limits", () => {
  const limited = (limits: { maxLineBytes?: number; maxHeaders?: number; maxMessageBytes?: number }): AmiDecoder =>
    new AmiDecoder({ greeting: false, limits });
  const code = (run: () => void): string => {
    try {
      run();
    } catch (error) {
      expect(error).toBeInstanceOf(AmiProtocolError);
      return (error as AmiProtocolError).code;
    }
    return "none";
  };

  it("refuses a line that is too long, finished or not", () => {
    expect(
      code(() => limited({ maxLineBytes: 20 }).push(bytes(`Event: A\r\nB: ${"x".repeat(30)}\r\n\r\n`), () => {})),
    ).toBe("AMI_LINE_TOO_LONG");
    expect(code(() => limited({ maxLineBytes: 20 }).push(bytes(`Event: A\r\nB: ${"x".repeat(30)}`), () => {}))).toBe(
      "AMI_LINE_TOO_LONG",
    );
    const slow = limited({ maxLineBytes: 20 });
    expect(
      code(() =>
        "Event: A\r\nB: xxxxxxxxxxxxxxxxxxxxxxxxx".split("").forEach((char) => slow.push(bytes(char), () => {})),
      ),
    ).toBe("AMI_LINE_TOO_LONG");
  });

  it("refuses a greeting that never ends", () => {
    const decoder = new AmiDecoder({ limits: { maxLineBytes: 100 } });
    expect(code(() => decoder.push(bytes("x".repeat(200)), () => {}))).toBe("AMI_LINE_TOO_LONG");
  });

  it("refuses too many lines, and takes as many as are allowed", () => {
    const lines = (count: number): Buffer => bytes(`${"A: 1\r\n".repeat(count)}\r\n`);
    expect(code(() => limited({ maxHeaders: 10 }).push(lines(11), () => {}))).toBe("AMI_TOO_MANY_HEADERS");
    expect(code(() => limited({ maxHeaders: 10 }).push(lines(10), () => {}))).toBe("none");
  });

  it("refuses a message that is too long, before it has come whole", () => {
    const decoder = limited({ maxMessageBytes: 1000 });
    let pushed = 0;
    const flood = (): void => {
      for (; pushed < 100; pushed++) decoder.push(bytes(`Header: ${"x".repeat(50)}\r\n`), () => {});
    };
    expect(code(flood)).toBe("AMI_MESSAGE_TOO_LONG");
    expect(pushed).toBeLessThan(20);
    expect(decoder.pendingBytes).toBe(0);
  });

  it("gives out what came before the fault, and fails again afterwards", () => {
    const decoder = limited({ maxLineBytes: 20 });
    const got: string[] = [];
    const push = (text: string): void => decoder.push(bytes(text), ({ name }) => got.push(name));
    expect(code(() => push(`Event: A\r\n\r\nEvent: B\r\nC: ${"x".repeat(40)}\r\n\r\nEvent: D\r\n\r\n`))).toBe(
      "AMI_LINE_TOO_LONG",
    );
    expect(code(() => push("Event: E\r\n\r\n"))).toBe("AMI_LINE_TOO_LONG");
    expect(got).toEqual(["A"]);
  });
});

describe("memory", () => {
  it("a kept message does not change when the socket's buffer is used again", () => {
    const chunk = bytes("Event: A\r\nChannel: PJSIP/1000-00000001\r\n\r\n");
    const kept: AmiMessage[] = [];
    new AmiDecoder({ greeting: false }).push(chunk, (message) => kept.push(message));
    chunk.fill(0);
    expect(kept[0]?.get("Channel")).toBe("PJSIP/1000-00000001");
  });

  it("ten thousand kept messages hold nothing of the chunks that they came in", () => {
    const kept: AmiMessage[] = [];
    const small = "Event: Small\r\nChannel: PJSIP/1000-00000001\r\n\r\n";
    const chunk = bytes(`${small}Event: Filler\r\nPadding: ${"x".repeat(30_000)}\r\n\r\n`);
    const decoder = new AmiDecoder({ greeting: false });
    decoder.want(new Set(["Small"]));
    const before = process.memoryUsage().arrayBuffers;
    for (let n = 0; n < 10_000; n++) decoder.push(chunk, (message) => kept.push(message));
    // 300 MB have gone by; had each message kept its chunk or a copy of it, they would be here.
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
    expect(kept.every((message) => message.text === small)).toBe(true);
  });

  it("reads a Command reply of 5 MB in pieces in a fraction of a second", () => {
    const line = (n: number): string =>
      `Output:   line ${String(n).padStart(6, "0")} of a long list, indented, 62 bytes\r\n`;
    const text = `Response: Success\r\nActionID: 1\r\n${Array.from({ length: 80_000 }, (_, n) => line(n)).join("")}\r\n`;
    const whole = bytes(text);
    const pieces = cutAt(
      whole,
      Array.from({ length: Math.floor(whole.length / 16_384) }, (_, index) => index * 16_384),
    );
    const started = process.cpuUsage();
    const [reply] = decodePieces(pieces, { greeting: false });
    const output = reply?.output ?? [];
    const { user } = process.cpuUsage(started);
    expect([reply?.get("ActionID"), output.length, output.at(-1)]).toEqual([
      "1",
      80_000,
      "  line 079999 of a long list, indented, 62 bytes",
    ]);
    // Quadratic work would take minutes.
    expect(user / 1000).toBeLessThan(2000);
  });
});
