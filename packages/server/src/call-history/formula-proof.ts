/** What begins a formula, in the wide forms too that East Asian spreadsheets take. */
const signs = new Set("=+-@＝＋－＠﹦﹢﹣﹫");
/** Where a spreadsheet that separates otherwise than we do begins a cell in the middle of ours. */
const separators = new Set(';,|\t\r\n"');
/** What some spreadsheets leave out before they look at a cell. */
const skipped = /[\s\p{Cc}\p{Cf}']/u;

/** The same text with a `'` wherever a spreadsheet would begin to calculate: it shows the text instead. */
export function formulaProof(text: string): string {
  let proof = /^[\t\r\n]/u.test(text) ? "'" : "";
  let isBeginning = true;
  for (const character of text) {
    if (isBeginning && signs.has(character)) proof += "'";
    isBeginning = separators.has(character) || (isBeginning && skipped.test(character));
    proof += character;
  }
  return proof;
}
