import type { Problem } from "./problem.ts";

/** Every code of the client's own; those of a {@link CordboardApiError} are the server's. `docs/reference/errors-sdk.md` has a row for each. */
export const sdkErrorCodes = [
  "SDK_ABORTED",
  "SDK_BAD_OPTION",
  "SDK_BAD_REPLY",
  "SDK_CONNECT_FAILED",
  "SDK_HTTP_ERROR",
  "SDK_LINK_LOST",
  "SDK_TIMED_OUT",
] as const;

export type SdkErrorCode = (typeof sdkErrorCodes)[number];

const brand = Symbol.for("@cordboard/sdk.error");

/**
 * What all errors of the client are. Tell them apart by {@link CordboardError.code}, which stays stable across releases;
 * `instanceof` works across two installed copies of the package. No error carries a token or a ticket.
 */
export class CordboardError extends Error {
  // Written out in each class: a minifier renames classes.
  override name = "CordboardError";
  /** Stable, machine-readable: one of {@link sdkErrorCodes}, or the server's. */
  readonly code: string;

  constructor(code: string, message: string, cause?: unknown) {
    super(message, cause === undefined ? {} : { cause });
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== CordboardError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** The server answered that it will not or cannot. `code` is the problem's, or `SDK_HTTP_ERROR` where the answer is no problem of Cordboard's. */
export class CordboardApiError extends CordboardError {
  override name = "CordboardApiError";
  /** HTTP status. */
  readonly status: number;
  readonly problem: Problem | undefined;
  /** How long the server asks to wait before the next attempt, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    status: number,
    message: string,
    details: { readonly problem?: Problem | undefined; readonly retryAfterMs?: number | undefined } = {},
  ) {
    super(details.problem?.code ?? "SDK_HTTP_ERROR", message);
    this.status = status;
    this.problem = details.problem;
    this.retryAfterMs = details.retryAfterMs;
  }
}

/** No usable answer: `SDK_CONNECT_FAILED`, `SDK_LINK_LOST`, `SDK_TIMED_OUT`, `SDK_BAD_REPLY`. */
export class CordboardConnectionError extends CordboardError {
  override name = "CordboardConnectionError";
  declare readonly code: SdkErrorCode;
}

/** The caller's own AbortSignal fired: `SDK_ABORTED`; its reason is the `cause`. */
export class CordboardAbortError extends CordboardError {
  override name = "CordboardAbortError";
  constructor(what: string, reason: unknown) {
    super("SDK_ABORTED", `${what} was stopped by its caller.`, reason);
  }
}

/** An option is wrong: `SDK_BAD_OPTION`. Nothing was sent. */
export class CordboardOptionError extends CordboardError {
  override name = "CordboardOptionError";
  constructor(message: string) {
    super("SDK_BAD_OPTION", message);
  }
}
