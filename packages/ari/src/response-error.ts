import { AriResponseError, type AriErrorCode } from "./errors.ts";
import { isSince, parseVersion } from "./server-version.ts";
import type { WireResponse } from "./wire-request.ts";

/** What a refusal is called, and what its reader can do about it. */
const BY_STATUS: Readonly<Record<number, readonly [code: AriErrorCode, advice: string, retryable?: boolean]>> = {
  400: ["ARI_BAD_REQUEST", ""],
  401: ["ARI_AUTH_FAILED", "Check the user and password against ari.conf."],
  403: ["ARI_FORBIDDEN", "The user may be read_only in ari.conf, or an ACL may forbid this address."],
  404: ["ARI_NOT_FOUND", ""],
  405: ["ARI_METHOD_NOT_ALLOWED", ""],
  409: ["ARI_CONFLICT", ""],
  412: ["ARI_INVALID_STATE", ""],
  413: ["ARI_BODY_TOO_LARGE", "Asterisk takes 40,960 bytes (1,024 in a LOW_MEMORY build)."],
  422: ["ARI_UNPROCESSABLE", ""],
  501: ["ARI_NOT_IMPLEMENTED", ""],
  503: ["ARI_NOT_BOOTED", "Asterisk is still starting; try again.", true],
};

/** `message`, or `error` of an allocation failure, in the server's JSON. */
function serverMessageOf(body: Buffer): string | undefined {
  if (body.length === 0 || body.length > 65_536) return undefined;
  try {
    const json = JSON.parse(body.toString()) as unknown;
    if (typeof json !== "object" || json === null) return undefined;
    const { message, error } = json as { message?: unknown; error?: unknown };
    if (typeof message === "string") return message;
    return typeof error === "string" ? error : undefined;
  } catch {
    return undefined;
  }
}

/** The error that an answer with status 300 or more stands for. `since` tells an operation that the server is too old for. */
export function responseError(
  response: WireResponse,
  operation: string,
  since: readonly string[] = [],
): AriResponseError {
  const { status } = response;
  const serverMessage = serverMessageOf(response.body);
  const details = { operation, status, ...(serverMessage === undefined ? {} : { serverMessage }) };
  const version = parseVersion(response.headers["server"] ?? "");
  if ((status === 404 || status === 405 || status === 501) && version !== undefined && !isSince(version, since)) {
    const message = `${operation} does not exist in Asterisk ${version.join(".")}; it came with ${since.join(", ")}.`;
    return new AriResponseError("ARI_UNSUPPORTED", message, details);
  }
  const said = serverMessage === undefined ? "" : ` (${serverMessage})`;
  if (status === 500) {
    // res_ari answers so when a channel cannot be made: an unknown technology, an endpoint without contact.
    return serverMessage === "Allocation failed"
      ? new AriResponseError(
          "ARI_ALLOCATION_FAILED",
          `${operation}: Asterisk could not create it${said}. Check the endpoint's technology, name and reachability.`,
          details,
        )
      : new AriResponseError(
          "ARI_SERVER_ERROR",
          `${operation}: Asterisk failed with 500${said}. Its log says more.`,
          details,
        );
  }
  const [code, advice, retryable] = BY_STATUS[status] ?? [
    "ARI_HTTP_ERROR",
    status < 400 ? "Asterisk sends nobody elsewhere; give the address of Asterisk itself." : "",
  ];
  const message = `${operation}: Asterisk refused with ${status}${said}.${advice === "" ? "" : ` ${advice}`}`;
  return new AriResponseError(code, message, { ...details, retryable: retryable ?? false });
}
