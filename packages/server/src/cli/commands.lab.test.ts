import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { labVersions } from "@cordboard/lab";
import { labUnderTest } from "@cordboard/lab/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Finding } from "../doctor/finding.ts";
import { RunningCli, runCli } from "../testing/run-cli.ts";
import type { CliResult } from "../testing/run-cli.ts";

describe.each(labVersions)("the commands, on Asterisk %i", (version) => {
  const lab = labUnderTest(version);
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "cordboard-lab-"));
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  type AmiUser = "amiFull" | "amiCall" | "amiView";
  const ami = (user: AmiUser): Record<string, string> => ({
    CORDBOARD_PBX: `ami://${lab().users[user].user}@${lab().host}:${lab().ports.ami}`,
    AMI_SECRET: lab().users[user].secret,
  });
  const ari = (): Record<string, string> => ({
    CORDBOARD_PBX: `http://${lab().users.ari.user}@${lab().host}:${lab().ports.http}`,
    ARI_SECRET: lab().users.ari.secret,
  });
  const run = (env: Record<string, string>, ...args: string[]): Promise<CliResult> => runCli(args, { env });

  it("ami prints a reply, a list and the output of a command", async () => {
    const settings = await run(ami("amiFull"), "ami", "CoreSettings", "--json");
    expect(JSON.parse(settings.stdout)).toMatchObject({
      response: { AsteriskVersion: expect.stringMatching(`^${version}\\.`) },
    });
    const queues = await run(ami("amiView"), "ami", "QueueStatus", "Queue=sales", "--format", "csv");
    expect(queues.stdout.split("\r\n")[1]).toMatch(/^QueueParams,sales,/);
    expect(queues.code).toBe(0);
    const refused = await run(ami("amiView"), "ami", "Hangup", "Channel=nobody");
    expect([refused.code, refused.stdout]).toEqual([1, expect.stringContaining("Permission denied")]);
  });

  it("ari asks, plays to a call, and tells what Asterisk refuses", async () => {
    const info = await run(ari(), "ari", "GET", "/asterisk/info", "only=system", "--json");
    expect(JSON.parse(info.stdout)).toMatchObject({
      status: 200,
      body: { system: { version: expect.stringMatching(`^${version}\\.`) } },
    });
    const nobody = await run(ari(), "ari", "GET", "/channels/nobody");
    expect([nobody.code, nobody.stdout]).toEqual([1, expect.stringContaining("Channel not found")]);
    const wrong = await runCli(["ari", "GET", "/channels"], { env: { ...ari(), ARI_SECRET: "wrong" } });
    expect(wrong.code).toBe(1);
  });

  it("ari events does what wscat did for hello world", async () => {
    await using events = new RunningCli(["ari", "events", "--app", "hello-world"], { env: ari() });
    await expect.poll(() => events.stderr).toContain("Listening as hello-world");
    const kai = await lab().addPhone("1000");
    const leg = await kai.call("900");
    const [line] = await events.waitFor(/^.*"StasisStart".*$/m);
    const { channel } = JSON.parse(line) as { channel: { id: string } };
    const played = await run(ari(), "ari", "POST", `/channels/${channel.id}/play`, "media=sound:hello-world");
    expect([played.code, JSON.parse(played.stdout)]).toMatchObject([0, { media_uri: "sound:hello-world" }]);
    await events.waitFor(/"PlaybackFinished"/);
    const gone = await run(ari(), "ari", "DELETE", `/channels/${channel.id}`);
    expect([gone.code, gone.stdout]).toEqual([0, ""]);
    await events.waitFor(/"StasisEnd"/);
    await leg.waitUntilEnded();
    const { code, stdout } = await events.interrupt();
    expect(code).toBe(0);
    for (const each of stdout.trim().split("\n")) expect(JSON.parse(each)).toHaveProperty("type");
  });

  it("doctor finds the rights of each user, and the line to change", async () => {
    const etc = join(lab().folder, "etc");
    const diagnose = async (
      user: AmiUser,
      ...args: string[]
    ): Promise<{ code: number | null; of: (check: string) => Finding | undefined }> => {
      const { code, stdout } = await run(ami(user), "doctor", "--json", ...args);
      const findings = stdout
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line) as Finding);
      return { code, of: (check) => findings.find((each) => each.check === check) };
    };
    const view = await diagnose("amiView");
    expect([view.code, view.of("ami.login")?.result, view.of("ami.write")?.result]).toEqual([0, "ok", "ok"]);
    expect(view.of("asterisk.version")?.message).toContain("a version that is tested");
    expect(view.of("asterisk.modules")?.result).toBe("ok");
    const lacking = await diagnose("amiView", "--level", "call", "--etc", etc);
    expect(lacking.code).toBe(1);
    expect(lacking.of("ami.write")).toMatchObject({
      result: "fail",
      remedies: [{ file: join(etc, "manager.conf"), how: "change", change: "write = reporting,call,originate,agent" }],
    });
    const full = await diagnose("amiFull", "--level", "full");
    expect([full.of("ami.write")?.result, full.of("ami.events")?.message]).toEqual([
      "ok",
      expect.stringContaining("came back"),
    ]);
    const wrong = await runCli(["doctor", "--json", "--etc", etc], { env: { ...ami("amiFull"), AMI_SECRET: "wrong" } });
    expect(wrong.stdout).toContain("The secret in manager.conf is another");
    const stasis = await run(ari(), "doctor", "--json", "--level", "full");
    expect(stasis.stdout).toContain('"check":"ari.write","result":"ok"');
    expect(stasis.stdout).toContain('"check":"ari.modules","result":"ok"');
  });

  it("doctor proves a secure connection, and says what is wrong with a certificate it does not know", async () => {
    const { user, secret } = lab().users.amiView;
    const env = { CORDBOARD_PBX: `amis://${user}@${lab().host}:${lab().ports.amiTls}`, AMI_SECRET: secret };
    const { code, stdout } = await run(env, "doctor", "--json");
    expect(code).toBe(1);
    expect(stdout).toContain("tls.ca of this PBX in cordboard.yaml");
    const trusted = await run({ ...env, CORDBOARD_PBX: `${env.CORDBOARD_PBX}?insecure=1` }, "doctor", "--json");
    expect(trusted.stdout).toContain('"check":"ami.tls","result":"ok"');
  });

  it("init tries the connection, and what it writes is enough for doctor and watch", async () => {
    const { user, secret } = lab().users.amiView;
    const output = join(folder, "cordboard.yaml");
    const args = ["init", "--yes", "--user", user, "--port", String(lab().ports.ami), "--output", output];
    const made = await runCli(args, { env: { AMI_SECRET: secret } });
    expect([made.code, made.stdout]).toEqual([0, expect.stringContaining("Connected: Asterisk greets with AMI")]);
    expect((await runCli(["doctor", "--config", output])).code).toBe(0);
    await using watch = new RunningCli(["watch", "1000", "1002", "--config", output]);
    await watch.waitFor(/^Time +1000 +1002$/m);
    await using live = new RunningCli(["watch", "--config", output]);
    await live.waitFor(/connected, Asterisk/);
    const [kai] = await lab().addPhones(["1000", "1002"]);
    const leg = await kai?.call("1002");
    await leg?.waitUntilUp();
    leg?.hangUp();
    await live.waitFor(/Kai <1000> calls 1002[^]*Ping <1002> answers[^]*hangs up/);
    await expect.poll(() => watch.stdout).toMatch(/^\d\d:\d\d:\d\d {2}Kai <1000> calls 1002/m);
    await expect.poll(() => watch.stdout).toMatch(/ {2}Ping <1002> answers +Ping <1002> answers$/m);
  });

  it("capture and replay give back the same call", async () => {
    const file = join(folder, `call-${version}.jsonl`);
    await using capture = new RunningCli(["capture", file, "--note", "Kai and Ping"], { env: ami("amiFull") });
    await expect.poll(() => capture.stderr).toContain("Recording");
    const [kai] = await lab().addPhones(["1000", "1002"]);
    const leg = await kai?.call("1002");
    await leg?.waitUntilUp();
    leg?.hangUp();
    await leg?.waitUntilEnded();
    await lab().waitUntilIdle();
    expect((await capture.interrupt()).code).toBe(0);
    await using replay = new RunningCli(["replay", file, "--loop", "--speed", "2"]);
    const [, address = ""] = await replay.waitFor(/answers at (ami:\S+);/);
    await using watch = new RunningCli(["watch", "--pbx", address]);
    await watch.waitFor(/Kai <1000> calls 1002[^]*Ping <1002> answers[^]*hangs up/);
  });

  it("start shows the calls of a PBX that restarts, and has no ghosts", async () => {
    await using start = new RunningCli(["start", "--port", "0"], { env: ami("amiView") });
    const [, url = ""] = await start.waitFor(/^Live page: (\S+)$/m);
    await start.waitFor(/connected, Asterisk/);
    const [kai] = await lab().addPhones(["1000", "1002"]);
    const leg = await kai?.call("1002");
    await leg?.waitUntilUp();
    await start.waitFor(/Ping <1002> answers/);
    await lab()
      .cli("core restart now")
      .catch(() => {});
    await start.waitFor(/not reachable since/);
    await start.waitFor(/not reachable since[^]*connected, Asterisk/);
    const answer = await fetch(new URL("/live", url));
    const reader = answer.body?.pipeThrough(new TextDecoderStream()).getReader();
    let text = "";
    while (!text.includes("event: snapshot") || !text.endsWith("\n\n")) text += (await reader?.read())?.value ?? "";
    await reader?.cancel();
    expect(text).toContain('"calls":[]');
  });
});
