/**
 * Without blanks at both ends. A blank is any character up to the space, as in Asterisk's `ast_strip`
 * (include/asterisk/strings.h).
 */
export function stripBlanks(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) <= 32) start += 1;
  while (end > start && text.charCodeAt(end - 1) <= 32) end -= 1;
  return text.slice(start, end);
}
