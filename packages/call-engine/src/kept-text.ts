/**
 * A flat copy of a text that is to be kept. V8's slices hold on to the whole text they were cut from, which is an AMI message of half a
 * kilobyte, and its concatenations to all their pieces; up to 12 characters are copied by V8 itself.
 */
export function kept(text: string): string {
  return text.length > 12 ? [text.slice(0, 1), text.slice(1)].join("") : text;
}

/** What is kept already if the text is the same, else a copy of it. */
export function keptAs(before: string | undefined, text: string | undefined): string | undefined {
  if (text === before) return before;
  return text === undefined ? undefined : kept(text);
}
