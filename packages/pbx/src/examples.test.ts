import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { eventText, pbxWith, scripted } from "./testing/scripted-pbx.ts";
import type { HeaderLine } from "./replay/channel-lines.ts";
import type { ScriptedAmi } from "./testing/scripted-ami.ts";

const examples = join(import.meta.dirname, "../../../examples");
const running: ChildProcess[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    if (program.exitCode !== null) continue;
    program.kill();
    await once(program, "exit");
  }
});

/** Starts an example against an AMI port; what it prints so far. */
function start(example: string, ami: ScriptedAmi, ...more: readonly string[]): () => string {
  const url = `ami://user:secret@127.0.0.1:${ami.port}`;
  const program = spawn(
    process.execPath,
    ["--conditions=@cordboard/source", join(examples, example, "main.ts"), url, ...more],
    { env: { ...process.env, NO_COLOR: "1" }, stdio: ["ignore", "pipe", "pipe"] },
  );
  running.push(program);
  let output = "";
  for (const stream of [program.stdout, program.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  return () => output;
}

async function until(output: () => string, text: string): Promise<void> {
  await expect.poll(output, { timeout: 50_000, interval: 20 }).toContain(text);
}

const people = new Map([
  ["1", ["1000", "Kai"]],
  ["2", ["1002", "Ping"]],
  ["3", ["1003", "Omar"]],
]);

/** Headers of one's channel; those of the second in a message begin with Dest. */
function channel(id: string, state: number, prefix = ""): HeaderLine[] {
  const [number = "", name = ""] = people.get(id) ?? [];
  const lines: HeaderLine[] = [
    ["Channel", `PJSIP/${number}-0000000${id}`],
    ["ChannelState", state],
    ["CallerIDNum", number],
    ["CallerIDName", name],
    ["Exten", "720"],
    ["Uniqueid", id],
    ["Linkedid", "1"],
  ];
  return lines.map(([header, value]) => [`${prefix}${header}`, value]);
}

const rings = (id: string): string =>
  eventText("Newchannel", channel(id, 0)) +
  eventText("DialBegin", [...channel("1", 4), ...channel(id, 0, "Dest"), ["DialString", people.get(id)?.[0] ?? ""]]) +
  eventText("Newstate", channel(id, 5));
const answers = (id: string): string =>
  eventText("Newstate", channel(id, 6)) +
  eventText("DialEnd", [...channel("1", 4), ...channel(id, 6, "Dest"), ["DialStatus", "ANSWER"]]);
const goes = (id: string, cause: number): string => eventText("Hangup", [...channel(id, 5), ["Cause", cause]]);

describe("the example calls-in-ten-lines", () => {
  it("prints each change of a call", async () => {
    const ami = await scripted(pbxWith(() => []));
    const output = start("calls-in-ten-lines", ami);
    await until(output, "0 calls, 0 extensions");
    ami.send(eventText("Newchannel", channel("1", 4)) + rings("2") + answers("2") + goes("2", 16) + goes("1", 16));
    await until(output, "call-cleared");
    expect(output().split("\n").slice(1, 3)).toEqual([
      "originated (normal) Kai <1000> initiated",
      expect.stringMatching(/^(?:updated|delivered) \(normal\) Kai <1000> initiated, Ping <1002> (?:null|alerting)$/),
    ]);
  }, 60_000);

  it("is what the README begins with", () => {
    const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
    expect(/```ts\n([^]*?)```/.exec(readme)?.[1]).toBe(
      readFileSync(join(examples, "calls-in-ten-lines", "main.ts"), "utf8"),
    );
  });
});

describe("the example contact-pop", () => {
  it("shows the caller once, and takes it away when another answers", async () => {
    const ami = await scripted(pbxWith(() => []));
    const output = start("contact-pop", ami, "1002");
    await until(output, "Waiting for calls to 1002.");
    ami.send(eventText("Newchannel", channel("1", 4)) + rings("2") + rings("3"));
    await until(output, "pop ");
    ami.send(answers("3") + goes("2", 26));
    await until(output, "withdraw ");
    const shown = String.raw`[0-9a-f-]{36} 1000 Kai Lindner https://crm\.example\.org/contacts/17`;
    expect(output()).toMatch(new RegExp(String.raw`^Waiting for calls to 1002\.\npop ${shown}\nwithdraw ${shown}\n$`));
  }, 60_000);

  it("leaves it there when the extension itself answers", async () => {
    const ami = await scripted(pbxWith(() => []));
    const output = start("contact-pop", ami, "1002");
    await until(output, "Waiting for calls to 1002.");
    ami.send(eventText("Newchannel", channel("1", 4)) + rings("2") + rings("3") + answers("2") + goes("3", 26));
    ami.send(goes("2", 16) + goes("1", 16));
    // A second call of the same caller pops anew.
    const second = (text: string): string =>
      text.replaceAll(/(Uniqueid|Linkedid): 1\r/g, "$1: 4\r").replaceAll(/(Uniqueid): 2\r/g, "$1: 5\r");
    ami.send(second(eventText("Newchannel", channel("1", 4)) + rings("2")));
    await expect.poll(() => output().split("pop ").length, { timeout: 50_000 }).toBe(3);
    expect(output()).not.toContain("withdraw");
  }, 60_000);
});
