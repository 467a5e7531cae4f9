import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { ConfigError } from "../errors.ts";
import { loadConfig, parseConfig } from "./load-config.ts";

function problemsOf(text: string, env: Record<string, string> = {}): string[] {
  try {
    parseConfig(text, "cordboard.yaml", env);
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split("\n");
    throw error;
  }
  return [];
}

describe("a configuration", () => {
  it("may name one PBX and leave the rest to the defaults", () => {
    expect(parseConfig("pbxs:\n  - id: hq\n    ami: ami://u:s@pbx:5038\n", "f", {})).toEqual({
      pbxs: [{ id: "hq", ami: "ami://u:s@pbx:5038" }],
      http: { address: "127.0.0.1", allowedHosts: [], allowedOrigins: [], requestsPerMinute: 600 },
      storage: {},
      events: { keepHours: 24, keepMegabytes: 512 },
      callHistory: { keepDays: 365 },
      log: { level: "info" },
    });
  });

  it("takes secrets from the environment, percent-encoded inside a URL", () => {
    const text = "pbxs:\n  - id: hq\n    ami: ami://u:${AMI_SECRET}@pbx\nhttp:\n  token: ${TOKEN}\n";
    const config = parseConfig(text, "f", { AMI_SECRET: "p@ss/w:rd", TOKEN: "x".repeat(30) });
    expect(config.pbxs[0]?.ami).toBe("ami://u:p%40ss%2Fw%3Ard@pbx");
    expect(config.http.token).toBe("x".repeat(30));
  });

  it("takes a whole URL from the environment as it is, and $$ as a dollar", () => {
    const text = "pbxs:\n  - id: hq\n    name: costs $$5\n    ami: ${PBX}\n";
    const [pbx] = parseConfig(text, "f", { PBX: "ami://u:s@pbx" }).pbxs;
    expect(pbx?.ami).toBe("ami://u:s@pbx");
    expect(pbx?.name).toBe("costs $5");
  });

  it("takes file names relative to its own folder", () => {
    const folder = mkdtempSync(join(tmpdir(), "cordboard-config-"));
    try {
      const file = join(folder, "cordboard.yaml");
      writeFileSync(
        file,
        "pbxs:\n  - id: hq\n    ami: amis://u:s@pbx\n    etc: etc/asterisk\n    tls:\n      ca: ca.pem\n",
      );
      const [pbx] = loadConfig(file, {}).pbxs;
      expect(pbx?.tls?.ca).toBe(join(folder, "ca.pem"));
      expect(pbx?.etc).toBe(join(folder, "etc/asterisk"));
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
});

describe("a wrong configuration is refused with file, line, column and key", () => {
  it.each([
    [
      "an unknown key",
      "pbxs:\n  - id: hq\n    amii: ami://u:s@pbx\n    ami: ami://u:s@pbx\n",
      'cordboard.yaml:3:5: pbxs[0].amii: is no key of the configuration; did you mean "ami"?',
    ],
    [
      "an unknown key far from any",
      "pbxs:\n  - id: hq\n    ami: ami://u:s@pbx\nwebsocket: 1\n",
      "cordboard.yaml:4:1: websocket: is no key of the configuration; known here: pbxs, http, storage, events, callHistory, log",
    ],
    ["a missing key", "pbxs:\n  - id: hq\n", "cordboard.yaml:2:5: pbxs[0].ami: is missing; it is text"],
    ["an empty file", "", "cordboard.yaml:1:1: pbxs: is missing; it is a list"],
    ["an empty list", "pbxs: []\n", "cordboard.yaml:1:7: pbxs: needs at least one PBX"],
    [
      "a wrong type",
      "pbxs:\n  - id: hq\n    ami: ami://u:s@pbx\nhttp:\n  port: many\n",
      "cordboard.yaml:5:9: http.port: must be a whole number",
    ],
    [
      "a number out of range",
      "pbxs:\n  - id: hq\n    ami: ami://u:s@pbx\nhttp:\n  port: 70000\n",
      "cordboard.yaml:5:9: http.port: must be at most 65535",
    ],
    [
      "the same id twice",
      "pbxs:\n  - {id: a, ami: 'ami://u:s@x'}\n  - {id: a, ami: 'ami://u:s@y'}\n",
      'cordboard.yaml:3:10: pbxs[1].id: "a" is the id of two PBXs',
    ],
    [
      "a missing variable",
      "pbxs:\n  - id: hq\n    ami: ami://u:${AMI_SECRET}@pbx\n",
      "cordboard.yaml:3:10: pbxs[0].ami: the environment variable AMI_SECRET is not set; export it before you start, or put it into the service's environment file",
    ],
    [
      "an origin with a path",
      "pbxs:\n  - id: hq\n    ami: ami://u:s@pbx\nhttp:\n  allowedOrigins:\n    - https://crm.example/\n",
      "cordboard.yaml:6:7: http.allowedOrigins[0]: is no origin such as https://crm.example.com (scheme, host and port alone)",
    ],
    [
      "a level that is none",
      "pbxs:\n  - id: hq\n    ami: ami://u:s@pbx\nlog:\n  level: loud\n",
      "cordboard.yaml:5:10: log.level: must be error or warn or info or debug or silent",
    ],
    [
      "nothing to keep",
      "pbxs:\n  - id: hq\n    ami: ami://u:s@pbx\ncallHistory:\n  keepDays: 0\n",
      "cordboard.yaml:5:13: callHistory.keepDays: must be at least 1",
    ],
    ["a duplicate key", "pbxs: []\npbxs: []\n", "cordboard.yaml:2:1: is no YAML: Map keys must be unique"],
  ])("%s", (_, text, message) => {
    expect(problemsOf(text)).toContain(message);
  });

  it("every problem at once, in the order of the file", () => {
    const lines = problemsOf("pbxs:\n  - id: H Q\n    ami: 5\nhttp:\n  adress: x\n").map((line) => line.split(":")[1]);
    expect(lines).toEqual(["2", "3", "5"]);
  });

  it("never shows the value that is wrong, which may be a secret", () => {
    const text = "pbxs:\n  - id: hq\n    ami: http://u:hunter2@pbx\n    ari: hunter2\nhttp:\n  token: hunter2\n";
    const message = problemsOf(text).join("\n");
    expect(message).toContain("pbxs[0].ami");
    expect(message).toContain("http.token");
    expect(message).not.toContain("hunter2");
  });

  it("a file that unfolds aliases without end", () => {
    const bomb = `a: &a [x,x,x,x,x,x,x,x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: &c [*b,*b,*b,*b,*b,*b,*b,*b,*b]\nd: [*c,*c,*c,*c,*c,*c,*c,*c]\n`;
    expect(problemsOf(bomb).join()).toMatch(/alias/i);
  });
});

describe("a hostile configuration", () => {
  const pbx = "pbxs:\n  - id: hq\n    ami: ami://u:s@pbx\n";

  it.each([
    ["very deep lists", `pbxs: ${"[".repeat(50_000)}`],
    ["keys of the prototype", `${pbx}__proto__:\n  http: 1\nconstructor: 1\n`],
    ["a key that is there twice", `${pbx}pbxs: []\n`],
    ["aliases that multiply", `a: &a [x, x]\nb: &b [${"*a, ".repeat(30)}]\nc: [${"*b, ".repeat(30)}]\n${pbx}`],
    ["two documents", `${pbx}---\n${pbx}`],
  ])("is refused as a configuration: %s", (_, text) => {
    expect(problemsOf(text)[0]).toMatch(/^cordboard\.yaml:\d+:\d+: /);
    expect(({} as Record<string, unknown>)["http"]).toBeUndefined();
  });

  it.each(["*hunter2", "!hunter2 x", "@hunter2", "`hunter2", "[hunter2", '"hunter2', "{hunter2: 1}"])(
    "never has a secret in its message: %s",
    (secret) => {
      expect(problemsOf(`${pbx}http:\n  token: ${secret}\n`).join("\n")).not.toContain("hunter2");
    },
  );

  it("takes no variable from the environment that nobody set", () => {
    expect(problemsOf("pbxs:\n  - id: hq\n    ami: ami://u:${constructor}@pbx\n")[0]).toContain(
      "the environment variable constructor is not set",
    );
  });

  it("expands a reference once: what a variable holds is no reference", () => {
    const text = `${pbx}http:\n  token: \${A}\n`;
    const config = parseConfig(text, "f", { A: "${A}${B}$$ and more than 24 characters" });
    expect(config.http.token).toBe("${A}${B}$$ and more than 24 characters");
  });
});
