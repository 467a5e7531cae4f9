import type { Buffer } from "node:buffer";

/** What ends the text of a Command reply up to Asterisk 13 (main/manager.c, action_command). */
export const endCommand = "--END COMMAND--";

const followsHeader = /^(?:response|privilege|actionid|message|server):/i;

/** Where the headers of a `Response: Follows` message end and its raw text begins. */
export function followsHeadersEnd(text: string): number {
  let start = 0;
  for (;;) {
    const next = text.indexOf("\n", start);
    if (next <= start || text.charCodeAt(next - 1) !== 13) return start;
    if (!followsHeader.test(text.slice(start, Math.min(next, start + 16)))) return start;
    start = next + 1;
  }
}

/** The printed lines of a Command reply, from its text or, of a large one, block by block from its bytes. */
export function commandOutput(name: string, text: string | undefined, raw: Buffer | undefined): string[] {
  if (name === "Follows") return followsOutput(text ?? raw?.toString("utf8") ?? "");
  const lines: string[] = [];
  if (raw === undefined) {
    outputLines(text ?? "", lines);
    return lines;
  }
  // Each line may be kept for long: let it hold a small block alive, not the whole reply.
  const blockBytes = 4096;
  for (let start = 0; start < raw.length;) {
    const newline = raw.indexOf(10, Math.min(start + blockBytes, raw.length));
    const end = newline === -1 ? raw.length : newline + 1;
    outputLines(raw.toString("utf8", start, end), lines);
    start = end;
  }
  return lines;
}

function outputLines(text: string, lines: string[]): void {
  for (let start = 0; start < text.length;) {
    let next = text.indexOf("\n", start);
    if (next === -1) next = text.length;
    if (isOutput(text, start)) {
      const end = next > start && text.charCodeAt(next - 1) === 13 ? next - 1 : next;
      lines.push(text.slice(text.charCodeAt(start + 7) === 32 ? start + 8 : start + 7, end));
    }
    start = next + 1;
  }
}

function isOutput(text: string, start: number): boolean {
  if (text.startsWith("Output:", start)) return true;
  return text.charCodeAt(start + 6) === 58 && text.slice(start, start + 7).toLowerCase() === "output:";
}

function followsOutput(text: string): string[] {
  const start = followsHeadersEnd(text);
  const end = text.lastIndexOf(endCommand);
  const printed = text.slice(start, end === -1 ? text.length : end);
  if (printed === "") return [];
  const lines = printed.split(/\r?\n/);
  if (lines.at(-1) === "") lines.pop();
  return lines;
}
