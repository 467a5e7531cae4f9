/** The name in a configured caller id, `"Kai" <1000>`; undefined if it has none. */
export function nameInCallerId(text: string): string | undefined {
  const [, quoted, plain] = /^\s*(?:"((?:[^"\\]|\\.)*)"|([^<"]*?))\s*(?:<[^>]*>)?\s*$/u.exec(text) ?? [];
  const name = (quoted?.replaceAll(/\\(.)/gu, "$1") ?? plain ?? "").trim();
  return name === "" || /^[\d+*#]+$/u.test(name) ? undefined : name;
}
