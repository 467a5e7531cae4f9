import { isSecretName, redacted, redactText } from "./secret-names.ts";

const jsonMember = /("((?:[^"\\]|\\.)*)"\s*:\s*)("(?:[^"\\]|\\.)*"|-?\d[\d.eE+-]*)/g;
const secretVariable = /"variable"\s*:\s*"((?:[^"\\]|\\.)*)"/g;
const authorizationLine = /^(authorization|proxy-authorization|cookie|set-cookie)(\s*:\s*)[^\r\n]*/gim;
const apiKey = /(api_key=)[^\s&"]+/gi;

/** A whole ARI request, reply or event as text, without Authorization, `api_key`, and members named like secrets. */
export function redactAri(text: string): string {
  const valueIsSecret = [...text.matchAll(secretVariable)].some(([, name = ""]) => isSecretName(name));
  const headers = text.replaceAll(authorizationLine, `$1$2${redacted}`).replaceAll(apiKey, `$1${redacted}`);
  const members = headers.replaceAll(jsonMember, (whole, start: string, name: string) =>
    isSecretName(name) || (name === "value" && valueIsSecret) ? `${start}"${redacted}"` : whole,
  );
  return redactText(members);
}
