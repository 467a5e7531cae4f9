import { describe, expect, it } from "vitest";
import { AmiDecoder, decodeAll } from "./decoder.ts";
import { encodeAction, type AmiValue } from "./encode-action.ts";
import { redact } from "./redact.ts";

const messages = (text: string) => decodeAll(Buffer.from(text), { greeting: false });
const text = (params: Record<string, AmiValue>): string => Buffer.from(encodeAction("X", params)).toString("utf8");
const cpuMs = (run: () => void): number => {
  const before = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(before);
  return (user + system) / 1000;
};

describe("headers named as what every object has", () => {
  it.each(["constructor", "__proto__", "toString", "hasOwnProperty"])("%s is a header like any other", (name) => {
    const [message, more] = messages(`${name}: y\r\nEvent: A\r\n\r\n${name}: z\r\n\r\n`);
    expect([message?.kind, message?.name, message?.get(name)]).toEqual(["event", "A", "y"]);
    expect([more?.kind, more?.get(name)]).toEqual(["other", "z"]);
    expect(Object.entries(more?.toObject() ?? {})).toEqual([[name, "z"]]);
    expect(messages(`ChanVariable(${name}): ${name}=1\r\n\r\n`)[0]?.variables().get(name)?.get(name)).toBe("1");
    expect(text({ [name === "__proto__" ? "a" : name]: "1" })).toContain(": 1\r\n");
  });

  it("an event or an action that is named Follows keeps its headers", () => {
    for (const kind of ["Event", "Action"]) expect(messages(`${kind}: Follows\r\nA: 1\r\n\r\n`)[0]?.get("A")).toBe("1");
  });
});

describe("a map of variables", () => {
  it.each(["a,b", "a=b", "a,SHELL(x)", "", "a\\", 'a"b', "F(x", "a)b(c,d", "F(a)=1,b"])(
    "whose name %j would set another variable is refused",
    (name) => {
      expect(() => text({ Variable: { [name]: "1" } })).toThrow(expect.objectContaining({ code: "AMI_BAD_ACTION" }));
    },
  );

  it.each(["__A", "CALLERID(num)", "PJSIP_HEADER(add,Call-Info)", "ARRAY(a,b)", "HASH(x,F(y))"])(
    "may name %s",
    (name) => {
      expect(text({ Variable: { [name]: "1" } })).toContain(`Variable: ${name}=1\r\n`);
    },
  );

  it.each([new Map([["a", "1"]]), new Set(["a"]), new Date(0), Buffer.from("a")])(
    "is a plain object, and no %o",
    (value) => {
      expect(() => text({ Variable: value as unknown as string })).toThrow(
        expect.objectContaining({ code: "AMI_BAD_ACTION" }),
      );
    },
  );
});

describe("hostile text", () => {
  it("half a surrogate pair in a value stays one character and breaks no line", () => {
    expect(text({ A: "x\uD800y" })).toBe("Action: X\r\nA: x\uFFFDy\r\n\r\n");
    expect(() => text({ "A\uDC00": "x" })).toThrow(expect.objectContaining({ code: "AMI_BAD_ACTION" }));
  });

  it("long lines without a colon cost redact no more than their length", () => {
    const line = "secret".repeat(40_000);
    expect(cpuMs(() => expect(redact(line)).toBe(line))).toBeLessThan(500);
  });

  it("a message of nothing but variables costs their number, not its square", () => {
    const [message] = messages(`Event: A\r\n${"ChanVariable: a=1\r\n".repeat(20_000)}\r\n`);
    expect(cpuMs(() => expect(message?.variables().size).toBe(1))).toBeLessThan(500);
  });

  it("event names that a peer invents are not kept when they are long", () => {
    const decoder = new AmiDecoder({ greeting: false });
    const bytes = Buffer.from(`Event: 0000${"x".repeat(50_000)}\r\n\r\n`);
    const before = process.memoryUsage().arrayBuffers;
    for (let index = 1000; index < 3000; index++) {
      bytes.write(`${index}`, "Event: ".length);
      decoder.push(bytes, () => {});
    }
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20_000_000);
  });
});

describe("the secrets in what is sent or received", () => {
  it("are hidden in what is read from a configuration file", () => {
    const read = "Response: Success\r\nLine-000000-000000: secret=hush\r\nLine-000000-000001: read=all\r\n\r\n";
    expect(redact(read)).toBe(read.replace("hush", "***"));
  });

  it("are hidden in a change of a configuration file too", () => {
    const update = text({
      "Action-000000": "NewCat",
      "Var-000000": "secret",
      "Value-000000": "hush",
      "Var-000001": "auth_password",
      "Value-000001": "hush",
      "Var-000002": "read",
      "Value-000002": "call",
    }).replace("Action: X", "Action: UpdateConfig");
    expect(redact(update)).not.toContain("hush");
    expect(redact(update)).toContain("Value-000002: call");
  });
});

it("more names may be wanted than a peer could make the decoder learn", () => {
  const decoder = new AmiDecoder({ greeting: false });
  const names = Array.from({ length: 3000 }, (_, index) => `E${index}`);
  decoder.want(new Set(names));
  const heard: string[] = [];
  decoder.push(Buffer.from("Event: E2999\r\n\r\n"), ({ name }) => heard.push(name));
  expect(heard).toEqual(["E2999"]);
});
