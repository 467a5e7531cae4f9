/** Every code an {@link AriError} can carry; `docs/reference/errors-ari.md` has a row for each. */
export const ariErrorCodes = [
  "ARI_ABORTED",
  "ARI_ALLOCATION_FAILED",
  "ARI_AUTH_FAILED",
  "ARI_BAD_ARGUMENT",
  "ARI_BAD_OPTION",
  "ARI_BAD_REQUEST",
  "ARI_BAD_RESPONSE",
  "ARI_BODY_TOO_LARGE",
  "ARI_CLOSED",
  "ARI_CONFLICT",
  "ARI_CONNECT_FAILED",
  "ARI_CONNECT_TIMEOUT",
  "ARI_FORBIDDEN",
  "ARI_HTTP_ERROR",
  "ARI_INVALID_STATE",
  "ARI_LINK_LOST",
  "ARI_METHOD_NOT_ALLOWED",
  "ARI_NOT_BOOTED",
  "ARI_NOT_FOUND",
  "ARI_NOT_IMPLEMENTED",
  "ARI_PEER_DEAD",
  "ARI_PLAYBACK_FAILED",
  "ARI_PROTOCOL",
  "ARI_QUEUE_FULL",
  "ARI_RECORDING_FAILED",
  "ARI_RESOURCE_GONE",
  "ARI_SERVER_ERROR",
  "ARI_TIMEOUT",
  "ARI_UNPROCESSABLE",
  "ARI_UNSUPPORTED",
  "ARI_WEBSOCKET_REFUSED",
] as const;

export type AriErrorCode = (typeof ariErrorCodes)[number];

const brand = Symbol.for("@cordboard/ari.error");

/** What surrounds an error: the operation it belongs to, the HTTP status and the server's own words where there are any. */
export interface AriErrorDetails {
  readonly cause?: unknown;
  /** True if the same call may succeed later without any change by a person. Default false. */
  readonly retryable?: boolean;
  /** `channels.play`, or `POST /channels/…` for a raw request. */
  readonly operation?: string;
  /** HTTP status, if the server answered. */
  readonly status?: number;
  /** `message` or `error` of the server's JSON body. */
  readonly serverMessage?: string;
}

/**
 * What all errors of this package are. Tell them apart by {@link AriError.code}, which stays stable across
 * releases; `instanceof` works across two installed copies of the package. No message carries a password.
 */
export class AriError extends Error {
  /** Stable, machine-readable. */
  readonly code: AriErrorCode;
  readonly retryable: boolean;
  readonly operation?: string;
  readonly status?: number;
  readonly serverMessage?: string;

  constructor(code: AriErrorCode, message: string, details: AriErrorDetails = {}) {
    super(message, "cause" in details ? { cause: details.cause } : {});
    this.name = new.target.name;
    this.code = code;
    this.retryable = details.retryable ?? false;
    if (details.operation !== undefined) this.operation = details.operation;
    if (details.status !== undefined) this.status = details.status;
    if (details.serverMessage !== undefined) this.serverMessage = details.serverMessage;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== AriError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** An option or an address is wrong (`ARI_BAD_OPTION`), or an argument of a call (`ARI_BAD_ARGUMENT`, `ARI_BODY_TOO_LARGE`). Nothing was sent. */
export class AriArgumentError extends AriError {}

/** The server answered with an error status; {@link AriError.status} and {@link AriError.serverMessage} say which. */
export class AriResponseError extends AriError {}

/** The server could not be reached, or went away: `ARI_CONNECT_FAILED`, `ARI_CONNECT_TIMEOUT`, `ARI_LINK_LOST`, `ARI_PEER_DEAD`, `ARI_WEBSOCKET_REFUSED`. */
export class AriConnectionError extends AriError {}

/** No answer in time: `ARI_TIMEOUT`. Whether Asterisk did it is unknown. */
export class AriTimeoutError extends AriError {}

/** The caller's own AbortSignal fired: `ARI_ABORTED`; its reason is the `cause`. */
export class AriAbortError extends AriError {}

/** `close()` was called, or the user was refused for good: `ARI_CLOSED`. */
export class AriClosedError extends AriError {}

/** The other side broke the protocol: `ARI_PROTOCOL` (WebSocket framing), `ARI_BAD_RESPONSE` (a body that is not what it says). */
export class AriProtocolError extends AriError {}

/** A bounded queue is full: `ARI_QUEUE_FULL`. */
export class AriOverflowError extends AriError {}

/** The channel, bridge, playback or recording ended first: `ARI_RESOURCE_GONE`, `ARI_PLAYBACK_FAILED`, `ARI_RECORDING_FAILED`. */
export class AriResourceError extends AriError {}
