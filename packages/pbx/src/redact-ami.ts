import { isSecretName, redacted, redactText } from "./secret-names.ts";

/** What the first lines of a message tell about the later ones. */
export interface AmiContext {
  /** `name: value` of the lines so far, names in lower case. */
  readonly headers: Map<string, string>;
}

/** Security events that name parts of a challenge under innocent header names (main/security_events.c). */
const securityEvents = new Set(["challengeresponsefailed", "invalidpassword"]);

/**
 * A whole AMI message (or, with the same context, the next part of one) without its secrets: Secret and Key of a Login, passwords in
 * AuthDetail and VoicemailPasswordChange, and every header, variable and setting whose name says so.
 */
export function redactAmi(message: string, context: AmiContext = { headers: new Map() }): string {
  const lines = message.split(/(?<=\n)/);
  for (const line of lines) remember(line, context.headers);
  return lines.map((line) => redactLine(line, context.headers)).join("");
}

function split(line: string): { name: string; gap: string; value: string; end: string } | undefined {
  const colon = line.indexOf(":");
  if (colon === -1) return undefined;
  let end = line.length;
  while (end > colon + 1 && "\r\n".includes(line.charAt(end - 1))) end--;
  let start = colon + 1;
  while (start < end && " \t".includes(line.charAt(start))) start++;
  return {
    name: line.slice(0, colon),
    gap: line.slice(colon, start),
    value: line.slice(start, end),
    end: line.slice(end),
  };
}

function remember(line: string, headers: Map<string, string>): void {
  const parts = split(line);
  if (parts === undefined) return;
  const name = parts.name.trim().toLowerCase();
  // Only what redaction asks for, so that a message of any length costs nothing; of repeated ones Asterisk takes the first.
  if (/^(?:action|event|variable|key|var-\d+)$/.test(name) && !headers.has(name)) headers.set(name, parts.value.trim());
}

function redactLine(line: string, headers: ReadonlyMap<string, string>): string {
  const parts = split(line);
  if (parts === undefined) return redactText(line);
  const name = parts.name.trim();
  return `${parts.name}${parts.gap}${isSecretHeader(name, headers) && parts.value !== "" ? redacted : redactValue(name, parts.value)}${parts.end}`;
}

function isSecretHeader(name: string, headers: ReadonlyMap<string, string>): boolean {
  if (isSecretName(name)) return true;
  const lower = name.toLowerCase();
  const action = headers.get("action")?.toLowerCase();
  const about = (header: string): boolean => isSecretName(headers.get(header) ?? "");
  if (lower === "key" && (action === "login" || action === "challenge")) return true;
  if (lower.endsWith("response")) return securityEvents.has(headers.get("event")?.toLowerCase() ?? "");
  // VarSet, Getvar and Setvar; DBPut, DBGet; UpdateConfig.
  if (lower === "value") return about("variable");
  if (lower === "val") return about("key");
  if (lower.startsWith("value-")) return about(`var-${lower.slice("value-".length)}`);
  return false;
}

function redactValue(name: string, value: string): string {
  const assignment = /^([^=\s]+)(=>?\s*)(.*)$/.exec(value);
  if (assignment !== null) {
    const [, key = "", sign = "", rest = ""] = assignment;
    if (isSecretName(key) && rest !== "" && !rest.includes(",")) return `${key}${sign}${redacted}`;
    // voicemail.conf has the password in front: `1000 => 4711,Kai,…`.
    if (/^line-/i.test(name) && /^\d+$/.test(key)) return `${key}${sign}${rest.replace(/^[^,]*/, redacted)}`;
  }
  return redactText(value);
}
