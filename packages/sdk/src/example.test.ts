import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { FakeLog, sseText } from "./testing/fake-log.ts";
import { startHttp } from "./testing/http-server.ts";

const example = join(import.meta.dirname, "../../../examples/events-in-ten-lines/main.ts");

it("the example events-in-ten-lines prints calls as they come and go", async () => {
  const log = new FakeLog();
  log.tell("originated", "c1");
  await using server = await startHttp((_request, response) => {
    response.writeHead(200, { "content-type": "text/event-stream" });
    response.write(sseText(log.snapshot()));
    log.tell("originated", "c2", ["1001", "1002"]);
    log.tell("call-cleared", "c1");
    for (const event of log.after(1)) response.write(sseText(event));
  });
  const program = spawn(process.execPath, ["--conditions=@cordboard/source", example], {
    env: { ...process.env, CORDBOARD_URL: server.url, CORDBOARD_TOKEN: "secret", NO_COLOR: "1" },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [program.stdout, program.stderr])
    stream.setEncoding("utf8").on("data", (text: string) => (output += text));
  try {
    await expect.poll(() => output, { timeout: 50_000 }).toContain("call-cleared");
    expect(output).toBe(
      "link open\n" +
        "snapshot [ [ 'PJSIP/1000 connected' ] ]\n" +
        "originated [\n  [ 'PJSIP/1000 connected' ],\n  [ 'PJSIP/1001 connected', 'PJSIP/1002 connected' ]\n]\n" +
        "call-cleared [ [ 'PJSIP/1001 connected', 'PJSIP/1002 connected' ] ]\n",
    );
    expect(server.requests[0]?.headers.authorization).toBe("Bearer secret");
  } finally {
    program.kill();
    await once(program, "exit");
  }
}, 60_000);

it("the README begins with that example", () => {
  const readme = readFileSync(join(import.meta.dirname, "../README.md"), "utf8");
  expect(/```ts\n([^]*?)```/.exec(readme)?.[1]).toBe(readFileSync(example, "utf8"));
});
