import { AriArgumentError } from "./errors.ts";

/** Where a server is, and as whom, taken from one URL. */
export interface AriAddress {
  readonly secure: boolean;
  /** Without brackets, if IPv6. */
  readonly host: string;
  readonly port: number;
  /** `/ari`, or `/prefix/ari`; no slash at the end. */
  readonly basePath: string;
  /** The same as text, without credentials: safe to show. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
}

const bad = (message: string, cause?: unknown): AriArgumentError =>
  new AriArgumentError("ARI_BAD_OPTION", message, cause === undefined ? {} : { cause });

function decoded(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch (cause) {
    throw bad(
      "The user or password in the ARI address is not valid percent-encoding; encode it with encodeURIComponent.",
      cause,
    );
  }
}

/**
 * Takes `http://user:password@host:8088/ari` apart; the credentials do not stay in {@link AriAddress.url}.
 * Ports default to Asterisk's 8088 and 8089, the path to `/ari`; `ari:` and `aris:` are taken for `http:` and `https:`.
 * @throws {AriArgumentError} `ARI_BAD_OPTION`; the message does not repeat the address, which may hold a password.
 */
export function parseAriUrl(text: string): AriAddress {
  let url: URL;
  try {
    url = new URL(text.replace(/^ari(s?):/, "http$1:"));
  } catch {
    throw bad("The ARI address is not a URL; write http://host:8088/ari.");
  }
  const secure = url.protocol === "https:";
  if (!secure && url.protocol !== "http:") {
    throw bad(`The ARI address begins with ${url.protocol}; write http: or https:.`);
  }
  if (url.search !== "" || url.hash !== "") {
    throw bad(
      "The ARI address has a query or a fragment; credentials go before the host: http://user:password@host:8088/ari.",
    );
  }
  if (url.pathname.includes("@")) {
    throw bad("The ARI address has an @ in its path: encode the user and the password with encodeURIComponent.");
  }
  // URL drops a port that is the scheme's own, so 80 and 443 must be read from the text.
  const ownPort = /^\w+:\/\/[^/?#]*:(\d+)(?:[/?#]|$)/.exec(text.trim())?.[1];
  const port = Number(url.port === "" ? (ownPort ?? (secure ? 8089 : 8088)) : url.port);
  const path = url.pathname.replace(/\/+$/, "");
  const basePath = path === "" ? "/ari" : path;
  return {
    secure,
    host: url.hostname.replace(/^\[|\]$/g, ""),
    port,
    basePath,
    url: `${url.protocol}//${url.hostname}:${port}${basePath}`,
    ...(url.username === "" ? {} : { username: decoded(url.username) }),
    ...(url.password === "" ? {} : { password: decoded(url.password) }),
  };
}
