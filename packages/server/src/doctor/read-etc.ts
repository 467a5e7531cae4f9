import { resolve } from "node:path";
import { loadConf, nodeFileReader, readAriConf, readHttpConf, readManagerConf } from "@cordboard/asterisk-files";
import type { ConfTree, Problem } from "@cordboard/asterisk-files";
import type { PbxConfig } from "../config/schema.ts";
import { isLoopback } from "../http/host-check.ts";
import { ETC_FILES } from "./etc-files.ts";
import type { EtcFileName, EtcFiles } from "./etc-files.ts";

const USUAL_FOLDER = "/etc/asterisk";

/**
 * Reads the files of a PBX: from the folder that was named, or the usual one if the PBX is this machine. A folder
 * nobody named that cannot be read is passed over; one that was named is told among the troubles.
 */
export async function readEtc(
  folder: string | undefined,
  pbx: Pick<PbxConfig, "ami" | "ari">,
): Promise<EtcFiles | undefined> {
  const host = (URL.parse(pbx.ami ?? "") ?? URL.parse(pbx.ari ?? ""))?.hostname ?? "";
  const named = folder !== undefined;
  if (!named && !isLoopback(host)) return undefined;
  const configFolder = resolve(folder ?? USUAL_FOLDER);
  const trees: Partial<Record<EtcFileName, ConfTree>> = {};
  const troubles: string[] = [];
  for (const file of ETC_FILES) {
    try {
      trees[file] = await loadConf(`${configFolder}/${file}`, { ...nodeFileReader(), configFolder });
    } catch (error) {
      if (named) troubles.push((error as Error).message);
    }
  }
  const { "manager.conf": managerTree, "http.conf": httpTree, "ari.conf": ariTree } = trees;
  if (managerTree === undefined && httpTree === undefined && ariTree === undefined && !named) return undefined;
  const manager = managerTree && readManagerConf(managerTree);
  const http = httpTree && readHttpConf(httpTree);
  const ari = ariTree && readAriConf(ariTree);
  const problems: readonly Problem[] = [
    ...Object.values(trees).flatMap((tree) => tree.problems),
    ...(manager?.problems ?? []),
    ...(http?.problems ?? []),
    ...(ari?.problems ?? []),
  ];
  for (const { at, message } of problems) {
    troubles.push(message.startsWith(at.file) ? message : `${at.file}:${at.line}: ${message}`);
  }
  return { trees, ...(manager && { manager }), ...(http && { http }), ...(ari && { ari }), troubles };
}
