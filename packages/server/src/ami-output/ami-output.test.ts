import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { toObject } from "./ami-record.ts";
import type { AmiRecord } from "./ami-record.ts";
import { toCsv } from "./csv.ts";
import { formatAnswer, formatEvent } from "./format-records.ts";
import { ActionReader, actionFromWords } from "./parse-action.ts";
import type { WrittenAction } from "./parse-action.ts";
import { toXml } from "./xml.ts";

const response: AmiRecord = [
  ["Response", "Success"],
  ["ActionID", "7"],
];
const item = (name: string, value: string): AmiRecord => [
  ["Event", "Item"],
  ["ActionID", "7"],
  ["Name", name],
  ["Value", value],
];

describe("an AMI answer as CSV", () => {
  it("has a line of names, then one line per item, without the list's own headers", () => {
    const text = formatAnswer({ response, items: [item("a", "1"), item("b", "2")] }, "csv", {
      width: 80,
      terminal: false,
    });
    expect(text).toBe("Name,Value\r\na,1\r\nb,2\r\n");
  });

  it("says of each item what it is where a list has several kinds", () => {
    const other: AmiRecord = [
      ["Event", "Other"],
      ["Name", "c"],
    ];
    const text = formatAnswer({ response, items: [item("a", "1"), other] }, "csv", { width: 80, terminal: false });
    expect(text).toBe("Event,Name,Value\r\nItem,a,1\r\nOther,c,\r\n");
  });

  it.each(["=1+1", "+1-555;cmd", "-x", "@SUM(A1)", "\t=1", "\r=1", "＝1"])("disarms the formula %j", (value) => {
    expect(toCsv([[["Name", value]]])).toContain(`'${value}`);
  });

  it.each(["+4930123", "-5", "1000", "Kai"])("leaves %s as it is", (value) => {
    expect(toCsv([[["Name", value]]])).toBe(`Name\r\n${value}\r\n`);
  });

  it("quotes commas, quotes and line breaks, and joins repeated names", () => {
    expect(
      toCsv([
        [
          ["A", 'x,"y"'],
          ["B", "1"],
          ["B", "2"],
        ],
      ]),
    ).toBe('A,B\r\n"x,""y""","1\n2"\r\n');
  });
});

describe("an AMI answer as XML", () => {
  it("escapes what XML needs escaped and replaces what it cannot say", () => {
    expect(toXml([[['Na"me', "<b>&\u0000\u001B\n]]>"]]])).toContain(
      '<header name="Na&quot;me">&lt;b&gt;&amp;\uFFFD\uFFFD&#10;]]&gt;</header>',
    );
  });

  it("never holds a raw control character, whatever comes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (value) => {
        const raw = toXml([[["Name", value]]])
          .split("")
          .filter((each) => each < " " && each !== "\n");
        expect(raw).toEqual([]);
      }),
    );
  });
});

describe("an AMI answer as JSON", () => {
  it("keeps repeated names as a list, and cannot reach a prototype", () => {
    const object = toObject([
      ["Variable", "a=1"],
      ["Variable", "b=2"],
      ["__proto__", "x"],
      ["constructor", "y"],
    ]);
    expect(JSON.stringify(object)).toBe('{"Variable":["a=1","b=2"],"__proto__":"x","constructor":"y"}');
    expect(({} as Record<string, unknown>)["x"]).toBeUndefined();
  });
});

describe("an AMI answer for people", () => {
  it("is a table where it fits", () => {
    const text = formatAnswer({ response, items: [item("a", "1"), item("b", "2")] }, "table", {
      width: 80,
      terminal: true,
    });
    expect(text).toBe("Name  Value\na     1\nb     2\n\n2 in the list.\n");
  });

  it("is a block per item where it does not", () => {
    const text = formatAnswer({ response, items: [item("a", "x".repeat(90))] }, "table", { width: 80, terminal: true });
    expect(text).toBe(`Name   a\nValue  ${"x".repeat(90)}\n\n1 in the list.\n`);
  });

  it("is the output alone of a Command", () => {
    const command: AmiRecord = [
      ["Response", "Success"],
      ["ActionID", "1"],
      ["Output", "Asterisk 22"],
      ["Output", ""],
      ["Output", "ok"],
    ];
    expect(formatAnswer({ response: command }, "table", { width: 80, terminal: true })).toBe(
      "Response  Success\nAsterisk 22\n\nok\n",
    );
  });

  it("shows control characters on a terminal and keeps them in a file", () => {
    const record: AmiRecord = [["Name", "a\u001B[2J"]];
    expect(formatAnswer({ response: record }, "standard", { width: 80, terminal: true })).toBe("Name: a␛[2J\n");
    expect(formatAnswer({ response: record }, "standard", { width: 80, terminal: false })).toBe("Name: a\u001B[2J\n");
  });
});

describe("actions as people write them", () => {
  const readAll = (text: string): WrittenAction[] => {
    const reader = new ActionReader();
    return [...text.split("\n").map((line) => reader.push(line)), reader.end()].filter(
      (action) => action !== undefined,
    );
  };

  it("on a command line, with repeated keys and = in values", () => {
    expect(actionFromWords("Originate", ["Channel=PJSIP/1000", "Variable=a=1", "variable=b=2"])).toEqual({
      name: "Originate",
      params: { Channel: "PJSIP/1000", Variable: ["a=1", "b=2"] },
    });
  });

  it("on stdin, one per line or in blocks", () => {
    const text =
      '# two\nPing\nCommand Command="core show \\"x\\""\n\nAction: Hangup\r\nActionID: 5\r\nChannel: PJSIP/1000-1\r\n\r\nAction:Status\nVariable: a';
    expect(readAll(text)).toEqual([
      { name: "Ping", params: {} },
      { name: "Command", params: { Command: 'core show "x"' } },
      { name: "Hangup", params: { Channel: "PJSIP/1000-1" } },
      { name: "Status", params: { Variable: "a" } },
    ]);
  });

  it.each([
    ["Ping oops", 'Line 1 of the input cannot be read: "oops" is no Key=Value'],
    ['Command Command="core', "Line 1 of the input has a quote without its end."],
    ["Channel: x\n\n", "Line 2 of the input ends a block that has no Action: line."],
    ["Action: Ping\nwhat now", "Line 2 of the input is inside a block of Key: value lines, but is none itself."],
  ])("%j is refused with its line", (text, message) => {
    expect(() => readAll(text)).toThrow(message);
  });
});

describe("an AMI answer on a terminal", () => {
  const hostile = "\u001B]0;owned\u0007\u009B2J\u202E\u007F";
  const cannotObey = /(?!\n)\p{Cc}|\u202E/u;

  it.each(["table", "standard", "json", "xml", "csv"] as const)("holds nothing a terminal would obey: %s", (format) => {
    const options = { width: 80, terminal: true };
    expect(formatAnswer({ response, items: [item("a", hostile)] }, format, options)).not.toMatch(cannotObey);
    expect(formatEvent(item(hostile, hostile), format, options)).not.toMatch(cannotObey);
  });

  it("goes into a file as it came", () => {
    expect(formatEvent(item("a", hostile), "csv", { width: 80, terminal: false })).toContain(hostile);
  });
});

describe("actions written on Windows", () => {
  it("may begin with a byte order mark and end their lines in CR LF", () => {
    const reader = new ActionReader();
    expect(reader.push("\uFEFFAction: Ping\r")).toBeUndefined();
    expect(reader.push("\r")).toMatchObject({ name: "Ping" });
  });
});
