// Voicemail and PJSIP passwords, a Login's Secret, an astmanproxy's ProxyKey.
const secretHeader = /^([^:\r\n]*(?:secret|password|passwd|proxykey)[^:\r\n]*:[ \t]*)[^\r\n]*/gim;
// `Key` is a secret in an MD5 login, but the name of an entry in DBGet and DBPut.
const loginKey = /^(key:[ \t]*)[^\r\n]*/gim;

/** An action's text with its secrets replaced by `***`, fit to be shown, logged or kept. */
export function redact(text: string): string {
  const redacted = text.replaceAll(secretHeader, "$1***");
  return /^action:[ \t]*login\b/im.test(text) ? redacted.replaceAll(loginKey, "$1***") : redacted;
}
