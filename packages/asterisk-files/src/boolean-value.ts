const trueWords = new Set(["yes", "true", "y", "t", "1", "on"]);

/** True for the words that Asterisk's `ast_true` (main/utils.c) takes for yes; anything else is no. */
export function isTrue(value: string | undefined): boolean {
  return value !== undefined && trueWords.has(value.toLowerCase());
}
