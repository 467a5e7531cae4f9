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
  const at = found?.last(key)?.at ?? found?.at;
  return {
    file: at?.file ?? tree?.file ?? file,
    line: at?.line,
    section: `[${section}]`,
    change: `${key} = ${value}`,
    afterwards: RELOADS[file],
  };
}
