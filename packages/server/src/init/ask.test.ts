import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { silentAsker, terminalAsker } from "./ask.ts";

function terminal(signal = new AbortController().signal): {
  input: PassThrough;
  shown: () => string;
  asker: ReturnType<typeof terminalAsker>;
} {
  const input = new PassThrough();
  const output = new PassThrough();
  let shown = "";
  output.setEncoding("utf8").on("data", (text: string) => (shown += text));
  return { input, shown: () => shown, asker: terminalAsker(input, output, signal) };
}

describe("questions in a terminal", () => {
  it("offer a default, and are asked again until the answer is right", async () => {
    const { input, shown, asker } = terminal();
    const answer = asker.text("Port", "5038", (text) => (/^\d+$/.test(text) ? undefined : "It must be a number."));
    input.write("many\n");
    await expect.poll(shown).toContain("Port [5038]: ");
    await expect.poll(shown).toContain("It must be a number.\n");
    input.write("\n");
    expect(await answer).toBe("5038");
    asker[Symbol.dispose]();
  });

  it("take y for yes and what was offered for nothing", async () => {
    const { input, asker } = terminal();
    const first = asker.yes("Sure", false);
    input.write("Yes\n");
    expect(await first).toBe(true);
    const second = asker.yes("Sure", false);
    input.write("\n");
    expect(await second).toBe(false);
    asker[Symbol.dispose]();
  });

  it("end when they are interrupted", async () => {
    const stop = new AbortController();
    const { asker } = terminal(stop.signal);
    const answer = asker.text("Port", "5038");
    stop.abort();
    await expect(answer).rejects.toMatchObject({ code: "INTERRUPTED" });
    asker[Symbol.dispose]();
  });

  it("end with the input", async () => {
    const { input, asker } = terminal();
    const answer = asker.text("Port", "5038");
    input.end();
    await expect(answer).rejects.toMatchObject({ code: "INTERRUPTED" });
    asker[Symbol.dispose]();
  });

  it("are not asked of a script: it gets the defaults", async () => {
    using asker = silentAsker();
    expect([await asker.text("Port", "5038"), await asker.yes("Sure", true)]).toEqual(["5038", true]);
  });
});
