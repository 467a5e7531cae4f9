/** A caller as Asterisk writes one: `"Name" <number>`. */
export interface CallerId {
  readonly name: string | undefined;
  readonly number: string | undefined;
}

const unknownWords = new Set(["unknown", "<unknown>", "unknown caller", ""]);

/**
 * Takes `"Name" <number>`, `Name <number>`, `<number>`, a number or a name alone apart (`ast_callerid_merge` in main/callerid.c).
 * Asterisk's words for nobody give neither name nor number.
 */
export function parseCallerId(text: string): CallerId {
  const trimmed = text.trim();
  const bracket = trimmed.endsWith(">") ? trimmed.lastIndexOf("<") : -1;
  if (bracket >= 0) {
    return { name: known(unquote(trimmed.slice(0, bracket))), number: known(trimmed.slice(bracket + 1, -1)) };
  }
  const word = unquote(trimmed);
  return /^[+*#\d][*#\d ().-]*$/.test(word)
    ? { name: undefined, number: word }
    : { name: known(word), number: undefined };
}

function known(word: string): string | undefined {
  const trimmed = word.trim();
  return unknownWords.has(trimmed.toLowerCase()) ? undefined : trimmed;
}

function unquote(text: string): string {
  const trimmed = text.trim();
  if (trimmed.length < 2 || !trimmed.startsWith('"') || !trimmed.endsWith('"')) return trimmed;
  return trimmed.slice(1, -1).replaceAll(/\\(["\\])/g, "$1");
}
