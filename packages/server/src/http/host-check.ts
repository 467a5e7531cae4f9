import { isIP } from "node:net";
import type { IncomingHttpHeaders } from "node:http";

/**
 * Whether a request's Host header names this server. A page of a stranger can make its own host name resolve to this
 * machine (DNS rebinding), but the browser then sends that name; so names are accepted from a list only, and IP
 * addresses, which cannot be rebound, always.
 */
export function isAllowedHost(header: string | undefined, allowedNames: readonly string[]): boolean {
  if (header === undefined) return false;
  const name = hostName(header);
  if (name === undefined) return false;
  if (isIP(name) !== 0) return true;
  return (
    name === "localhost" || name.endsWith(".localhost") || allowedNames.some((each) => each.toLowerCase() === name)
  );
}

/**
 * True for a request that a browser makes for the page of another origin, another port of this machine included. Where
 * a browser sends no `Sec-Fetch-Site` (it does over HTTPS and to loopback only), `Origin` tells.
 */
export function isFromElsewhere(headers: IncomingHttpHeaders): boolean {
  const site = headers["sec-fetch-site"];
  if (site !== undefined && site !== "same-origin" && site !== "none") return true;
  return headers.origin !== undefined && URL.parse(headers.origin)?.host !== headers.host?.toLowerCase();
}

/** True for addresses only this machine can reach. */
export function isLoopback(address: string): boolean {
  return address === "localhost" || address === "::1" || /^127(?:\.\d{1,3}){3}$/.test(address);
}

/** An address as it stands in a URL: IPv6 in brackets. */
export function urlHost(address: string): string {
  return isIP(address) === 6 ? `[${address}]` : address;
}

function hostName(header: string): string | undefined {
  const match = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::\d{1,5})?$/.exec(header);
  return (match?.[1] ?? match?.[2])?.toLowerCase().replace(/\.$/, "");
}
