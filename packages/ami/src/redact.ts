const header = /^([^:\r\n]*):([ \t]*)([^\r\n]*)/gm;
// Voicemail and PJSIP passwords, a Login's Secret, an astmanproxy's ProxyKey.
const secretName = /secret|password|passwd|proxykey/i;
/** UpdateConfig names in `Var-000000` what it sets to `Value-000000`. */
const secretVariable = /^var-(\d+):[^\r\n]*(?:secret|password|passwd)/gim;
/** GetConfig answers with `Line-000000-000001: secret=…`. */
const configLine = /^line-\d+-\d+$/i;

/** A message's text with its secrets replaced by `***`, fit to be shown, logged or kept. */
export function redact(text: string): string {
  // `Key` is a secret in an MD5 login, but the name of an entry in DBGet and DBPut.
  const isLogin = /^action:[ \t]*login\b/im.test(text);
  const values = new Set([...text.matchAll(secretVariable)].map(([, number]) => `value-${number}`));
  return text.replaceAll(header, (line: string, name: string, space: string, value: string) => {
    const lower = name.toLowerCase();
    const isSecret = secretName.test(name) || values.has(lower) || (isLogin && lower === "key");
    if (isSecret) return `${name}:${space}***`;
    const equals = configLine.test(name) ? value.indexOf("=") : -1;
    return equals !== -1 && secretName.test(value.slice(0, equals))
      ? `${name}:${space}${value.slice(0, equals)}=***`
      : line;
  });
}
