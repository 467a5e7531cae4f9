import { check, property, stringMatching } from "fast-check";
import { describe, expect, it } from "vitest";
import type { ConfStatement } from "./conf-statement.ts";
import { ConfError } from "./errors.ts";
import { parseConf } from "./parse-conf.ts";

const parse = (text: string | Uint8Array) => parseConf(text, { file: "a.conf" });

/** Statements in short: `[name]`, `name=value`, `include path`. */
function said(text: string | Uint8Array): string[] {
  return parse(text).statements.map(short);
}

function short(statement: ConfStatement): string {
  if (statement.kind === "section")
    return `[${statement.name}]${statement.options.map((each) => `(${each})`).join("")}`;
  if (statement.kind === "value") return `${statement.name}${statement.operator}${statement.value}`;
  return statement.kind === "include" ? `${statement.optional ? "try" : ""}include ${statement.path}` : "exec";
}

function codes(text: string): string[] {
  return parse(text).problems.map((problem) => `${problem.code}:${problem.at.line}`);
}

describe("parseConf", () => {
  it("reads sections, templates and values with = and =>", () => {
    const text = "[general]\nport = 5038\n[tmpl](!)\n[a](!,tmpl,other)\nexten => 100,1,Answer()\n[a](+)\nx=\n";
    expect(said(text)).toEqual([
      "[general]",
      "port=5038",
      "[tmpl](!)",
      "[a](!)(tmpl)(other)",
      "exten=>100,1,Answer()",
      "[a](+)",
      "x=",
    ]);
  });

  it("keeps repeated names, their order and further equal signs", () => {
    expect(said("[a]\nsetvar=A=1\nsetvar=B=2\nexten=>1\nexten=> =2")).toEqual([
      "[a]",
      "setvar=A=1",
      "setvar=B=2",
      "exten=>1",
      "exten=>=2",
    ]);
  });

  it("takes += before =>, and keeps the blanks that it appends", () => {
    expect(said("[a]\nallow += ,alaw\nallow+=>x")).toEqual(["[a]", "allow+= ,alaw", "allow+=>x"]);
  });

  it("takes away comments, but not an escaped semicolon", () => {
    expect(said("; all\n[a] ; after\nb=1;2\nc=1\\;2 ; 3\n;------ a line\nd=\\;\\;;")).toEqual([
      "[a]",
      "b=1",
      "c=1;2",
      "d=;;",
    ]);
  });

  it("takes away block comments: in a line, over lines and nested", () => {
    const text = "[a]\nb=1;-- x --;2\n;--\nc=3\n;-- d=4 --;\ne=5\n--; f=6\ng=7;-- to the\nend --;8\n;--; h=9\n--;i=1";
    expect(said(text)).toEqual(["[a]", "b=12", "f=6", "g=7", "i=1"]);
  });

  it("passes over text that follows a block comment and is no statement", () => {
    expect(codes("[a]\n;-- x\n--; no equal sign")).toEqual(["CONF_NO_EQUALS:3"]);
  });

  it("knows no line continuation", () => {
    expect(said("[a]\nb=1\\\nc=2")).toEqual(["[a]", "b=1\\", "c=2"]);
  });

  it("reads includes with quotes, angle brackets or nothing around the name, and any case", () => {
    const text = '#include "a b.conf"\n#INCLUDE <c.conf> ; why\n#tryinclude d.conf\n#include "e.conf\n#include "';
    expect(said(text)).toEqual([
      "include a b.conf",
      "include c.conf",
      "tryinclude d.conf",
      'include "e.conf',
      "include ",
    ]);
  });

  it("never runs #exec, and says so", () => {
    const file = parse("[a]\n#exec /bin/true\nb=1");
    expect(file.statements.map(short)).toEqual(["[a]", "exec", "b=1"]);
    expect(file.problems).toMatchObject([{ code: "CONF_EXEC_REFUSED", at: { file: "a.conf", line: 2 } }]);
  });

  it("takes a backslash before the name as an escape, so that a name may begin with [ or #", () => {
    expect(said("[a]\n\\[b=1\n\\#c=2\n\\==3")).toEqual(["[a]", "[b=1", "#c=2", "==3"]);
  });

  it("takes off all control characters at the ends, carriage returns and a byte order mark too", () => {
    expect(said("\uFEFF[a]\r\n\t b \t=\u0001 c\u000B\r\n")).toEqual(["[a]", "b=c"]);
    expect(said(new TextEncoder().encode("\uFEFF[ä]\nö=ü"))).toEqual(["[ä]", "ö=ü"]);
  });

  it("warns of what Asterisk passes over, with the line and without the text, which may hold a secret", () => {
    const text = "[a] (b)\nsecret hunter2\n=hunter2\n#includes hunter2\n#include\n\n";
    expect(codes(text)).toEqual([
      "CONF_TEXT_AFTER_SECTION:1",
      "CONF_NO_EQUALS:2",
      "CONF_NO_NAME:3",
      "CONF_UNKNOWN_DIRECTIVE:4",
      "CONF_NO_ARGUMENT:5",
    ]);
    for (const problem of parse(text).problems) expect(problem.message).not.toContain("hunter2");
  });

  it("says where a block comment without an end began", () => {
    expect(codes("[a]\n;-- b\nc=1\n")).toEqual(["CONF_COMMENT_NOT_ENDED:2"]);
  });

  it.each([
    ["CONF_NO_BRACKET", "[a]\n[b"],
    ["CONF_NO_PARENTHESIS", "[a]\n[b](c"],
    ["CONF_BAD_ESCAPE", "[a]\n\\ b=1"],
    ["CONF_COMMENT_NOT_STARTED", "[a]\nb=1--;"],
    ["CONF_COMMENT_DEPTH", `[a]\n${";--".repeat(129)}`],
  ])("throws %s with the line where Asterisk would refuse the file", (code, text) => {
    expect(() => parse(text)).toThrow(expect.objectContaining({ code, file: "a.conf", line: 2 }));
  });

  it("gives every byte back through its lines", () => {
    const text = "\uFEFF; head\r\n[a](!) ; template\n\n  b = 1 ;-- x\n--;\t\nc=2";
    const lines = parse(text).lines();
    expect(lines.map((line) => line.text + line.end).join("")).toBe(text);
    expect(lines.map((line) => line.statement && short(line.statement))).toEqual([
      undefined,
      "[a](!)",
      undefined,
      "b=1",
      undefined,
      "c=2",
    ]);
    expect(lines.map((line) => line.number)).toEqual([1, 2, 3, 4, 5, 6]);
  });
});

describe("parseConf with hostile input", () => {
  it("reads a line up to its first NUL byte, as Asterisk does", () => {
    expect(said("[a]\nb=1\0c=2\nd=3")).toEqual(["[a]", "b=1", "d=3"]);
    expect(codes("[a]\nb=1\0c=2\nd=3")).toEqual(["CONF_NUL:2"]);
  });

  it("passes over a line of 8191 bytes and takes one of 8190", () => {
    const fits = `b=${"x".repeat(8188)}`;
    expect(said(`[a]\n${fits}\nc=1`)).toEqual(["[a]", fits, "c=1"]);
    expect(said(`[a]\n${fits}x\nc=1`)).toEqual(["[a]", "c=1"]);
    expect(codes(`[a]\n${fits.replace("x", "ä")}\nc=1`)).toEqual(["CONF_LINE_TOO_LONG:2"]);
  });

  it("passes over a line of 10 MB at once", () => {
    const started = process.cpuUsage();
    expect(said(`[a]\n${";--\\;".repeat(2_000_000)}\nc=1`)).toEqual(["[a]", "c=1"]);
    expect(process.cpuUsage(started).user).toBeLessThan(2_000_000);
  });

  it("keeps a bounded number of problems", () => {
    const { problems } = parse("no equal sign\n".repeat(5000));
    expect(problems).toHaveLength(1001);
    expect(problems.at(-1)?.code).toBe("CONF_MORE_PROBLEMS");
  });

  it("throws nothing but its own errors, and its lines give the text back, whatever the input", () => {
    const text = stringMatching(/^([[\](),!+=>;\\#a\r\n \t\0-]|;--|--;|#include |\[a\]){0,80}$/);
    const outcome = check(
      property(text, (text) => {
        try {
          const lines = parse(text).lines();
          return lines.map((line) => line.text + line.end).join("") === text;
        } catch (error) {
          return error instanceof ConfError;
        }
      }),
      { numRuns: 2000 },
    );
    expect(outcome.failed).toBe(false);
  });
});
