/** What stands where a secret was. */
export const redacted = "[redacted]";

const secretWords =
  /secret|passw|passphrase|pwd|credential|cred$|md5|digest|token|authorization|api[-_]?key|private[-_]?key|challenge|hash/i;
const pin = /(?:^|[^a-z])pins?(?:$|[^a-z])|[a-z]P[iI][nN]s?(?:$|[^a-z])|PINS?$/;
const anyCasePin = /(?:^|[^a-z])pins?(?:$|[^a-z])/i;

/** True for the name of a header, variable or setting whose value must not be kept: secrets, passwords, PINs, tokens. */
export function isSecretName(name: string): boolean {
  return secretWords.test(name) || pin.test(name) || anyCasePin.test(name);
}

// Every repetition before the value is bounded: a caller chooses the text, and it must not cost more than its length.
const inText =
  /((?:secret|passw(?:or)?d|passphrase|md5_?cred|api[-_]?key|token|(?<![a-z])pin(?![a-z]))[\w.-]{0,64}["']?\s{0,64}(?:=>?|:)\s{0,64}["']?)([^\s,;&"'|)]+)/gi;
const authorization = /(authorization["']?\s*[:=]\s*["']?)(?:(?:basic|bearer|digest)\s+)?[^\s"',;]+/gi;
const inUrl = /(:\/\/[^\s:/@]+:)[^\s@/]+@/g;

/** Free text (command output, application data, addresses) without what looks like `name=secret` in it. */
export function redactText(text: string): string {
  return text
    .replaceAll(authorization, `$1${redacted}`)
    .replaceAll(inText, `$1${redacted}`)
    .replaceAll(inUrl, `$1${redacted}@`);
}
