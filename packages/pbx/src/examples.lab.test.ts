import { spawn, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { labVersions, startAsterisk } from "@cordboard/lab";
import { afterEach, expect, it, vi } from "vitest";

const examples = join(import.meta.dirname, "../../../examples");
const running: ChildProcess[] = [];
afterEach(async () => {
  for (const program of running.splice(0)) {
    if (program.exitCode !== null) continue;
    program.kill();
    await once(program, "exit");
  }
});

it.each(labVersions)("the examples follow a ring group on Asterisk %s", async (version) => {
  await using lab = await startAsterisk({ version });
  const { user, secret } = lab.users.amiView;
  const output = { calls: "", pop: "" };
  const start = (name: keyof typeof output, example: string, ...more: readonly string[]): void => {
    const url = `ami://${user}:${secret}@127.0.0.1:${lab.ports.ami}`;
    const program = spawn(
      process.execPath,
      ["--conditions=@cordboard/source", join(examples, example, "main.ts"), url, ...more],
      { stdio: ["ignore", "pipe", "pipe"] },
    );
    running.push(program);
    for (const stream of [program.stdout, program.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (output[name] += text));
  };
  const until = (name: keyof typeof output, text: string): Promise<void> =>
    vi.waitFor(() => expect(output[name]).toContain(text), { interval: 20, timeout: 15_000 });
  start("calls", "calls-in-ten-lines");
  start("pop", "contact-pop", "1002");
  await Promise.all([until("calls", "0 calls,"), until("pop", "Waiting for calls to 1002.")]);

  const [kai, ana, ping, omar] = await lab.addPhones(["1000", "1001", "1002", "1003"], { onCall: "ring" });
  const call = await kai?.call("720");
  for (const one of [ana, ping]) await one?.waitForCall();
  await until("pop", "1000 Kai Lindner https://crm.example.org/contacts/17");
  (await omar?.waitForCall())?.answer();
  await call?.waitUntilUp();
  await until("pop", "withdraw ");
  call?.hangUp();
  await until("calls", "call-cleared (normal)");
  expect(output.pop.split("pop ")).toHaveLength(2);
  expect(output.calls).toContain("originated (normal) Kai <1000> initiated");
  expect(output.calls + output.pop).not.toContain(secret);
});
