import { describe, expect, it } from "vitest";
import { loadConf, type LoadConfOptions } from "./load-conf.ts";
import { memoryFiles } from "./testing/memory-files.ts";

const main = "/etc/asterisk/a.conf";

/** Loads `/etc/asterisk/a.conf` from the given files. */
function load(files: Record<string, string>, options: Partial<LoadConfOptions> = {}) {
  const inFolder = Object.entries(files).map(([name, text]) => [
    name.startsWith("/") ? name : `/etc/asterisk/${name}`,
    text,
  ]);
  return loadConf(main, { ...memoryFiles(Object.fromEntries(inFolder)), ...options });
}

/** All sections in short: `name: a=1 b=2`, templates with `!`. */
async function sections(files: Record<string, string>): Promise<string[]> {
  const { sections } = await load(files);
  return sections.map(
    ({ name, template, values }) =>
      `${name}${template ? "!" : ""}:${values.map((each) => ` ${each.name}=${each.value}`).join("")}`,
  );
}

describe("loadConf", () => {
  it("resolves templates: inherited values come first, in the order of the parents", async () => {
    const text = "[t](!)\na=1\nb=1\n[u](!,t)\nb=2\n[x](t,u)\nb=3\n[y](x)\n";
    expect(await sections({ "a.conf": text })).toEqual([
      "t!: a=1 b=1",
      "u!: a=1 b=1 b=2",
      "x: a=1 b=1 a=1 b=1 b=2 b=3",
      "y: a=1 b=1 a=1 b=1 b=2 b=3",
    ]);
  });

  it("takes the last of a repeated name, without regard to case, and knows the line of each value", async () => {
    const conf = await load({ "a.conf": "[T](!)\nPort=1\n[x](t)\nport=2\nallow=a\nALLOW=b\n[y](T)" });
    const x = conf.section("X");
    expect(x?.last("PORT")).toEqual({
      name: "port",
      value: "2",
      at: { file: main, line: 4 },
      object: false,
      inheritedFrom: undefined,
    });
    expect(x?.all("allow").map((each) => each.value)).toEqual(["a", "b"]);
    expect(x?.parents).toEqual(["T"]);
    expect(conf.section("y")?.last("port")).toMatchObject({ at: { file: main, line: 2 }, inheritedFrom: "T" });
    expect(conf.section("t")).toBeUndefined();
  });

  it("inherits what the parent has at that line, not what it gets later", async () => {
    expect(await sections({ "a.conf": "[p]\na=1\n[c](p)\n[p](+)\na=2" })).toEqual(["p: a=1 a=2", "c: a=1"]);
  });

  it("adds with (+) to the first section of that name, and keeps two sections of one name apart", async () => {
    const text = "[t](!)\nz=0\n[a]\nb=1\n[a]\nb=2\n[A](+)\nb=3\n[a](t,+)\nb=4\n[a](+,!)";
    expect(await sections({ "a.conf": text })).toEqual(["t!: z=0", "a!: b=1 b=3 z=0 b=4", "a: b=2"]);
  });

  it("finds a template for (+) only where that is asked for, and the section that a filter tells", async () => {
    const text = "[t](!)\na=1\n[t](+TEMPLATES=include)\na=2\n[t]\nb=x1\n[t]\nb=x2\n[t](+b=2)\nc=3";
    expect(await sections({ "a.conf": text })).toEqual(["t!: a=1 a=2", "t: b=x1", "t: b=x2 c=3"]);
    await expect(load({ "a.conf": "[t](!)\n[t](+)" })).rejects.toMatchObject({ code: "CONF_UNKNOWN_PARENT", line: 2 });
    await expect(load({ "a.conf": "[t]\n[t](+a=.*)" })).rejects.toMatchObject({ code: "CONF_FILTER_UNSUPPORTED" });
  });

  it("appends with += to the last value of exactly that name", async () => {
    const text = "[a]\nx=1\nx=2\nx+=3\nX+=4\ny += 5\nx += 6 \n";
    expect(await sections({ "a.conf": text })).toEqual(["a: x=1 x=23 6 X=4 y=5"]);
  });

  it("follows includes, relative to the configuration folder, in whatever section it is", async () => {
    const files = {
      "a.conf": "[general]\n#include sub/b.conf\nc=3\n#include /etc/asterisk/d.conf\ne=5",
      "sub/b.conf": "b=2\n#include d.conf\n[other]\n",
      "d.conf": "d=4",
    };
    expect(await sections(files)).toEqual(["general: b=2 d=4 c=3 e=5", "other: d=4"]);
    const conf = await load(files);
    expect(conf.files).toEqual([main, "/etc/asterisk/sub/b.conf", "/etc/asterisk/d.conf"]);
    expect(conf.section("general")?.last("b")?.at).toEqual({ file: "/etc/asterisk/sub/b.conf", line: 1 });
  });

  it("expands wildcards in sorted order, and braces", async () => {
    const files = {
      "d/2.conf": "b=2",
      "d/1.conf": "b=1",
      "d/.hidden.conf": "b=0",
      "d/x.txt": "b=9",
      "e/3.conf": "b=3",
    };
    expect(await sections({ ...files, "a.conf": "[a]\n#include d/*.conf" })).toEqual(["a: b=1 b=2"]);
    expect(await sections({ ...files, "a.conf": "[a]\n#include {e,d}/[!2].conf" })).toEqual(["a: b=3 b=1"]);
    expect(await sections({ ...files, "a.conf": "[a]\n#include ?/[0-9].c*f" })).toEqual(["a: b=1 b=2 b=3"]);
  });

  it("takes a missing #tryinclude, and refuses a missing #include as Asterisk does, with or without wildcards", async () => {
    expect(await sections({ "a.conf": "[a]\n#tryinclude b.conf\n#tryinclude d/*.conf\nc=1" })).toEqual(["a: c=1"]);
    for (const path of ["b.conf", "d/*.conf"]) {
      await expect(load({ "a.conf": `[a]\n#include ${path}` })).rejects.toMatchObject({
        code: "CONF_INCLUDE_MISSING",
        file: main,
        line: 2,
      });
    }
  });

  it("collects the problems of all files", async () => {
    const files = { "a.conf": "[a]\nno equal sign\n#include b.conf", "b.conf": "\n#exec /bin/true" };
    expect((await load(files)).problems.map(({ code, at }) => `${code} ${at.file}:${at.line}`)).toEqual([
      "CONF_NO_EQUALS /etc/asterisk/a.conf:2",
      "CONF_EXEC_REFUSED /etc/asterisk/b.conf:2",
    ]);
  });

  it("tells a missing file from one that cannot be read, and keeps the cause", async () => {
    await expect(load({})).rejects.toMatchObject({ code: "CONF_NOT_FOUND", file: main });
    const cause = new Error("EACCES");
    const readFile = async () => await Promise.reject(cause);
    const message = expect.stringMatching(`^${main}: cannot be read`) as string;
    await expect(load({}, { readFile })).rejects.toMatchObject({ code: "FILE_UNREADABLE", file: main, cause, message });
  });

  it.each([
    ["CONF_NO_SECTION", "a=1", 1],
    ["CONF_UNKNOWN_PARENT", "[a]\n[b](c)", 2],
    ["CONF_UNKNOWN_PARENT", "[a]\n[b](+)", 2],
  ])("throws %s for %j", async (code, text, line) => {
    await expect(load({ "a.conf": text })).rejects.toMatchObject({ code, line });
  });

  it("says that blanks between the parentheses count", async () => {
    await expect(load({ "a.conf": "[a]\n[b]\n[c](a, b)" })).rejects.toThrow("Blanks between the parentheses count");
  });

  it("inherits from the first section if the name is empty, as Asterisk does, and says so", async () => {
    const conf = await load({ "a.conf": "[a]\nb=1\n[c]()" });
    expect(conf.section("c")?.last("b")?.value).toBe("1");
    expect(conf.problems).toMatchObject([{ code: "CONF_EMPTY_PARENT", at: { line: 3 } }]);
  });
});

describe("loadConf with hostile files", () => {
  it("finds a loop of includes", async () => {
    const files = { "a.conf": "[a]\n#include b.conf", "b.conf": "x=1\n\n#tryinclude ./a.conf" };
    await expect(load(files)).rejects.toMatchObject({ code: "CONF_INCLUDE_LOOP", line: 3 });
  });

  it("takes ten includes within each other and not eleven", async () => {
    const chain = (length: number) =>
      Object.fromEntries(
        Array.from({ length: length + 1 }, (_, index) => [
          index === 0 ? "a.conf" : `${index}.conf`,
          index === length ? `[end]` : `[s${index}]\n#include ${index + 1}.conf`,
        ]),
      );
    expect((await load(chain(10))).section("end")).toBeDefined();
    await expect(load(chain(11))).rejects.toMatchObject({ code: "CONF_INCLUDE_DEPTH", file: "/etc/asterisk/10.conf" });
  });

  it.each([
    "../passwd",
    "/etc/passwd",
    "sub/../../passwd",
    "../*",
    "{../,}x/*",
    "/*/asterisk/b.conf",
    "../asterisk2/b",
  ])("does not leave the allowed folder for %s", async (path) => {
    const files = { "a.conf": `[a]\n#tryinclude ${path}`, "/etc/passwd": "x=1", "/etc/asterisk2/b": "x=1" };
    await expect(load(files)).rejects.toMatchObject({ code: "CONF_OUTSIDE_ROOT", line: 2 });
  });

  it("reads outside of the configuration folder where that is allowed", async () => {
    const files = { "a.conf": "[a]\n#include /srv/pbx/b.conf", "/srv/pbx/b.conf": "b=1" };
    const conf = await load(files, { roots: ["/etc/asterisk/", "/srv/pbx"] });
    expect(conf.section("a")?.last("b")?.value).toBe("1");
  });

  it("does not read the file itself from outside of the allowed folders", async () => {
    await expect(load({ "a.conf": "[a]" }, { roots: ["/srv"] })).rejects.toMatchObject({ code: "CONF_OUTSIDE_ROOT" });
  });

  it("stops at its limits for files, characters, values and braces", async () => {
    const twice = (next: string) => `[a]\n#include ${next}\n#include ${next}`;
    const doubling = Object.fromEntries(
      Array.from({ length: 9 }, (_, index) => [`${index}.conf`, twice(`${index + 1}.conf`)]),
    );
    await expect(
      load({ "a.conf": twice("0.conf"), ...doubling, "9.conf": "b=1" }, { maxFiles: 100 }),
    ).rejects.toMatchObject({
      code: "CONF_TOO_LARGE",
    });
    await expect(load({ "a.conf": "[a]\n" }, { maxCharacters: 3 })).rejects.toMatchObject({ code: "CONF_TOO_LARGE" });
    const heirs = Array.from({ length: 40 }, (_, index) => `[${index + 1}](${index},${index})`).join("\n");
    await expect(load({ "a.conf": `[0]\na=1\n${heirs}` })).rejects.toMatchObject({ code: "CONF_TOO_LARGE" });
    await expect(load({ "a.conf": `[a]\n#include ${"{a,b}".repeat(20)}` })).rejects.toMatchObject({
      code: "CONF_TOO_LARGE",
    });
    const growing = "a+=xxxxxxxx\n".repeat(100_000);
    await expect(load({ "a.conf": `[a]\na=1\n${growing}` })).rejects.toMatchObject({ code: "CONF_TOO_LARGE" });
  });

  it("keeps names such as __proto__ apart from its own", async () => {
    const conf = await load({ "a.conf": "[__proto__]\n__proto__=1\nconstructor=2" });
    expect(conf.section("__proto__")?.last("constructor")?.value).toBe("2");
    expect(conf.section("toString")).toBeUndefined();
  });

  it("matches many stars in no time", async () => {
    const started = process.cpuUsage();
    await load({ "a.conf": `[a]\n#tryinclude d/${"*a".repeat(100)}b`, [`d/${"a".repeat(250)}`]: "x=1" });
    expect(process.cpuUsage(started).user).toBeLessThan(1_000_000);
  });
});
