import type { Problem } from "@cordboard/sdk";

/** A stable code of the API; each has a row in docs/reference/errors-api.md. */
export type ApiErrorCode =
  | "AMBIGUOUS"
  | "BAD_REQUEST"
  | "BODY_TOO_LARGE"
  | "FORBIDDEN"
  | "HOST_NOT_ALLOWED"
  | "INTERNAL"
  | "NOT_FOUND"
  | "ORIGIN_NOT_ALLOWED"
  | "PBX_REFUSED"
  | "PBX_UNAVAILABLE"
  | "RATE_LIMITED"
  | "STORAGE_UNAVAILABLE"
  | "TICKET_INVALID"
  | "TIMED_OUT"
  | "TOKEN_INVALID"
  | "TOKEN_IN_URL"
  | "TOKEN_REQUIRED"
  | "TOO_MANY_STREAMS"
  | "UNSUPPORTED_MEDIA_TYPE";

/** Every code the API answers with: its status, what it means, and what to do about it. */
export const API_ERRORS: Readonly<Record<ApiErrorCode, readonly [status: number, meaning: string, remedy: string]>> = {
  AMBIGUOUS: [409, "The name is known on several PBXs.", "Say which with `pbx=`; `errors` has the choices."],
  BAD_REQUEST: [400, "The request does not fit the description of the operation.", "`errors` names each place."],
  BODY_TOO_LARGE: [413, "The body is longer than 64 KiB.", "Send less."],
  FORBIDDEN: [403, "The token does not allow this.", "Use a token with the verb that `detail` names."],
  HOST_NOT_ALLOWED: [
    421,
    "This server does not answer to that name.",
    "Use its address, or add the name to `http.allowedHosts` in cordboard.yaml.",
  ],
  INTERNAL: [500, "A mistake of the server.", "Report it with the request id; the server's log has the cause."],
  NOT_FOUND: [
    404,
    "There is nothing at this address, or nothing that the token may see.",
    "Look at the list above it.",
  ],
  ORIGIN_NOT_ALLOWED: [
    403,
    "A page of another site asked for this.",
    "Add its origin to `http.allowedOrigins` in cordboard.yaml.",
  ],
  PBX_REFUSED: [502, "The PBX refused to do it.", "`detail` has what Asterisk said; often a right is missing."],
  PBX_UNAVAILABLE: [503, "The PBX is not connected.", "Try again when `GET /api/v1/pbxs` shows it as `up`."],
  RATE_LIMITED: [
    429,
    "Too many requests, or too many wrong tokens.",
    "Wait as long as `retry-after` says, in seconds.",
  ],
  STORAGE_UNAVAILABLE: [
    503,
    "The server cannot read or write its database now.",
    "Look at its disk and its log; nothing was changed.",
  ],
  TICKET_INVALID: [
    401,
    "The ticket is unknown, used, or older than 30 seconds.",
    "Get a new one: `POST /api/v1/tickets`.",
  ],
  TIMED_OUT: [504, "The PBX did not confirm in time.", "It may still happen; read the state again."],
  TOKEN_INVALID: [401, "The token is unknown, expired or revoked.", "Make another: `cordboard token create`."],
  TOKEN_IN_URL: [
    400,
    "A token stood in the address, where proxies and logs keep it.",
    "Revoke that token, and send the new one in the header `Authorization: Bearer …`.",
  ],
  TOKEN_REQUIRED: [
    401,
    "A token is needed.",
    "Send `Authorization: Bearer …`; make one with `cordboard token create`.",
  ],
  TOO_MANY_STREAMS: [429, "As many streams are open as there may be.", "Close one."],
  UNSUPPORTED_MEDIA_TYPE: [415, "The body is not JSON.", "Send `content-type: application/json`."],
};

/** What is wrong with a request at one place, such as `query.limit` or `body.scope.pbxs`. */
export interface WrongPlace {
  readonly path: string;
  readonly message: string;
}

/** Ends a request with a problem+json reply (RFC 9457). Its texts go to the client: nothing secret. */
export class ApiError extends Error {
  override readonly name: string = "ApiError";
  readonly code: ApiErrorCode;
  readonly detail: string | undefined;
  readonly errors: readonly WrongPlace[] | undefined;

  constructor(
    code: ApiErrorCode,
    more: { readonly detail?: string; readonly errors?: readonly WrongPlace[]; readonly cause?: unknown } = {},
  ) {
    super(more.detail ?? API_ERRORS[code][1], more.cause === undefined ? {} : { cause: more.cause });
    this.code = code;
    this.detail = more.detail;
    this.errors = more.errors;
  }

  get status(): number {
    return API_ERRORS[this.code][0];
  }

  /** The body of the reply. */
  toProblem(): Problem {
    const [status, meaning, remedy] = API_ERRORS[this.code];
    return {
      type: `/docs#error-${this.code}`,
      status,
      code: this.code,
      title: `${meaning} ${remedy}`,
      ...(this.detail === undefined ? {} : { detail: this.detail }),
      ...(this.errors === undefined ? {} : { errors: [...this.errors] }),
    };
  }
}
