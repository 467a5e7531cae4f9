import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { startAsterisk } from "@cordboard/lab";
import { expect, it, vi } from "vitest";
import { createOutboundServer } from "./outbound-server.ts";

it("Asterisk 22 connects to us, and a call goes through that connection", async () => {
  await using server = await createOutboundServer({ port: 0, username: "pbx", password: "outbound-secret" });
  const faults: unknown[] = [];
  const steps: string[] = [];
  server.onSession((session) => {
    session.onNotice("listener-error", ({ error }) => faults.push(error));
    session.on("*", ({ type }) => steps.push(type));
    session.stasis("outside", async (channel, args) => {
      steps.push(`args ${args.join()}`);
      await channel.answer();
      await (await channel.play("sound:hello-world")).finished();
      await channel.hangup();
    });
  });
  await using lab = await startAsterisk({ version: 22 });
  const client = [
    "[cordboard]",
    "type=websocket_client",
    `uri=ws://127.0.0.1:${server.port}/ari`,
    "protocols=ari",
    "connection_type=persistent",
    "username=pbx",
    "password=outbound-secret",
  ];
  const ari = [
    "",
    "[outside]",
    "type=outbound_websocket",
    "websocket_client_id=cordboard",
    "apps=outside",
    `local_ari_user=${lab.users.ari.user}`,
  ];
  await writeFile(join(lab.folder, "etc", "websocket_client.conf"), `${client.join("\n")}\n`);
  await writeFile(join(lab.folder, "etc", "ari.conf"), `${ari.join("\n")}\n`, { flag: "a" });
  await lab.cli("module load res_websocket_client.so");
  await lab.cli("module reload res_websocket_client.so");
  await lab.cli("module reload res_ari.so");
  await vi.waitFor(() => expect(steps).toContain("ApplicationRegistered"), { interval: 50, timeout: 20_000 });
  const [kai] = await lab.addPhones(["1000"]);
  const leg = await kai?.call("stasis-outside");
  await leg?.waitUntilUp();
  await leg?.waitToHear("sound");
  await vi.waitFor(() => expect(leg?.state).toBe("ended"), { interval: 50, timeout: 20_000 });
  expect(faults).toEqual([]);
  const whole = expect.arrayContaining(["args 1000", "PlaybackStarted", "PlaybackFinished", "StasisEnd"]);
  await vi.waitFor(() => expect(steps).toEqual(whole), { interval: 50, timeout: 20_000 });
});
