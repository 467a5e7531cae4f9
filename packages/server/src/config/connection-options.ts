import { readFileSync } from "node:fs";
import { parseAmiUrl } from "@cordboard/ami";
import type { AmiClientOptions, AmiTlsOptions } from "@cordboard/ami";
import type { AriClientOptions } from "@cordboard/ari";
import { CordboardError } from "../errors.ts";
import type { PbxConfig, TlsConfig } from "./schema.ts";

/**
 * What the AMI client needs for a configured PBX; reads its TLS files.
 * @throws CordboardError `AMI_NOT_CONFIGURED`, `CONFIG_UNREADABLE`; AmiOptionError for a wrong address
 */
export function amiOptions(pbx: PbxConfig): AmiClientOptions {
  if (pbx.ami === undefined) {
    throw new CordboardError(
      "AMI_NOT_CONFIGURED",
      `${pbx.name ?? pbx.id} is an ARI address; this command needs AMI: --pbx ami://user@host:5038.`,
    );
  }
  const options = parseAmiUrl(pbx.ami);
  if (pbx.tls === undefined || options.tls === undefined || options.tls === false) return options;
  return { ...options, tls: { ...(options.tls === true ? {} : options.tls), ...tlsOptions(pbx.tls) } };
}

/**
 * What the ARI client needs for a configured PBX, or for its AMI-only kind an error that says what to add;
 * `beside`: the command needs AMI as well.
 * @throws CordboardError `ARI_NOT_CONFIGURED`, `CONFIG_UNREADABLE`
 */
export function ariOptions(pbx: PbxConfig, beside = false): AriClientOptions {
  if (pbx.ari === undefined) {
    throw new CordboardError(
      "ARI_NOT_CONFIGURED",
      `No ARI address is known for ${pbx.name ?? pbx.id}. Add "ari: http://user:\${ARI_SECRET}@host:8088" to it in cordboard.yaml, or say ${beside ? "as well " : ""}--pbx http://user@host:8088.`,
    );
  }
  const url = new URL(pbx.ari);
  if (!/\/ari\/?$/.test(url.pathname)) url.pathname = `${url.pathname.replace(/\/$/, "")}/ari`;
  const tls = pbx.tls === undefined ? {} : { tls: tlsOptions(pbx.tls) };
  return { url: url.href, ...tls };
}

function tlsOptions(tls: TlsConfig): AmiTlsOptions {
  return {
    ...(tls.ca === undefined ? {} : { ca: readPem(tls.ca, "ca") }),
    ...(tls.certificate === undefined ? {} : { cert: readPem(tls.certificate, "certificate") }),
    ...(tls.key === undefined ? {} : { key: readPem(tls.key, "key") }),
    ...(tls.serverName === undefined ? {} : { servername: tls.serverName }),
  };
}

function readPem(file: string, key: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new CordboardError(
      "CONFIG_UNREADABLE",
      `The file of tls.${key} cannot be read: ${(cause as Error).message}`,
      {
        cause,
      },
    );
  }
}
