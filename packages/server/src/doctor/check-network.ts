import { isLoopback } from "../http/host-check.ts";
import type { EtcFiles } from "./etc-files.ts";
import type { Finding, Remedy } from "./finding.ts";
import type { ProbeResult } from "./probe-network.ts";
import { remedy } from "./remedy.ts";

/** What was tried to reach, for the messages. */
export interface NetworkSubject {
  readonly pbx: string;
  /** `ami` or `ari`: the first part of the checks' names. */
  readonly api: "ami" | "ari";
  readonly host: string;
  readonly port: number;
  readonly etc?: EtcFiles | undefined;
}

type Draft = Omit<Finding, "pbx">;

/** What a probe means, step by step; ends with the first that failed. */
export function networkFindings(subject: NetworkSubject, probe: ProbeResult): Finding[] {
  const { api, host, port } = subject;
  const { failure } = probe;
  const drafts: Draft[] = [];
  if (failure?.stage === "dns") {
    drafts.push({
      check: `${api}.dns`,
      result: "fail",
      message: `The name ${host} is not known (${failure.code}).`,
      advice: "Correct the host in the address of this PBX, or use its IP address.",
    });
    return drafts.map((draft) => ({ pbx: subject.pbx, ...draft }));
  }
  const where = probe.address === undefined || probe.address === host ? host : `${host} (${probe.address})`;
  if (failure?.stage === "tcp") drafts.push(unreachable(subject, where, failure.code, failure.message));
  else drafts.push({ check: `${api}.tcp`, result: "ok", message: `${where} answers on port ${port}.` });
  if (failure?.stage === "tls") drafts.push(insecure(subject, failure.code, failure.message));
  else if (probe.tlsVersion !== undefined) {
    drafts.push({ check: `${api}.tls`, result: "ok", message: `The connection is secure (${probe.tlsVersion}).` });
  }
  if (failure?.stage === "greeting") {
    drafts.push({
      check: `${api}.greeting`,
      result: "fail",
      message: `Somebody answers on port ${port}, but does not greet as AMI does: ${failure.message}.`,
      advice:
        "Closed at once: too many unauthenticated sessions (authlimit in manager.conf), or a proxy in front. No answer: this is another service, or TLS (then the address begins with amis://).",
    });
  }
  return drafts.map((draft) => ({ pbx: subject.pbx, ...draft }));
}

function unreachable({ api, etc, host, port }: NetworkSubject, where: string, code: string, message: string): Draft {
  // Nobody else's machine needs to get in where the PBX is this one.
  const here = isLoopback(host);
  const address = here ? "127.0.0.1" : "0.0.0.0";
  const remedies: Remedy[] =
    api === "ami"
      ? [
          remedy(etc, "manager.conf", "general", "enabled", "yes"),
          remedy(etc, "manager.conf", "general", "port", String(port)),
          remedy(etc, "manager.conf", "general", "bindaddr", address),
        ]
      : [
          remedy(etc, "http.conf", "general", "enabled", "yes"),
          remedy(etc, "http.conf", "general", "bindaddr", address),
          remedy(etc, "http.conf", "general", "bindport", String(port)),
        ];
  const refused = code === "ECONNREFUSED";
  return {
    check: `${api}.tcp`,
    result: "fail",
    message: refused
      ? `${where} refuses connections on port ${port}: nothing listens there.`
      : `${where} does not answer on port ${port}: ${message} (${code}).`,
    advice: refused
      ? `Is Asterisk running, and ${api === "ami" ? "AMI" : "its HTTP server"} enabled and bound to an address that this machine can reach?${here ? "" : " Bind to 0.0.0.0 only behind a firewall."}`
      : "Most often a firewall between here and there, or a wrong address.",
    remedies: refused ? remedies : undefined,
  };
}

const CERTIFICATE_ADVICE: Readonly<Record<string, string>> = {
  DEPTH_ZERO_SELF_SIGNED_CERT:
    "The certificate is signed by itself. Copy it here and name it: tls.ca of this PBX in cordboard.yaml.",
  SELF_SIGNED_CERT_IN_CHAIN:
    "It is signed by an authority of your own. Name that authority's certificate: tls.ca of this PBX in cordboard.yaml.",
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    "The authority that signed it is not known here. Name its certificate: tls.ca of this PBX in cordboard.yaml.",
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    "The authority that signed it is not known here. Name its certificate: tls.ca of this PBX in cordboard.yaml.",
  CERT_HAS_EXPIRED: "Renew the certificate of the PBX, then: asterisk -rx 'manager reload'.",
  ERR_TLS_CERT_ALTNAME_INVALID:
    "It is made out to another name. Use that name in the address, or say it in tls.serverName of this PBX.",
};

function insecure({ api, port, etc }: NetworkSubject, code: string, message: string): Draft {
  const advice = CERTIFICATE_ADVICE[code];
  return {
    check: `${api}.tls`,
    result: "fail",
    message: `Port ${port} answers, but TLS cannot be set up: ${message} (${code}).`,
    advice:
      advice ??
      "Is this the TLS port? AMI's is 5039 and ARI's 8089 by default; plain AMI begins with ami://, plain ARI with http://.",
    remedies:
      advice === undefined
        ? [remedy(etc, api === "ami" ? "manager.conf" : "http.conf", "general", "tlsenable", "yes")]
        : undefined,
  };
}
