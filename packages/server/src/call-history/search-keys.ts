/** Characters that nobody sees, such as the marks of right-to-left text, and that no database should see. */
const unseen = /[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu;
/** What people write between digits: `+49 (30) 123-45`. */
const separators = /[\s()+./\\\-–—]/gu;

/** Longer ones are cut: what comes after is not found. */
const longestNumber = 64;
const longestName = 200;

/** A number as it is searched: without separators, `*` and `#` kept, letters (of a SIP address) in lower case. Empty if nothing is left. */
export function numberKey(number: string): string {
  const plain = number.toWellFormed().normalize("NFKC").replaceAll(separators, "").replaceAll(unseen, "");
  return cut(fold(plain), longestNumber);
}

/** A name as it is searched: case-folded as Unicode says, white space as one blank. Accents count: `Müller` is not `Muller`. */
export function nameKey(name: string): string {
  const plain = name.toWellFormed().normalize("NFKC").replaceAll(/\s+/gu, " ").replaceAll(unseen, "");
  return cut(fold(plain), longestName).trim();
}

/** A pattern for `like … escape '\'` that matches texts with this part, whatever is in it. */
export function containing(part: string): string {
  return `%${part.replaceAll(/[\\%_]/gu, String.raw`\$&`)}%`;
}

/** Full case folding: `STRASSE` and `Straße`, `ΟΔΟΣ` and `οδος`, `İ` and `i` are the same. */
function fold(text: string): string {
  return text.toUpperCase().toLowerCase().replaceAll("i\u0307", "i").replaceAll("ς", "σ").normalize("NFC");
}

function cut(text: string, longest: number): string {
  return text.length <= longest
    ? text
    : text
        .slice(0, longest)
        .toWellFormed()
        .replace(/\uFFFD$/u, "");
}
