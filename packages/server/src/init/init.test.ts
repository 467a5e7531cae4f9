import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseConf } from "@cordboard/asterisk-files";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { parseAmiUrl } from "@cordboard/ami";
import { loadConfig, parseConfig } from "../config/load-config.ts";
import { replayedCall } from "../testing/replayed-call.ts";
import { runCli } from "../testing/run-cli.ts";
import { configText, envText } from "./config-text.ts";
import { LEVELS, classNames } from "./levels.ts";
import { stanzas } from "./stanzas.ts";

vi.setConfig({ testTimeout: 30_000 });

const answers = {
  id: "hq",
  level: "view",
  host: "pbx",
  port: 5038,
  tls: false,
  user: "cord",
  secret: "s$1 @:/;",
  secrets: "config",
} as const;

describe("what init writes", () => {
  it("is a configuration that says what was answered, whatever the secret holds", () => {
    const inFile = parseConfig(configText(answers), "f", {});
    expect(parseAmiUrl(inFile.pbxs[0]?.ami ?? "")).toMatchObject({ host: "pbx", username: "cord", secret: "s$1 @:/;" });
    const inEnv = parseConfig(configText({ ...answers, secrets: "env" }), "f", { AMI_SECRET: "s$1 @:/;" });
    expect(inEnv).toEqual(inFile);
    expect(configText({ ...answers, secrets: "env" })).not.toContain("s$1");
    expect(envText(answers)).toBe("AMI_SECRET='s$1 @:/;'\n");
  });

  it.each(["view", "call", "full"] as const)("are stanzas with the classes of %s and no more", (level) => {
    const [manager] = stanzas({ level, user: "cord", secret: "a;b", port: 5038, tls: false, from: "10.0.0.9" });
    const { statements, problems } = parseConf(manager?.lines.join("\n") ?? "", { file: "manager.conf" });
    expect(problems).toEqual([]);
    const values = statements.flatMap((statement) =>
      statement.kind === "value" ? [`${statement.name}=${statement.value}`] : [],
    );
    expect(values).toContain(`read=${classNames(LEVELS[level].read).join(",")}`);
    expect(values).toContain(`write=${classNames(LEVELS[level].write).join(",")}`);
    expect(values).toContain("secret=a;b");
    expect(values).toContain("permit=10.0.0.9/255.255.255.255");
    for (const [name, why] of Object.entries({ ...LEVELS[level].read, ...LEVELS[level].write })) {
      expect(manager?.lines.some((line) => line.startsWith(";") && line.includes(name) && line.includes(why))).toBe(
        true,
      );
    }
  });
});

describe("cordboard init", () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cordboard-init-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  it("writes files only their owner can read, with secrets nobody guesses, and never over others", async () => {
    const output = join(folder, "cordboard.yaml");
    const args = ["init", "--yes", "--no-try", "--host", "10.9.8.7", "--level", "full", "--output", output];
    const { code, stdout } = await runCli(args);
    expect(code).toBe(0);
    expect(stdout).toContain("write = reporting,call,originate,agent,system");
    expect(stdout).toContain("asterisk -rx 'module reload res_ari.so'");
    expect(stdout).toContain('"full": see calls, make and end and move them, and answer, hold and record');
    expect([output, join(folder, "cordboard.env")].map((file) => statSync(file).mode & 0o777)).toEqual([0o600, 0o600]);
    const [pbx] = loadConfig(output, {}).pbxs;
    const secret = parseAmiUrl(pbx?.ami ?? "").secret;
    expect(secret).toMatch(/^[\w-]{43}$/);
    expect(stdout).toContain(`secret = ${secret}`);
    expect(readFileSync(output, "utf8")).not.toContain(secret);

    const again = await runCli(args);
    expect([again.code, again.stderr]).toEqual([1, expect.stringContaining("[FILE_EXISTS]")]);
    expect(again.stderr).toContain("cordboard.yaml and ");
    expect(again.stderr).toContain("cordboard.env exist already and were left alone.");
    expect(loadConfig(output, {}).pbxs[0]?.ami).toBe(pbx?.ami);
    expect((await runCli([...args, "--force"])).code).toBe(0);
    expect(loadConfig(output, {}).pbxs[0]?.ami).not.toBe(pbx?.ami);
  });

  it("tries the connection and says how it went, without showing a secret that was given", async () => {
    await using server = await replayedCall();
    const output = join(folder, "tried.yaml");
    const args = ["init", "--yes", "--force", "--port", String(server.port), "--user", "replay", "--output", output];
    const good = await runCli(args, { env: { AMI_SECRET: "replay" } });
    expect([good.code, good.stdout]).toEqual([0, expect.stringContaining("Connected: Asterisk greets with AMI")]);
    expect(good.stdout).toContain("secret = <what AMI_SECRET holds>");
    const wrong = await runCli([...args, "--json"], { env: { AMI_SECRET: "hunter2" } });
    expect(wrong.code).toBe(1);
    expect(JSON.parse(wrong.stdout)).toMatchObject({
      config: output,
      connected: false,
      stanzas: [{ file: "manager.conf" }],
    });
    expect(wrong.stdout + wrong.stderr).not.toContain("hunter2");
  });

  it.each([
    [["--host", "a b"], "It must be a host name"],
    [["--user", "general"], "It must be letters"],
    [["--level", "root"], "Allowed choices are view, call, full"],
  ])("refuses %j with code 2", async (args, message) => {
    const { code, stderr } = await runCli(["init", "--yes", "--no-try", "--output", join(folder, "no.yaml"), ...args]);
    expect([code, stderr]).toEqual([2, expect.stringContaining(message)]);
  });

  it("wants --yes where there is nobody to ask", async () => {
    const { code, stderr } = await runCli(["init"]);
    expect([code, stderr]).toEqual([2, expect.stringContaining("Say --yes")]);
  });

  it("leaves a file alone that is in the way", async () => {
    const output = join(folder, "kept.yaml");
    writeFileSync(output, "mine");
    await runCli(["init", "--yes", "--no-try", "--output", output]);
    expect(readFileSync(output, "utf8")).toBe("mine");
  });
});
