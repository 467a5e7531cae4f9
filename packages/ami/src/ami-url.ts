import type { AmiClientOptions } from "./client-options.ts";
import { AmiOptionError } from "./errors.ts";

const knownQueries = new Set(["auth", "events", "timeout", "servername", "insecure"]);

/**
 * Reads `ami://user:secret@host:5038` or, with TLS, `amis://user:secret@host:5039`. User and secret are
 * percent-encoded. Query: `auth=md5`, `events=off` or `events=call,system`, `timeout=<ms>`,
 * `servername=<name>`, `insecure=1` (accepts any certificate).
 *
 * @throws AmiOptionError `AMI_BAD_OPTION`; the address is not repeated in the message, for it holds the secret.
 */
export function parseAmiUrl(url: string): AmiClientOptions {
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw bad("is no address");
  }
  if (parsed.protocol !== "ami:" && parsed.protocol !== "amis:") throw bad("begins with neither ami:// nor amis://");
  if (parsed.hostname === "") throw bad("has no host");
  if (parsed.pathname !== "" && parsed.pathname !== "/") throw bad("has a path, which AMI does not know");
  const username = decoded(parsed.username);
  if (username === "") throw bad("has no user name");
  const query = parsed.searchParams;
  for (const key of query.keys())
    if (!knownQueries.has(key)) throw bad(`has the unknown parameter ${JSON.stringify(key)}`);
  const auth = query.get("auth") ?? "plain";
  if (auth !== "plain" && auth !== "md5") throw bad("has an auth that is neither plain nor md5");
  const events = query.get("events") ?? "on";
  const timeout = query.get("timeout");
  if (timeout !== null && !/^[1-9]\d{0,8}$/.test(timeout)) throw bad("has a timeout that is no number of milliseconds");
  const tls = parsed.protocol === "amis:";
  const servername = query.get("servername");
  const insecure = query.get("insecure") === "1";
  if (!tls && (servername !== null || insecure)) throw bad("has a TLS parameter, but does not begin with amis://");
  return {
    host: parsed.hostname.replace(/^\[(.*)\]$/, "$1"),
    port: parsed.port === "" ? (tls ? 5039 : 5038) : Number(parsed.port),
    username,
    secret: decoded(parsed.password),
    auth,
    events: events === "on" || events === "off" ? events : events.split(","),
    ...(timeout === null ? {} : { timeoutMs: Number(timeout) }),
    ...(tls ? { tls: { rejectUnauthorized: !insecure, ...(servername === null ? {} : { servername }) } } : {}),
  };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw bad("has a user name or a secret that is not percent-encoded");
  }
}

function bad(what: string): AmiOptionError {
  return new AmiOptionError("AMI_BAD_OPTION", `The AMI address ${what}; expected ami://user:secret@host:5038`);
}
