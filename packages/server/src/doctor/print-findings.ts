import { safeText } from "../terminal/safe-text.ts";
import type { Style } from "../terminal/style.ts";
import { wrapText } from "../terminal/wrap-text.ts";
import type { Finding, FindingResult, Remedy } from "./finding.ts";

const WORDS: Readonly<Record<FindingResult, string>> = { ok: "ok  ", warn: "warn", fail: "FAIL", skip: " -  " };
const INDENT = "        ";

/** The findings for people: one paragraph each, what to change beneath, and a summary as the last line; `nameOf` tells what people call a PBX. */
export function printFindings(
  findings: readonly Finding[],
  width: number,
  style: Style,
  nameOf: (pbx: string) => string,
): string[] {
  const colours: Readonly<Record<FindingResult, (text: string) => string>> = {
    ok: style.green,
    warn: style.yellow,
    fail: style.red,
    skip: style.dim,
  };
  const lines: string[] = [];
  let pbx: string | undefined;
  for (const finding of findings) {
    if (finding.pbx !== pbx) {
      pbx = finding.pbx;
      if (lines.length > 0) lines.push("");
      lines.push(style.bold(safeText(nameOf(pbx))));
    }
    const [first = "", ...rest] = wrapText(safeText(finding.message), width - INDENT.length);
    lines.push(`  ${colours[finding.result](WORDS[finding.result])}  ${first}`, ...rest.map((line) => INDENT + line));
    if (finding.advice !== undefined) {
      lines.push(...wrapText(safeText(finding.advice), width - INDENT.length).map((line) => INDENT + line));
    }
    for (const remedy of finding.remedies ?? []) lines.push(...remedyLines(remedy, width, style));
  }
  return [...lines, "", summary(findings)];
}

/** `3 things are wrong, 1 is worth a look.` */
function summary(findings: readonly Finding[]): string {
  const failed = findings.filter(({ result }) => result === "fail").length;
  const warned = findings.filter(({ result }) => result === "warn").length;
  const wrong = failed === 1 ? "1 thing is wrong" : `${failed} things are wrong`;
  const look = warned === 1 ? "1 is worth a look" : `${warned} are worth a look`;
  if (failed > 0) return `${wrong}${warned > 0 ? `, ${look}` : ""}.`;
  return warned > 0 ? `Nothing is wrong; ${look}.` : "All is well.";
}

function remedyLines(remedy: Remedy, width: number, style: Style): string[] {
  const place = remedy.line === undefined ? remedy.file : `${remedy.file}:${remedy.line}`;
  const section = remedy.section === undefined ? "" : `, ${remedy.section}`;
  const how = remedy.how === undefined ? "" : `, ${remedy.how}`;
  const lines = [
    `${INDENT}→ ${safeText(`${place}${section}${how}:`)}`,
    `${INDENT}    ${style.bold(safeText(remedy.change))}`,
  ];
  if (remedy.afterwards !== undefined) {
    lines.push(
      ...wrapText(`then: ${safeText(remedy.afterwards)}`, width - INDENT.length - 4).map(
        (line) => `${INDENT}    ${line}`,
      ),
    );
  }
  return lines;
}
