import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { ChangeRoot } from "./change-root.ts";

/** A key and a certificate for `localhost` and 127.0.0.1 that vouches for itself, both PEM, in one text. */
export async function makeCertificate(root: ChangeRoot): Promise<string> {
  const request = `openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -days 3650`;
  const names = "-subj /CN=localhost -addext subjectAltName=DNS:localhost,IP:127.0.0.1 -keyout - -out -";
  const { stdout } = await promisify(execFile)("chroot", [root.path, ...`${request} ${names}`.split(" ")]);
  return stdout;
}

/** The certificate alone, for a client that must trust it. */
export function certificateIn(pem: string): string {
  return pem.slice(pem.indexOf("-----BEGIN CERTIFICATE-----"));
}
