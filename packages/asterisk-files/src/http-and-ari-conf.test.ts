import { inspect } from "node:util";
import { describe, expect, it } from "vitest";
import { readAriConf } from "./ari-conf.ts";
import { readHttpConf } from "./http-conf.ts";
import { loadConf } from "./load-conf.ts";
import { memoryFiles } from "./testing/memory-files.ts";

const file = "/etc/asterisk/x.conf";
const load = (text: string) => loadConf(file, memoryFiles({ [file]: text }));

describe("readHttpConf", () => {
  it("reads the server's options with their lines", async () => {
    const text =
      "[general]\nenabled=yes\nbindaddr=127.0.0.1\nbindport=8089\nprefix=asterisk\ntlsenable=no\nsessionlimit=0";
    expect(readHttpConf(await load(text))).toMatchObject({
      enabled: { value: true, at: { file, line: 2 } },
      bindaddr: { value: "127.0.0.1", at: { file, line: 3 } },
      bindport: { value: 8089, at: { file, line: 4 } },
      prefix: { value: "asterisk", at: { file, line: 5 } },
      tlsenable: { value: false, at: { file, line: 6 } },
      sessionlimit: { value: 100, at: undefined },
      problems: [{ code: "CONF_BAD_VALUE", at: { file, line: 7 } }],
    });
  });

  it("knows that without a bindaddr nothing listens", async () => {
    const http = readHttpConf(await load("[general]\nenabled=yes\nbindaddr=\n"));
    expect(http.bindaddr).toEqual({ value: undefined, at: { file, line: 3 } });
    expect(http.bindport).toEqual({ value: 8088, at: undefined });
  });
});

describe("readAriConf", () => {
  it("reads users and what they may", async () => {
    const conf = readAriConf(
      await load(`[general]
allowed_origins = https://pbx.example
[base](!)
type = user
[hello](base)
password = hunter2
[watcher](base)
read_only = yes
password = $6$abc
password_format = crypt
deny = 0.0.0.0/0
[remote]
type = outbound_websocket
`),
    );
    expect(conf.enabled).toEqual({ value: true, at: undefined });
    expect(conf.allowedOrigins.value).toBe("https://pbx.example");
    expect(conf.websocketWriteTimeout.value).toBe(100);
    expect(conf.users).toMatchObject([
      { name: "hello", at: { file, line: 5 }, readOnly: { value: false }, passwordFormat: "plain", access: [] },
      {
        name: "watcher",
        readOnly: { value: true, at: { line: 8 } },
        passwordFormat: "crypt",
        access: [{ kind: "deny" }],
      },
    ]);
    expect(conf.user("hello")?.password?.matches("hunter2")).toBe(true);
    expect(conf.user("remote")).toBeUndefined();
    expect(JSON.stringify(conf) + inspect(conf, { depth: 9 })).not.toContain("hunter2");
  });
});
