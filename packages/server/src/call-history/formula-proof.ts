/** What makes a cell a formula, in the wide forms too that East Asian spreadsheets take. */
const signs = "=+\\-@＝＋－＠﹦﹢﹣﹫";
const atStart = new RegExp(String.raw`^(?:[\s\p{Cc}\p{Cf}"']*[${signs}]|[\t\r\n])`, "u");
/** A spreadsheet that separates by another character than we do begins a cell in the middle of ours. */
const behindSeparator = new RegExp(String.raw`([;,|\t\r\n"][\s\p{Cc}\p{Cf}"']*)(?=[${signs}])`, "gu");

/** The same text with a `'` wherever a spreadsheet would begin to calculate: it shows the text instead. */
export function formulaProof(text: string): string {
  const inside = text.replaceAll(behindSeparator, "$1'");
  return atStart.test(text) ? `'${inside}` : inside;
}
