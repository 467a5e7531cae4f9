import { LabPhoneError } from "../errors.ts";

/** SIP messages (RFC 3261 sections 7 and 20) as data; pure. */

/** One header line. */
export type SipHeader = readonly [name: string, value: string];

/** A request. */
export interface SipRequest {
  readonly method: string;
  readonly uri: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
}

/** A response. */
export interface SipResponse {
  readonly status: number;
  readonly reason: string;
  readonly headers: readonly SipHeader[];
  readonly body: string;
}

/** Either. */
export type SipMessage = SipRequest | SipResponse;

/** True for a request. */
export function isRequest(message: SipMessage): message is SipRequest {
  return "method" in message;
}

const compact: Readonly<Record<string, string>> = {
  i: "call-id",
  m: "contact",
  e: "content-encoding",
  l: "content-length",
  c: "content-type",
  f: "from",
  s: "subject",
  k: "supported",
  t: "to",
  v: "via",
  o: "event",
  u: "allow-events",
  r: "refer-to",
  b: "referred-by",
  x: "session-expires",
};

/** A header's first value, by its long name in any case; undefined if the message has none. */
export function headerOf(message: SipMessage, name: string): string | undefined {
  return headersOf(message, name)[0];
}

/** All values of a header, one per line. */
export function headersOf(message: SipMessage, name: string): string[] {
  const wanted = name.toLowerCase();
  return message.headers
    .filter(([own]) => {
      const lower = own.toLowerCase();
      return (compact[lower] ?? lower) === wanted;
    })
    .map(([, value]) => value);
}

/** A header without which a message means nothing. @throws LabPhoneError `SIP_MALFORMED` */
export function requiredHeader(message: SipMessage, name: string): string {
  const value = headerOf(message, name);
  if (value === undefined) throw new LabPhoneError("SIP_MALFORMED", `A SIP message came without ${name}.`);
  return value;
}

/**
 * Reads one datagram.
 *
 * @throws LabPhoneError `SIP_MALFORMED`
 */
export function parseSip(bytes: Uint8Array): SipMessage {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const end = text.indexOf("\r\n\r\n");
  if (end < 0) throw new LabPhoneError("SIP_MALFORMED", "A datagram came that has no end of headers: not SIP.");
  const lines = text
    .toString("utf8", 0, end)
    .replaceAll(/\r\n[ \t]+/gu, " ")
    .split("\r\n");
  const first = lines.shift() ?? "";
  const headers = lines.map((line): SipHeader => {
    const colon = line.indexOf(":");
    if (colon < 1)
      throw new LabPhoneError("SIP_MALFORMED", `A SIP header came without a colon: "${line.slice(0, 80)}".`);
    return [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
  });
  const rest = text.subarray(end + 4);
  const told = headers.find(([name]) => /^(?:content-length|l)$/iu.test(name))?.[1];
  const body = rest.toString("utf8", 0, told === undefined ? rest.length : Math.min(Number(told) || 0, rest.length));
  const response = /^SIP\/2\.0 (\d{3}) ?(.*)$/u.exec(first);
  if (response) return { status: Number(response[1]), reason: response[2] ?? "", headers, body };
  const request = /^([A-Z]+) (\S+) SIP\/2\.0$/u.exec(first);
  if (request) return { method: request[1] as string, uri: request[2] as string, headers, body };
  throw new LabPhoneError("SIP_MALFORMED", `A datagram came that begins with no SIP line: "${first.slice(0, 80)}".`);
}

/**
 * Writes a message; Content-Length is added.
 *
 * @throws LabPhoneError `SIP_MALFORMED` if a header has CR, LF or NUL in it: it would become two
 */
export function formatSip(message: SipMessage): Buffer {
  const first = isRequest(message)
    ? `${message.method} ${message.uri} SIP/2.0`
    : `SIP/2.0 ${message.status} ${message.reason}`;
  const lines = [first, ...message.headers.map(([name, value]) => `${name}: ${value}`)];
  const bad = lines.find((line) => ["\r", "\n", "\0"].some((character) => line.includes(character)));
  if (bad !== undefined)
    throw new LabPhoneError("SIP_MALFORMED", `A SIP header must not hold CR, LF or NUL: ${JSON.stringify(bad)}.`);
  const body = Buffer.from(message.body, "utf8");
  return Buffer.concat([Buffer.from(`${lines.join("\r\n")}\r\nContent-Length: ${body.length}\r\n\r\n`, "utf8"), body]);
}

/** A name and an address, as in From, To, Contact, P-Asserted-Identity. */
export interface SipAddress {
  /** Empty if there is none. */
  readonly displayName: string;
  readonly uri: string;
  /** What stands before the @ of the URI; empty if there is none. */
  readonly user: string;
  /** Parameters behind the address (`tag`, `expires`), names in small letters. */
  readonly parameters: Readonly<Record<string, string>>;
}

/** Reads one address. @throws LabPhoneError `SIP_MALFORMED` */
export function parseAddress(text: string): SipAddress {
  const named = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*<([^>]+)>(.*)$/su.exec(text);
  const plain = named ? undefined : /^\s*([^;\s]+)(.*)$/su.exec(text);
  const uri = named?.[3] ?? plain?.[1];
  if (uri === undefined) throw new LabPhoneError("SIP_MALFORMED", `This is no SIP address: "${text.slice(0, 80)}".`);
  const parameters: Record<string, string> = {};
  for (const part of (named?.[4] ?? plain?.[2] ?? "").split(";").slice(1)) {
    const [name = "", value = ""] = part.split("=", 2);
    parameters[name.trim().toLowerCase()] = value.trim();
  }
  return {
    displayName: (named?.[1] ?? named?.[2] ?? "").replaceAll(/\\(.)/gu, "$1"),
    uri,
    user: /^sips?:([^@;]+)@/iu.exec(uri)?.[1] ?? "",
    parameters,
  };
}
