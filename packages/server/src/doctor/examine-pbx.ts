import { setTimeout as delay } from "node:timers/promises";
import type { AmiClient, AmiClientOptions } from "@cordboard/ami";
import type { AriClientOptions } from "@cordboard/ari";
import { connectOnce } from "../config/connect-once.ts";
import { amiOptions, ariOptions } from "../config/connection-options.ts";
import type { PbxConfig } from "../config/schema.ts";
import { isLoopback } from "../http/host-check.ts";
import { LEVELS } from "../init/levels.ts";
import type { Level } from "../init/levels.ts";
import { amiFindings } from "./check-ami.ts";
import { ariFindings } from "./check-ari.ts";
import { networkFindings } from "./check-network.ts";
import type { EtcFiles } from "./etc-files.ts";
import type { Finding } from "./finding.ts";
import { probeNetwork } from "./probe-network.ts";
import { remedy } from "./remedy.ts";

/** How to examine. */
export interface ExamineOptions {
  readonly level: Level;
  readonly etc?: EtcFiles | undefined;
  /** Milliseconds for each step of the network. */
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Milliseconds to wait for the event that follows a login at once. */
const EVENT_MS = 1500;

/** Everything there is to find out about one PBX, from the network up to the rights of its users. */
export async function examinePbx(pbx: PbxConfig, options: ExamineOptions): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const trouble of options.etc?.troubles ?? []) {
    findings.push({ pbx: pbx.id, check: "etc", result: "warn", message: trouble });
  }
  if (pbx.ami !== undefined) findings.push(...(await examineAmi(pbx.id, amiOptions(pbx), options)));
  if (pbx.ari !== undefined) findings.push(...(await examineAri(pbx, options)));
  else {
    findings.push({
      pbx: pbx.id,
      check: "ari",
      result: LEVELS[options.level].ari ? "fail" : "skip",
      message: 'No ARI address is configured. Calls are seen without it; "full" needs it.',
    });
  }
  return findings;
}

async function examineAmi(pbx: string, ami: AmiClientOptions, options: ExamineOptions): Promise<Finding[]> {
  const { etc, signal, timeoutMs } = options;
  const secure = ami.tls !== undefined && ami.tls !== false;
  const { host } = ami;
  const port = ami.port ?? (secure ? 5039 : 5038);
  const tls = secure ? (ami.tls === true ? {} : (ami.tls as object)) : undefined;
  const probe = await probeNetwork({ host, port, tls, greeting: true, timeoutMs, signal });
  const findings = networkFindings({ pbx, api: "ami", host, port, etc }, probe);
  if (probe.failure !== undefined) return findings;
  const greeting = probe.greeting ?? "";
  if (!greeting.startsWith("Asterisk Call Manager/")) {
    return [
      ...findings,
      {
        pbx,
        check: "ami.greeting",
        result: "fail",
        message: `Port ${port} is not AMI: it greets with "${greeting.slice(0, 60)}".`,
        advice: "AMI's port is 5038 by default (port in manager.conf).",
      },
    ];
  }
  findings.push({ pbx, check: "ami.greeting", result: "ok", message: `It greets as ${greeting}.` });
  if (!secure && !isLoopback(probe.address ?? host)) {
    findings.push({
      pbx,
      check: "ami.tls",
      result: "warn",
      message: "The connection is not secure: the secret and all calls cross the network as plain text.",
      advice: "Use amis:// and port 5039, or a VPN.",
      remedies: [remedy(etc, "manager.conf", "general", "tlsenable", "yes")],
    });
  }
  return [...findings, ...(await examineLogin(pbx, ami, options))];
}

async function examineLogin(pbx: string, ami: AmiClientOptions, options: ExamineOptions): Promise<Finding[]> {
  const { etc, signal, level } = options;
  const user = ami.username;
  const seen = new Set<string>();
  let client: AmiClient;
  try {
    client = await connectOnce({ ...ami, events: "on" }, signal, (made) =>
      made.on("event", (event) => seen.add(event.name)),
    );
  } catch (error) {
    const { code, message } = error as { code?: string; message: string };
    if (code !== "AMI_AUTH_FAILED") {
      return [{ pbx, check: "ami.login", result: "fail", message }];
    }
    const known = etc?.manager?.user(user);
    const differs = known !== undefined && known.secret?.matches(ami.secret) !== true;
    const why =
      etc?.manager === undefined || (known !== undefined && !differs)
        ? "Asterisk says the same for a wrong secret, an unknown user, and an address that deny and permit do not allow."
        : differs
          ? "The secret in manager.conf is another than the one given here."
          : `manager.conf has no user [${user}].`;
    return [
      {
        pbx,
        check: "ami.login",
        result: "fail",
        message: `Asterisk refuses the login of ${user}. ${why}`,
        advice: known === undefined ? 'The whole stanza: "cordboard init" prints it.' : undefined,
        remedies: [
          remedy(etc, "manager.conf", user, "secret", "<the secret of this PBX's address>"),
          remedy(etc, "manager.conf", user, "permit", "<the address of this machine>/255.255.255.255"),
        ],
      },
    ];
  }
  try {
    // FullyBooted follows the login at once where the user may see it.
    const until = performance.now() + EVENT_MS;
    while (!seen.has("FullyBooted") && performance.now() < until && !signal.aborted) await delay(25);
    return [
      { pbx, check: "ami.login", result: "ok", message: `The login of ${user} works.` },
      ...(await amiFindings({ pbx, user, level, etc, signal, eventMs: EVENT_MS }, client, seen)),
    ];
  } finally {
    await client.close();
  }
}

async function examineAri(pbx: PbxConfig, options: ExamineOptions): Promise<Finding[]> {
  const ari: AriClientOptions = ariOptions(pbx);
  const url = new URL(ari.url);
  const secure = url.protocol === "https:";
  const host = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const port = Number(url.port) || (secure ? 443 : 80);
  const { etc, signal, timeoutMs } = options;
  const tls = secure ? ((ari.tls ?? {}) as object) : undefined;
  const probe = await probeNetwork({ host, port, tls, timeoutMs, signal });
  const findings = networkFindings({ pbx: pbx.id, api: "ari", host, port, etc }, probe);
  if (probe.failure !== undefined) return findings;
  const { AriClient } = await import("@cordboard/ari");
  const client = new AriClient(ari);
  try {
    const subject = {
      pbx: pbx.id,
      user: decodeURIComponent(url.username),
      mustWrite: LEVELS[options.level].ari,
      etc,
      signal,
    };
    return [...findings, ...(await ariFindings(subject, client))];
  } catch (error) {
    return [...findings, { pbx: pbx.id, check: "ari.http", result: "fail", message: (error as Error).message }];
  } finally {
    await client.close();
  }
}
