import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { AmiClient } from "./client.ts";
import { clientOf, connected, next } from "./testing/connected.ts";
import { event, ScriptedAsterisk } from "./testing/scripted-asterisk.ts";
import type { AmiMessage } from "./message.ts";

const pem = (name: string): string => readFileSync(join(import.meta.dirname, "../fixtures/tls", name), "utf8");
const server = { key: pem("server-key.pem"), cert: pem("server.pem"), ca: pem("ca.pem") };
const ca = pem("ca.pem");

describe("TLS", () => {
  it("connects to a server whose certificate the given authority signed, by its name", async () => {
    await using peer = await ScriptedAsterisk.listen({ tls: server });
    await using client = await connected(peer, { tls: { ca, servername: "pbx.test" } });
    const heard: AmiMessage[] = [];
    client.onEvent("A", (message) => heard.push(message));
    peer.last.send(event("A", [`CallerIDName: ${"ü".repeat(20_000)}`]));
    await client.action("Ping");
    expect(heard[0]?.get("CallerIDName")).toBe("ü".repeat(20_000));
  });

  it.each([
    ["an authority it does not know", { servername: "pbx.test" }],
    ["a name that is not in the certificate", { ca, servername: "other.test" }],
  ])("refuses %s, and tries again", async (_what, tls) => {
    await using peer = await ScriptedAsterisk.listen({ tls: server });
    await using client = clientOf(peer, { tls });
    const errors: unknown[] = [];
    client.on("error", (error) => errors.push(error));
    const second = next(client, "error", () => errors.length >= 2);
    client.connect().catch(() => {});
    await second;
    expect(errors).toEqual([
      expect.objectContaining({ code: "AMI_CONNECT_FAILED", retryable: true }),
      expect.objectContaining({ code: "AMI_CONNECT_FAILED" }),
    ]);
    expect(peer.sessions.flatMap(({ actions }) => actions)).toEqual([]);
  });

  it("refuses a certificate that is none when the client is made, not at each attempt", () => {
    const options = { host: "h", username: "u", secret: "s" };
    for (const tls of [
      { cert: "no certificate" },
      { key: "no key" },
      { cert: pem("client.pem"), key: pem("server-key.pem") },
    ]) {
      expect(() => new AmiClient({ ...options, tls })).toThrow(expect.objectContaining({ code: "AMI_BAD_OPTION" }));
    }
  });

  it("takes any certificate only when told so", async () => {
    await using peer = await ScriptedAsterisk.listen({ tls: server });
    await using client = await connected(peer, { tls: { rejectUnauthorized: false } });
    expect(client.state).toBe("ready");
  });

  it("shows a client certificate to a server that asks for one", async () => {
    await using peer = await ScriptedAsterisk.listen({
      tls: { ...server, requestCert: true, rejectUnauthorized: true },
    });
    const tls = { ca, servername: "pbx.test" };
    await using client = await connected(peer, {
      tls: { ...tls, cert: pem("client.pem"), key: pem("client-key.pem") },
    });
    expect(client.state).toBe("ready");
    await using stranger = clientOf(peer, { tls });
    const refused = next(stranger, "error");
    stranger.connect().catch(() => {});
    expect(await refused).toMatchObject({ code: "AMI_CONNECT_FAILED" });
  });
});
