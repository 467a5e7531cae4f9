import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { addressOf, replayedCall } from "../testing/replayed-call.ts";
import { RunningCli, runCli } from "../testing/run-cli.ts";
import { ScriptedAmi } from "../testing/scripted-ami.ts";

// Each test starts processes of its own.
vi.setConfig({ testTimeout: 30_000 });

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "cordboard-cli-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the cordboard command", () => {
  it.each([
    "",
    "start",
    "init",
    "doctor",
    "watch",
    "ami",
    "ari",
    "ari events",
    "capture",
    "replay",
    "presence",
    "token",
    "audit",
  ])("explains itself with an example in 80 columns: cordboard %s", async (words) => {
    const { code, stdout } = await runCli([...words.split(" ").filter((word) => word !== ""), "--help"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Examples:\n  ");
    expect(stdout.split("\n").filter((line) => line.length > 80)).toEqual([]);
  });

  it.each([
    [["strat"], "Did you mean start?"],
    [["watch", "--cofnig", "1"], "Did you mean --config?"],
    [["ami"], "[USAGE]"],
    [["ami", "Ping"], "[PBX_MISSING]"],
    [["ami", "Ping", "oops", "--pbx", "ami://u:s@127.0.0.1:1"], "is no Key=Value"],
    [["ami", "Ping", "--pbx", "hq"], 'No PBX is named "hq"'],
    [["ami", "Ping", "--pbx", "ftp://u:s@host"], "[PBX_URL_INVALID]"],
    [["ami", "Ping", "--pbx", "ami://u@host"], "[ENV_MISSING]"],
    [["ari", "GET", "/channels", "--pbx", "ami://u:s@host"], "[ARI_NOT_CONFIGURED]"],
    [["ari", "PATCH", "/channels", "--pbx", "http://u:s@host"], "is no method of ARI"],
    [["replay", "/nonexistent.jsonl", "--speed", "0"], "It must be a number from 0.01 to 1000."],
    [["replay", "a.jsonl", "b.jsonl", "--calls"], "[USAGE]"],
    [["presence", "1000", "asleep"], "is no state of presence"],
    [["presence", "1000"], "[PBX_MISSING]"],
    [["token", "create"], "required option '--name <text>' not specified"],
    [["token", "create", "--name", "x", "--verb", "fly"], "It must be one of read, call-history, presence, admin."],
    [["token", "create", "--name", "x", "--expires", "soon"], "It must be like 30d, 12h or 90m."],
    [["token", "create", "--name", "x".repeat(101)], "[USAGE]"],
    [["start", "--config", "/nonexistent.yaml"], "[CONFIG_UNREADABLE]"],
    [["ari", "GET", "/channels", "--pbx", "http://a:b@h", "--body", "{"], "--body is no JSON"],
  ])("refuses with code 2: cordboard %j", async (args, message) => {
    const { code, stdout, stderr } = await runCli(args);
    expect(stderr).toContain(message);
    expect(stderr).toMatch(/^cordboard: /m);
    expect(stderr).not.toMatch(/^error:/m);
    expect(stderr).not.toMatch(/\n\s+at /);
    expect([code, stdout]).toEqual([2, ""]);
  });

  it("names file, line, column and key of what is wrong in a configuration", async () => {
    const file = join(folder, "wrong.yaml");
    writeFileSync(file, "pbxs:\n  - id: hq\n    ami: ami://u:${NO_SUCH}@host\n    amii: hunter2\n");
    const { code, stderr } = await runCli(["doctor", "--config", file]);
    expect(code).toBe(2);
    expect(stderr).toContain(`cordboard: ${file}:3:10: pbxs[0].ami: the environment variable NO_SUCH is not set`);
    expect(stderr).toContain(
      `cordboard: ${file}:4:5: pbxs[0].amii: is no key of the configuration; did you mean "ami"?`,
    );
    expect(stderr).not.toContain("hunter2");
    const json = await runCli(["doctor", "--config", file, "--json"]);
    expect(JSON.parse(json.stderr)).toMatchObject({
      error: { code: "CONFIG_INVALID", problems: [{ line: 3 }, { line: 4, column: 5 }] },
    });
  });

  it("says what failed, where, and with which code; the stack only with --debug", async () => {
    const args = ["ami", "Ping", "--pbx", "ami://u:hunter2@127.0.0.1:1"];
    const { code, stderr } = await runCli(args);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^cordboard: .*127\.0\.0\.1:1.* \[AMI_CONNECT_FAILED\]$/m);
    expect(stderr).toContain("Note: a secret on the command line shows in ps");
    expect(stderr).not.toContain("hunter2");
    expect(stderr).not.toContain("    at ");
    const debug = await runCli([...args, "--debug"]);
    expect(debug.stderr).toContain("    at ");
    expect(debug.stderr).not.toContain("hunter2");
  });

  it("takes secret and address from the environment, and then has nothing to warn of", async () => {
    await using server = await replayedCall();
    const pbx = `ami://replay@127.0.0.1:${server.port}`;
    const one = await runCli(["ami", "Ping", "--pbx", pbx], { env: { AMI_SECRET: "replay" } });
    expect([one.code, one.stderr]).toEqual([0, ""]);
    const other = await runCli(["ami", "Ping", "--json"], { env: { CORDBOARD_PBX: addressOf(server) } });
    expect([other.code, other.stderr]).toEqual([0, ""]);
    expect(JSON.parse(other.stdout)).toMatchObject({ response: { Response: "Success" } });
  });

  it("takes a wrong secret for an answer", async () => {
    await using server = await replayedCall();
    const { code, stderr } = await runCli(["ami", "Ping", "--pbx", `ami://replay:wrong@127.0.0.1:${server.port}`]);
    expect(code).toBe(1);
    expect(stderr).toContain("[AMI_AUTH_FAILED]");
  });

  it("ends quietly when nobody reads its output any more", async () => {
    await using server = await replayedCall();
    await using watch = new RunningCli(["watch", "--json", "--pbx", addressOf(server)]);
    await watch.waitFor(/"type":"pbx"/);
    watch.child.stdout.destroy();
    const { code, stderr } = await watch.end();
    expect([code, stderr.replace(/^Note: .*\n.*\n/, "")]).toEqual([0, ""]);
  });
});

describe("cordboard ami", () => {
  const list = (action: ReadonlyMap<string, string>): string | undefined => {
    if (action.get("Action") !== "CoreShowChannels") return undefined;
    const item =
      "Event: CoreShowChannel\r\nChannel: PJSIP/1000-1\r\nCallerIDName: =cmd()\r\nVariable: a=1\r\nVariable: b=2\r\n\r\n";
    return `Response: Success\r\nEventList: start\r\n\r\n${item}${item}Event: CoreShowChannelsComplete\r\nEventList: Complete\r\nListItems: 2\r\n\r\n`;
  };

  it("collects a list and prints it as table, CSV, XML, JSON or as it came", async () => {
    await using pbx = await ScriptedAmi.start(list);
    const run = async (format: string): Promise<string> => {
      const { code, stdout } = await runCli(["ami", "CoreShowChannels", "--format", format, "--pbx", pbx.address]);
      expect(code).toBe(0);
      return stdout;
    };
    expect(await run("table")).toBe(
      "Channel       CallerIDName  Variable\nPJSIP/1000-1  =cmd()        a=1, b=2\nPJSIP/1000-1  =cmd()        a=1, b=2\n\n2 in the list.\n",
    );
    expect(await run("csv")).toContain('Channel,CallerIDName,Variable\r\nPJSIP/1000-1,\'=cmd(),"a=1\nb=2"\r\n');
    expect(await run("xml")).toContain('<header name="CallerIDName">=cmd()</header>');
    expect(await run("standard")).toContain("Event: CoreShowChannel\nActionID: ");
    expect(JSON.parse(await run("json"))).toMatchObject({ items: [{ Variable: ["a=1", "b=2"] }, {}] });
  });

  it("prints an Error as Asterisk said it and ends with 1", async () => {
    await using pbx = await ScriptedAmi.start((action) =>
      action.get("Action") === "Hangup" ? "Response: Error\r\nMessage: No such channel\r\n\r\n" : undefined,
    );
    const { code, stdout } = await runCli(["ami", "Hangup", "Channel=nobody", "--pbx", pbx.address]);
    expect([code, stdout]).toEqual([1, "Response  Error\nMessage   No such channel\n"]);
  });

  it("names the right that is missing where permission is denied, and the line that gives it", async () => {
    await using pbx = await ScriptedAmi.start((action) =>
      action.get("Action") === "hangup" ? "Response: Error\r\nMessage: Permission denied\r\n\r\n" : undefined,
    );
    const { code, stdout, stderr } = await runCli(["ami", "hangup", "Channel=a", "--pbx", pbx.address]);
    expect([code, stdout]).toEqual([1, "Response  Error\nMessage   Permission denied\n"]);
    expect(stderr).toContain(
      "add system or call to write= of this user in manager.conf and reload [AMI_ACTION_FAILED]",
    );
  });

  it("tells the tables of several actions apart", async () => {
    await using pbx = await ScriptedAmi.start();
    const { stdout } = await runCli(["ami", "--stdin", "--pbx", pbx.address], { input: "Ping\nCoreStatus\n" });
    const answer = "Response  Success\nMessage   done\n";
    expect(stdout).toBe(`Ping:\n${answer}\nCoreStatus:\n${answer}`);
  });

  it("sends what stdin says, one after the other", async () => {
    const seen: string[] = [];
    await using pbx = await ScriptedAmi.start((action) => {
      seen.push(`${action.get("Action") ?? ""} ${action.get("Channel") ?? ""}`.trim());
      return undefined;
    });
    const input = "Ping\nAction: Hangup\nChannel: PJSIP/1\n\nStatus Channel=PJSIP/2";
    const { code, stdout } = await runCli(["ami", "--stdin", "--json", "--pbx", pbx.address], { input });
    expect(code).toBe(0);
    expect(stdout.trim().split("\n")).toHaveLength(3);
    expect(seen.slice(0, 4)).toEqual(["Login", "Ping", "Hangup PJSIP/1", "Status PJSIP/2"]);
  });

  it("refuses to let a value end its line", async () => {
    await using pbx = await ScriptedAmi.start();
    const { code, stderr } = await runCli(["ami", "Ping", "X=a\r\nAction: Originate", "--pbx", pbx.address]);
    expect(code).toBe(2);
    expect(stderr).toContain("[AMI_INJECTION]");
  });

  it("prints events until it is interrupted", async () => {
    await using pbx = await ScriptedAmi.start();
    await using cli = new RunningCli(["ami", "Ping", "--events", "--json", "--pbx", pbx.address]);
    await cli.waitFor(/"response"/);
    pbx.say("Event: UserEvent\r\nUserEvent: Hello\r\n\r\n");
    await cli.waitFor(/\{"event":\{"Event":"UserEvent","UserEvent":"Hello"\}\}/);
    expect((await cli.interrupt()).code).toBe(0);
  });
});
