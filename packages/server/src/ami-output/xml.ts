import type { AmiRecord } from "./ami-record.ts";

// What XML 1.0 has no way to write at all (Char production): most controls, lone surrogates, two non-characters.
const NO_XML = /(?![\t\n\r])\p{Cc}|[\uFFFE\uFFFF]|\p{Surrogate}/gu;

const ESCAPES: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "\t": "&#9;",
  "\n": "&#10;",
  "\r": "&#13;",
};

/** An XML document: `<ami>` with one `<message>` per record, its pairs as `<header name="…">value</header>`. */
export function toXml(records: readonly AmiRecord[]): string {
  const messages = records.map((record) => {
    const headers = record.map(([name, value]) => `    <header name="${escape(name)}">${escape(value)}</header>`);
    return `  <message>\n${headers.join("\n")}\n  </message>`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<ami>\n${messages.join("\n")}\n</ami>\n`;
}

function escape(text: string): string {
  return text.replaceAll(NO_XML, "\uFFFD").replaceAll(/[&<>"\t\n\r]/g, (character) => ESCAPES[character] ?? character);
}
