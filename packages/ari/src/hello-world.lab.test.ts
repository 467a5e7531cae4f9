import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { labVersions, startAsterisk } from "@cordboard/lab";
import { afterEach, describe, expect, it, vi } from "vitest";

const example = join(import.meta.dirname, "../../../examples/hello-world/main.ts");

describe("the example hello-world", () => {
  let program: ChildProcess | undefined;
  afterEach(async () => {
    if (program !== undefined && program.exitCode === null) {
      program.kill();
      await once(program, "exit");
    }
  });

  it.each(labVersions)("takes a real call on Asterisk %s", async (version) => {
    await using lab = await startAsterisk({ version });
    const { user, secret } = lab.users.ari;
    let output = "";
    program = spawn(
      process.execPath,
      ["--conditions=@cordboard/source", example, `http://${user}:${secret}@127.0.0.1:${lab.ports.http}/ari`],
      {
        stdio: ["ignore", "pipe", "pipe"],
      },
    );
    for (const stream of [program.stdout, program.stderr])
      stream?.on("data", (chunk: Buffer) => (output += chunk.toString()));
    const until = (text: string): Promise<void> =>
      vi.waitFor(() => expect(output).toContain(text), { interval: 20, timeout: 15_000 });
    await until("Waiting for calls.");
    const [kai] = await lab.addPhones(["1000"]);
    const leg = await kai?.call("900");
    await leg?.waitUntilUp();
    await leg?.waitToHear("sound");
    for (const step of ["with the arguments []", "PlaybackStarted", "PlaybackFinished", "StasisEnd"]) await until(step);
    await vi.waitFor(() => expect(leg?.state).toBe("ended"), { interval: 20, timeout: 15_000 });
    expect(output).not.toContain(secret);
  });
});
