import { isSecretName, redacted, redactText } from "./secret-names.ts";

const authorizationLine = /^(authorization|proxy-authorization|cookie|set-cookie)(\s*:\s*)[^\r\n]*/gim;
const apiKey = /(api_key=)[^\s&"]+/gi;
/** Deeper than anything ARI knows; what lies below is left out. */
const maxDepth = 64;

/**
 * A whole ARI request, reply or event as text, without Authorization, `api_key`, and what is named like a secret: as a member, as the
 * variable or attribute beside a `value`, in a query, and in JSON within JSON (`message_body`).
 */
export function redactAri(text: string): string {
  const end = /^[A-Z]+[ /]/.test(text) ? /\r?\n\r?\n/.exec(text) : null;
  if (end === null) return redactBody(text, false, 0);
  const bodyAt = end.index + end[0].length;
  const head = text.slice(0, bodyAt).replaceAll(authorizationLine, `$1$2${redacted}`);
  return redactLine(head) + redactBody(text.slice(bodyAt), false, 0);
}

/** @param values every member `value` is a secret, whatever the variable was called */
function redactBody(text: string, values: boolean, depth: number): string {
  if (!/^\s*[[{]/.test(text)) return redactLine(text);
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return redactLine(text);
  }
  const clean = redactJson(json, false, values, depth);
  return clean === json ? text : JSON.stringify(clean);
}

/** The value itself if nothing in it is a secret. */
function redactJson(value: unknown, secret: boolean, values: boolean, depth: number): unknown {
  if (typeof value === "string") return secret && value !== "" ? redacted : redactBody(value, values, depth);
  if (typeof value === "number") return secret ? redacted : value;
  if (typeof value !== "object" || value === null) return value;
  if (depth >= maxDepth) return redacted;
  if (Array.isArray(value)) {
    const items = value.map((item) => redactJson(item, secret, values, depth + 1));
    return items.every((item, i) => item === value[i]) ? value : items;
  }
  const members = Object.entries(value);
  const named = (key: string): string => {
    const name = (value as Record<string, unknown>)[key];
    return typeof name === "string" ? name : "";
  };
  const ofSecret = values || ["variable", "attribute", "name"].some((key) => isSecretName(named(key)));
  // The answer to a question for a variable does not say which; only the question did.
  const told = values || (named("type") === "RESTResponse" && /(?:^|\/)variable$/.test(named("uri")));
  const clean = members.map(([key, member]): [string, unknown] => [
    key,
    redactJson(member, secret || isSecretName(key) || (key === "value" && ofSecret), told, depth + 1),
  ]);
  return clean.every(([, member], i) => member === members[i]?.[1]) ? value : Object.fromEntries(clean);
}

function redactLine(text: string): string {
  const plain = redactText(text.replaceAll(apiKey, `$1${redacted}`));
  const variable = /[?&]variable=([^&\s]*)/.exec(plain)?.[1] ?? "";
  return isSecretName(variable) ? plain.replaceAll(/([?&]value=)[^&\s]*/g, `$1${redacted}`) : plain;
}
