import { cellWidth, truncate } from "./cell-width.ts";

/** Lines of at most `width` columns, broken between words; a word that is longer is cut. At least one line. */
export function wrapText(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = "";
  for (const word of text.split(" ")) {
    const longer = line === "" ? word : `${line} ${word}`;
    if (cellWidth(longer) <= width) line = longer;
    else {
      if (line !== "") lines.push(line);
      line = truncate(word, width);
    }
  }
  return line === "" && lines.length > 0 ? lines : [...lines, line];
}
