import type { EtcFileName, EtcFiles } from "./etc-files.ts";
import type { Remedy } from "./finding.ts";

const RELOADS: Readonly<Record<EtcFileName, string>> = {
  "manager.conf": "asterisk -rx 'manager reload'",
  "http.conf": "asterisk -rx 'module reload http'",
  "ari.conf": "asterisk -rx 'module reload res_ari.so'",
};

/**
 * The line to change: with the file's name and line number where the files are at hand (the setting's own line, else
 * that of its section, below which it belongs), else in general terms.
 */
export function remedy(
  etc: EtcFiles | undefined,
  file: EtcFileName,
  section: string,
  key: string,
  value: string,
): Remedy {
  const tree = etc?.trees[file];
  const found = tree?.section(section);
  const set = found?.last(key)?.at;
  const at = set ?? found?.at;
  return {
    file: at?.file ?? tree?.file ?? file,
    line: at?.line,
    section: `[${section}]`,
    how: tree === undefined ? undefined : set === undefined ? "add" : "change",
    change: `${key} = ${value}`,
    afterwards: RELOADS[file],
  };
}
