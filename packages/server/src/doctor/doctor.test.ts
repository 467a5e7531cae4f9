import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { actionWriteClasses } from "@cordboard/ami";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { runCli } from "../testing/run-cli.ts";
import { ScriptedAmi } from "../testing/scripted-ami.ts";
import type { Finding } from "./finding.ts";
import { versionSupport } from "./versions.ts";
import { writeClasses } from "./write-classes.ts";

vi.setConfig({ testTimeout: 30_000 });

async function diagnose(
  pbx: string,
  ...args: string[]
): Promise<{ code: number | null; findings: Finding[]; text: string }> {
  const { code, stdout } = await runCli(["doctor", "--json", "--timeout", "1", "--pbx", pbx, ...args]);
  const findings = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line) as Finding);
  return { code, findings, text: stdout };
}

const of = (findings: readonly Finding[], check: string): Finding | undefined =>
  findings.find((each) => each.check === check);

/** What ListCommands answers to a user with these write classes. */
function listFor(classes: readonly string[]): string {
  const names = Object.entries(actionWriteClasses)
    .filter(([, needed]) => needed.length === 0 || needed.some((each) => classes.includes(each)))
    .map(([name]) => `${name}: what it does (Priv: ...)\r\n`);
  return `Response: Success\r\n${names.join("")}\r\n`;
}

/** An Asterisk whose user has these write classes. */
function asterisk(classes: readonly string[], events = ""): Promise<ScriptedAmi> {
  return ScriptedAmi.start((action) => {
    switch (action.get("Action")) {
      case "Login":
        return `Response: Success\r\nMessage: Authentication accepted\r\n\r\n${events}`;
      case "ListCommands":
        return listFor(classes);
      case "CoreSettings":
        return "Response: Success\r\nAsteriskVersion: 22.10.1\r\nAMIversion: 11.0.0\r\n\r\n";
      case "UserEvent":
        return "Response: Success\r\n\r\nEvent: UserEvent\r\nUserEvent: CordboardDoctor\r\n\r\n";
      case "GetConfig":
        return "Response: Error\r\nMessage: Config file not found\r\n\r\n";
      default:
        return undefined;
    }
  });
}

const BOOTED = "Event: FullyBooted\r\nPrivilege: system,all\r\nStatus: Fully Booted\r\n\r\n";

describe("doctor", () => {
  let etc: string;
  beforeAll(() => {
    etc = mkdtempSync(join(tmpdir(), "cordboard-etc-"));
    writeFileSync(
      join(etc, "manager.conf"),
      "[general]\nenabled = no\n\n[user]\nsecret = other\nread = system,call\nwrite = all\n",
    );
    writeFileSync(join(etc, "http.conf"), "[general]\nenabled = no\n");
    writeFileSync(
      join(etc, "ari.conf"),
      "[general]\nenabled = yes\n\n[user]\ntype = user\npassword = x\nread_only = yes\n",
    );
  });
  afterAll(() => rmSync(etc, { recursive: true }));

  it("names the line to change when nothing listens, in general or by number", async () => {
    const { code, findings } = await diagnose("ami://user:secret@127.0.0.1:1");
    expect(code).toBe(1);
    expect(of(findings, "ami.tcp")).toMatchObject({
      result: "fail",
      remedies: [
        { file: "manager.conf", section: "[general]", change: "enabled = yes" },
        {},
        { change: "bindaddr = 127.0.0.1" },
      ],
    });
    const exact = await diagnose("ami://user:secret@127.0.0.1:1", "--etc", etc);
    expect(of(exact.findings, "ami.tcp")?.remedies?.[0]).toMatchObject({
      file: join(etc, "manager.conf"),
      line: 2,
      how: "change",
    });
    expect(of(exact.findings, "ami.tcp")?.remedies?.[1]).toMatchObject({ line: 1, how: "add", change: "port = 1" });
  });

  it("heads its findings with the name that was typed, and asks nobody on the same machine to open a port to others", async () => {
    const { stdout } = await runCli(["doctor", "--timeout", "1", "--pbx", "ami://user:secret@127.0.0.1:1"]);
    expect(stdout).toMatch(/^127\.0\.0\.1:1\n/);
    expect(stdout).not.toContain("0.0.0.0");
  });

  it("says that a name is not known", async () => {
    const { code, findings } = await diagnose("ami://user:secret@no-such-host.invalid");
    expect([code, of(findings, "ami.dns")?.result]).toEqual([1, "fail"]);
  });

  it("tells another service from AMI by its greeting", async () => {
    await using ssh = await ScriptedAmi.start(undefined, "SSH-2.0-OpenSSH_9.2\r\n");
    const { findings } = await diagnose(ssh.address);
    expect(of(findings, "ami.greeting")).toMatchObject({
      result: "fail",
      message: expect.stringContaining('greets with "SSH-2.0'),
    });
  });

  it("says that nobody greets", async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, "127.0.0.1", resolve));
    const { findings } = await diagnose(`ami://user:secret@127.0.0.1:${(silent.address() as AddressInfo).port}`);
    expect(of(findings, "ami.greeting")).toMatchObject({ result: "fail" });
    silent.close();
  });

  it("says that plain AMI answers where TLS was asked for", async () => {
    await using pbx = await ScriptedAmi.start();
    const { findings } = await diagnose(pbx.address.replace("ami:", "amis:"));
    expect(of(findings, "ami.tls")).toMatchObject({ result: "fail", remedies: [{ change: "tlsenable = yes" }] });
  });

  it("finds out whether it is the secret that is wrong, and never prints one", async () => {
    const refuse = (action: ReadonlyMap<string, string>): string | undefined =>
      action.get("Action") === "Login" ? "Response: Error\r\nMessage: Authentication failed\r\n\r\n" : undefined;
    await using pbx = await ScriptedAmi.start(refuse);
    const { code, findings } = await diagnose(pbx.address);
    expect(code).toBe(1);
    expect(of(findings, "ami.login")).toMatchObject({
      result: "fail",
      message: expect.stringContaining("deny and permit"),
    });
    const exact = await diagnose(pbx.address, "--etc", etc);
    expect(of(exact.findings, "ami.login")).toMatchObject({
      message: expect.stringContaining("The secret in manager.conf is another"),
      remedies: [{ line: 5, how: "change", change: "secret = <the secret of this PBX's address>" }, { how: "add" }],
    });
    expect(exact.text).not.toMatch(/"other"|= other/);
    const unknown = await diagnose(pbx.address.replace("user:", "nobody:"), "--etc", etc);
    expect(of(unknown.findings, "ami.login")?.message).toContain("manager.conf has no user [nobody]");
  });

  it("finds the rights that lack, with the line as it should be", async () => {
    await using pbx = await asterisk(["call"], BOOTED);
    const { code, findings } = await diagnose(pbx.address);
    expect(code).toBe(1);
    expect(of(findings, "ami.write")).toMatchObject({
      result: "fail",
      remedies: [{ section: "[user]", change: "write = reporting" }],
    });
    const exact = await diagnose(pbx.address, "--etc", etc);
    expect(of(exact.findings, "ami.read")).toMatchObject({
      result: "warn",
      message: expect.stringContaining("lack dialplan"),
      remedies: [{ line: 6, how: "change", change: "read = system,call,dialplan,agent,dtmf" }],
    });
  });

  it("is content with the least rights of each level", async () => {
    await using view = await asterisk(["reporting"], BOOTED);
    const { code, findings } = await diagnose(view.address);
    expect([code, of(findings, "ami.write")?.result, of(findings, "ami.events")?.result]).toEqual([0, "ok", "ok"]);
    expect(of(findings, "asterisk.version")).toMatchObject({
      result: "ok",
      message: expect.stringContaining("tested"),
    });
    await using call = await asterisk(["reporting", "call", "originate", "agent"], BOOTED);
    expect(of((await diagnose(call.address, "--level", "call")).findings, "ami.write")?.result).toBe("ok");
    expect(of((await diagnose(call.address, "--level", "full")).findings, "ami.write")?.message).toContain(
      "lacks system",
    );
  });

  it("warns of rights nobody needs", async () => {
    await using pbx = await asterisk(["reporting", "system", "command", "user"], BOOTED);
    const { findings } = await diagnose(pbx.address);
    expect(of(findings, "ami.write")).toMatchObject({
      result: "warn",
      message: expect.stringContaining("can do with system, command what a shell can"),
    });
    expect(of(findings, "ami.events")).toMatchObject({
      result: "ok",
      message: expect.stringContaining("came back after"),
    });
  });

  it("speaks to people in 80 columns, with a summary as the last line", async () => {
    const { code, stdout } = await runCli(["doctor", "--pbx", "ami://user:secret@127.0.0.1:1", "--etc", etc]);
    expect(code).toBe(1);
    const lines = stdout.trimEnd().split("\n");
    expect(lines.at(-1)).toBe("1 thing is wrong.");
    expect(lines.filter((line) => line.length > 80 && !line.includes(etc))).toEqual([]);
    expect(stdout).toContain(
      `→ ${join(etc, "manager.conf")}:2, [general], change:\n            enabled = yes\n            then: asterisk -rx 'manager reload'`,
    );
  });
});

describe("write classes, from the list of allowed actions", () => {
  const listed = (...classes: string[]): ReadonlySet<string> =>
    new Set(
      Object.entries(actionWriteClasses).flatMap(([name, needed]) =>
        needed.some((each) => classes.includes(each)) ? [name] : [],
      ),
    );

  it.each([["reporting"], ["call"], ["system"], ["originate"], ["agent"], ["command"], ["user"], ["config"]])(
    "%s alone is found, and no other",
    (each) => {
      const { has } = writeClasses(listed(each));
      expect([...has]).toEqual([each]);
    },
  );

  it("says of every class we ask for whether it is there", () => {
    const { lacks } = writeClasses(new Set(["Ping", "QueueStatus"]));
    for (const each of ["reporting", "call", "originate", "agent", "system"] as const) expect(lacks).toContain(each);
  });
});

describe("versions", () => {
  it.each([
    ["22.10.1~dfsg+~cs6.15.60671435-1", "tested"],
    ["16.28.0~dfsg-0+deb11u4", "tested"],
    ["certified/18.9-cert5", "expected"],
    ["20.20.1", "expected"],
    ["13.38.3", "too-old"],
    ["24.0.0", "unknown"],
    ["GIT-master-abc", "unknown"],
  ])("%s is %s", (version, support) => {
    expect(versionSupport(version)).toBe(support);
  });
});
