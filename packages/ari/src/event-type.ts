/** `"type"` as a key: a string value that holds it has a backslash before the inner quotes. */
const KEY = '"type"';
const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;

/** Where the text after `"type"` at `at` has its value's first character, or -1 if this is no key with a string value. */
function valueAt(text: string, at: number): number {
  let i = at + KEY.length;
  while (isSpace(text.charCodeAt(i))) i++;
  if (text.charCodeAt(i) !== COLON) return -1;
  i++;
  while (isSpace(text.charCodeAt(i))) i++;
  return text.charCodeAt(i) === QUOTE ? i + 1 : -2;
}

const isSpace = (code: number): boolean => code === 0x20 || code === 0x0a || code === 0x0d || code === 0x09;

/**
 * The `type` of an event, found without parsing it; Asterisk sends the keys in no fixed order. `undefined` means "cannot
 * tell, parse it": a nested object (of a user event) may have a key `type` as well.
 * @param text a JSON object; for other text the answer means nothing.
 */
export function eventTypeOf(text: string): string | undefined {
  let found: string | undefined;
  for (let at = text.indexOf(KEY); at >= 0; at = text.indexOf(KEY, at + KEY.length)) {
    const start = valueAt(text, at);
    if (start === -1) continue;
    if (start === -2 || found !== undefined) return undefined;
    const end = text.indexOf('"', start);
    if (end < 0 || text.charCodeAt(end - 1) === BACKSLASH) return undefined;
    found = text.slice(start, end);
    if (found.includes("\\")) return undefined;
  }
  return found;
}
