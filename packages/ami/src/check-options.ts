import { createSecureContext } from "node:tls";
import type { AmiClientOptions, AmiTlsOptions } from "./client-options.ts";
import { AmiOptionError } from "./errors.ts";
import { tlsOptions } from "./socket.ts";

/** Milliseconds that Node's timers can hold; more would fire at once. */
const maxMs = 2_147_483_647;

/** @throws AmiOptionError `AMI_BAD_OPTION` unless it is a duration that a timer can hold. */
export function checkDuration(name: string, value: number): void {
  if (!(value >= 1 && value <= maxMs)) throw bad(`${name} is ${value}, not 1 to ${maxMs} milliseconds`);
}

/** @throws AmiOptionError `AMI_BAD_OPTION`; the secret is not in its message. */
export function checkOptions(options: AmiClientOptions): void {
  for (const name of ["host", "username", "secret"] as const) {
    // From the environment, say, where it may be missing: `undefined` would go out as a login without a secret.
    if (typeof options[name] !== "string") throw bad(`${name} is no text`);
  }
  if (options.host === "") throw bad("host is empty");
  if (options.username === "") throw bad("username is empty");
  if (typeof options.tls === "object") checkCertificates(options.tls);
  const { port } = options;
  if (port !== undefined && !(Number.isInteger(port) && port >= 1 && port <= 65_535))
    throw bad(`port is ${port}, not 1 to 65535`);
  const events = typeof options.events === "string" ? [options.events] : (options.events ?? []);
  for (const [name, value] of [
    ["host", options.host],
    ["username", options.username],
    ["secret", options.secret],
    ...events.map((text) => ["events", text]),
  ]) {
    if (/[\r\n\0]/.test(value as string)) throw bad(`${name} holds CR, LF or NUL`);
  }
  const ping = options.ping === false ? {} : (options.ping ?? {});
  const durations = {
    connectTimeoutMs: options.connectTimeoutMs,
    timeoutMs: options.timeoutMs,
    lagMs: options.lagMs,
    "ping.idleMs": ping.idleMs,
    "ping.timeoutMs": ping.timeoutMs,
    "reconnect.minMs": options.reconnect?.minMs,
    "reconnect.maxMs": options.reconnect?.maxMs,
  };
  for (const [name, value] of Object.entries(durations)) {
    if (value !== undefined) checkDuration(name, value);
  }
  for (const [name, value] of Object.entries({
    maxPending: options.maxPending,
    maxUnsentBytes: options.maxUnsentBytes,
    ...options.limits,
  })) {
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= 1))
      throw bad(`${name} is ${value}, not a positive whole number`);
  }
}

/** A certificate that cannot be read is found here, and not at each attempt to connect. */
function checkCertificates(tls: AmiTlsOptions): void {
  try {
    createSecureContext(tlsOptions("", 0, tls));
  } catch (cause) {
    throw new AmiOptionError(
      "AMI_BAD_OPTION",
      "AMI client: tls has a certificate, key or passphrase that cannot be read",
      { cause },
    );
  }
}

function bad(what: string): AmiOptionError {
  return new AmiOptionError("AMI_BAD_OPTION", `AMI client: ${what}`);
}
