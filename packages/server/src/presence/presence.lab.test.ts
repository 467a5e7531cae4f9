import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAmiUrl } from "@cordboard/ami";
import { labVersions } from "@cordboard/lab";
import { labUnderTest } from "@cordboard/lab/vitest";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { DEFAULT_SERVER_CONFIG } from "../config/schema.ts";
import { LiveBoard } from "../live/live-board.ts";
import { startServer } from "../server.ts";
import { runCli } from "../testing/run-cli.ts";
import type { CliResult } from "../testing/run-cli.ts";
import { bearer } from "../testing/test-app.ts";

describe.each(labVersions)("presence, on Asterisk %i", (version) => {
  const lab = labUnderTest(version);
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cordboard-presence-"));
  });
  afterAll(() => rmSync(folder, { recursive: true, maxRetries: 20, retryDelay: 50 }));
  const address = (user: "amiCall" | "amiView" = "amiCall"): string => {
    const { user: name, secret } = lab().users[user];
    return `ami://${name}:${secret}@${lab().host}:${lab().ports.ami}`;
  };
  const presence = (...words: string[]): Promise<CliResult> =>
    runCli(["presence", ...words, "--json"], { env: { CORDBOARD_PBX: address() } });

  it("is set field by field on the command line, whatever the text holds", async () => {
    const set = await presence("1000", "away", "In the batcave, 5 o'clock", "--subtype", "cave");
    const whole = { presentity: "CustomPresence:1000", state: "away", subtype: "cave" };
    expect(JSON.parse(set.stdout)).toMatchObject({ ...whole, message: "In the batcave, 5 o'clock" });
    expect(JSON.parse((await presence("1000", "dnd")).stdout)).toMatchObject({
      ...whole,
      state: "dnd",
      message: "In the batcave, 5 o'clock",
    });
    expect(JSON.parse((await presence("1000")).stdout)).toMatchObject({ state: "dnd", subtype: "cave" });
    const text = await runCli(["presence", "1000", "available", "", "--subtype", ""], {
      env: { CORDBOARD_PBX: address() },
    });
    expect(text.stdout).toBe("1000: available\n");
  });

  it("is not set by a user without the right, who is told which", async () => {
    const { code, stderr } = await runCli(["presence", "1000", "away"], { env: { CORDBOARD_PBX: address("amiView") } });
    expect([code, stderr]).toEqual([1, expect.stringContaining("Add call to its write=")]);
  });

  it("is set over the API, which replies when the PBX shows it, and told as an event to all", async () => {
    const board = new LiveBoard();
    await using server = await startServer({
      pbxs: [{ id: "lab", name: "Lab", ami: parseAmiUrl(address()) }],
      config: DEFAULT_SERVER_CONFIG,
      storageFolder: folder,
      listen: { address: "127.0.0.1", port: 0 },
      board,
      log: pino({ level: "silent" }),
    });
    const { secret } = await server.tokens.create({
      name: "phone of 1000",
      scope: { pbxs: ["lab"], extensions: ["1000"], verbs: ["read", "presence"] },
    });
    const headers = { ...bearer(secret), "content-type": "application/json" };
    const url = `${server.apiUrl ?? ""}/extensions/1000/presence`;
    const patch = (update: object): Promise<Response> =>
      fetch(url, { method: "PATCH", headers, body: JSON.stringify(update) });
    await expect
      .poll(async () => (await patch({ state: "away", message: "Zwölf, später" })).status, { timeout: 20_000 })
      .toBe(200);
    const shown = { pbx: "lab", extension: "1000", state: "away", message: "Zwölf, später" };
    await expect.poll(async () => (await fetch(url, { headers })).json()).toMatchObject(shown);
    expect(await (await patch({ state: "chat" })).json()).toMatchObject({ ...shown, state: "chat" });
    const tooLong = await patch({ message: "x".repeat(500) });
    expect([tooLong.status, ((await tooLong.json()) as { code: string }).code]).toEqual([400, "BAD_REQUEST"]);
    expect((await patch({ state: "not_set", message: "" })).status).toBe(200);
    board.close();
  });
});
