// C0, DEL and C1 controls; bidi controls and line separators; surrogates without their other half.
const UNSAFE = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]|\p{Surrogate}/gu;
// What JSON.stringify leaves alone although a terminal obeys it.
const UNSAFE_IN_JSON = /[\p{Cc}\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069]/gu;

/**
 * Text as a terminal may show it: whoever calls chooses the caller's name, so control characters become visible
 * pictures (`␛`) and nothing can move the cursor, change the title or turn the writing direction.
 */
export function safeText(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    const code = character.charCodeAt(0);
    if (code < 0x20) return String.fromCharCode(0x2400 + code);
    return code === 0x7f ? "\u2421" : "\uFFFD";
  });
}

/** One line of JSON that holds no character a terminal would obey; any JSON parser reads the same value from it. */
export function safeJson(value: unknown): string {
  return JSON.stringify(value).replaceAll(
    UNSAFE_IN_JSON,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}
