import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { loadConf } from "./load-conf.ts";
import { readManagerConf } from "./manager-conf.ts";
import { memoryFiles } from "./testing/memory-files.ts";

const file = "/etc/asterisk/manager.conf";
const read = async (text: string) => readManagerConf(await loadConf(file, memoryFiles({ [file]: text })));

describe("readManagerConf", () => {
  it("reads the general options with the lines that set them", async () => {
    const { general, problems } = await read(`[general]
enabled = yes
port = 5039
webenabled = on
bindaddr = 127.0.0.1
sslenable = yes
tlscert = /etc/asterisk/keys/asterisk.pem
timestampevents = true
`);
    expect(general).toMatchObject({
      enabled: { value: true, at: { file, line: 2 } },
      port: { value: 5039, at: { file, line: 3 } },
      webenabled: { value: true, at: { file, line: 4 } },
      bindaddr: { value: "127.0.0.1", at: { file, line: 5 } },
      tlsenable: { value: true, at: { file, line: 6 } },
      tlscertfile: { value: "/etc/asterisk/keys/asterisk.pem", at: { file, line: 7 } },
      timestampevents: { value: true, at: { file, line: 8 } },
    });
    expect(problems).toEqual([]);
  });

  it("knows Asterisk's defaults, which no line sets", async () => {
    const { general, users } = await read("");
    expect(users).toEqual([]);
    expect(general).toEqual({
      enabled: { value: false, at: undefined },
      port: { value: 5038, at: undefined },
      bindaddr: { value: undefined, at: undefined },
      webenabled: { value: false, at: undefined },
      tlsenable: { value: false, at: undefined },
      tlsbindaddr: { value: undefined, at: undefined },
      tlscertfile: { value: undefined, at: undefined },
      allowmultiplelogin: { value: true, at: undefined },
      timestampevents: { value: false, at: undefined },
      authtimeout: { value: 30, at: undefined },
      authlimit: { value: 50, at: undefined },
      disabledevents: { value: undefined, at: undefined },
    });
  });

  it("reads a user's classes, time-out, access rules and filters", async () => {
    const conf = await read(`[general]
allowmultiplelogin = no
[limits](!)
deny = 0.0.0.0/0
writetimeout = 5000
[cordboard](limits)
secret = hunter2
permit = 127.0.0.1,10.0.0.0/8
acl = office
read = system,call,agent
write = originate,call
eventfilter = !Event: VarSet
eventfilter(action(exclude),name(Newexten)) =
`);
    const user = conf.user("Cordboard");
    expect(user).toMatchObject({
      name: "cordboard",
      at: { file, line: 6 },
      secret: { at: { file, line: 7 } },
      read: { value: new Set(["system", "call", "agent"]), at: { file, line: 10 } },
      write: { value: new Set(["originate", "call"]), at: { file, line: 11 } },
      writetimeout: { value: 5000, at: { file, line: 5 } },
      allowmultiplelogin: { value: false, at: { file, line: 2 } },
      access: [
        { kind: "deny", value: "0.0.0.0/0", at: { file, line: 4 } },
        { kind: "permit", value: "127.0.0.1,10.0.0.0/8", at: { file, line: 8 } },
        { kind: "acl", value: "office", at: { file, line: 9 } },
      ],
      eventfilters: [
        { value: "!Event: VarSet", at: { file, line: 12 } },
        { value: "", at: { file, line: 13 } },
      ],
    });
    expect(conf.users.map(({ name }) => name)).toEqual(["cordboard"]);
  });

  it("compares the secret and shows it nowhere", async () => {
    const conf = await read("[a]\nsecret = hunter2\n[b]\nsecret =");
    expect(conf.user("a")?.secret?.matches("hunter2")).toBe(true);
    expect(conf.user("a")?.secret?.matches("hunter")).toBe(false);
    expect(conf.user("b")?.secret).toBeUndefined();
    expect(JSON.stringify(conf) + inspect(conf, { depth: 9 })).not.toContain("hunter2");
  });

  it.each([
    ["all", 19],
    ["none", 0],
    ["", 0],
    ["call,all", 19],
    [",call", 19],
    ["sys,call", 2],
    ["call,sys", 1],
    ["sys,", 1],
    ["Call", 0],
  ])("takes read=%s as Asterisk does", async (value, count) => {
    expect((await read(`[a]\nread=${value}`)).user("a")?.read.value.size).toBe(count);
  });

  it("tells of words that give no right, most of all those after a blank", async () => {
    const { users, problems } = await read("[a]\nread = system, call\nwrite = originat");
    expect(users[0]?.read.value).toEqual(new Set(["system"]));
    expect(problems.map(({ code, at }) => [code, at.line])).toEqual([
      ["CONF_UNKNOWN_CLASS", 2],
      ["CONF_UNKNOWN_CLASS", 3],
    ]);
    expect(problems[0]?.message).toContain("blanks around the commas count");
  });

  it("passes over numbers that Asterisk passes over, and says which stays", async () => {
    const { general, users, problems } = await read(
      "[general]\nport=5039\nport=80\n[a]\nwritetimeout=99\n[b]\nwritetimeout=x",
    );
    expect(general.port).toEqual({ value: 5039, at: { file, line: 2 } });
    expect(users.map((user) => user.writetimeout.value)).toEqual([100, 100]);
    expect(problems.map(({ code, at }) => [code, at.line])).toEqual([
      ["CONF_BAD_VALUE", 3],
      ["CONF_BAD_VALUE", 5],
      ["CONF_BAD_VALUE", 7],
    ]);
    expect(problems[0]?.message).toContain("keeps 5039");
  });

  it("takes two sections of one name for one user", async () => {
    const { users } = await read("[a]\nread=call\n[A]\nread=system\nwrite=call");
    expect(users).toHaveLength(1);
    expect(users[0]?.read).toEqual({ value: new Set(["system"]), at: { file, line: 4 } });
  });

  it("takes a time that grows with the file alone", async () => {
    const text = `[general]\n${"[a]\n".repeat(100_000)}`;
    const started = performance.now();
    expect((await read(text)).users).toHaveLength(1);
    expect(performance.now() - started).toBeLessThan(5_000);
  });
});
