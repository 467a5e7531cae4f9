import { actionWriteClasses, type AmiClass } from "./generated/privileges.ts";
import type { AmiMessage } from "./message.ts";

/** Every code an {@link AmiError} can carry; `docs/reference/errors-ami.md` tells cause and remedy of each. */
export const amiErrorCodes = [
  "AMI_ABORTED",
  "AMI_ACTION_FAILED",
  "AMI_AUTH_FAILED",
  "AMI_BAD_ACTION",
  "AMI_BAD_GREETING",
  "AMI_BAD_OPTION",
  "AMI_CLOSED",
  "AMI_CONNECT_FAILED",
  "AMI_CONNECT_TIMEOUT",
  "AMI_INJECTION",
  "AMI_LINE_TOO_LONG",
  "AMI_LINK_LOST",
  "AMI_LOGIN_REFUSED",
  "AMI_MESSAGE_TOO_LONG",
  "AMI_NOT_CONNECTED",
  "AMI_PEER_DEAD",
  "AMI_QUEUE_FULL",
  "AMI_TIMEOUT",
  "AMI_TOO_MANY_HEADERS",
] as const;

export type AmiErrorCode = (typeof amiErrorCodes)[number];

const brand = Symbol.for("@cordboard/ami.error");

/**
 * What all errors of this package are. Tell them apart by {@link AmiError.code}, which stays stable across
 * releases; `instanceof` works across two installed copies of the package.
 */
export class AmiError extends Error {
  /** Stable, machine-readable. */
  readonly code: AmiErrorCode;
  /** True if the same call may succeed later without any change by a person. */
  readonly retryable: boolean;

  constructor(code: AmiErrorCode, message: string, options: { cause?: unknown; retryable?: boolean } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.name = new.target.name;
    this.code = code;
    this.retryable = options.retryable ?? false;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== AmiError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** The other side broke the protocol or a limit: `AMI_LINE_TOO_LONG`, `AMI_TOO_MANY_HEADERS`, `AMI_MESSAGE_TOO_LONG`, `AMI_BAD_GREETING`. */
export class AmiProtocolError extends AmiError {}

/** A key or a value holds CR, LF or NUL, or a key cannot be a header name: `AMI_INJECTION`, `AMI_BAD_ACTION`. Nothing was sent. */
export class AmiInjectionError extends AmiError {}

/** An option or an `ami://` address is wrong: `AMI_BAD_OPTION`. */
export class AmiOptionError extends AmiError {}

/** Asterisk refused the login: `AMI_AUTH_FAILED` (wrong user or secret, never retried) or `AMI_LOGIN_REFUSED` (retried). */
export class AmiAuthError extends AmiError {}

/** No connection could be made in time: `AMI_CONNECT_FAILED`, `AMI_CONNECT_TIMEOUT`. Retried by the client itself. */
export class AmiConnectError extends AmiError {}

/** The action got no reply in its time: `AMI_TIMEOUT`. Whether Asterisk did it is unknown. */
export class AmiTimeoutError extends AmiError {}

/** The link went away, or was not there: `AMI_LINK_LOST`, `AMI_PEER_DEAD`, `AMI_NOT_CONNECTED`. */
export class AmiLinkLostError extends AmiError {}

/** The caller's own AbortSignal fired: `AMI_ABORTED`; its reason is the `cause`. */
export class AmiAbortError extends AmiError {}

/** `close()` was called, or the login was refused for good: `AMI_CLOSED`. */
export class AmiClosedError extends AmiError {}

/** A bounded queue is full: `AMI_QUEUE_FULL`. */
export class AmiOverflowError extends AmiError {}

/** Asterisk answered `Response: Error`: `AMI_ACTION_FAILED`. */
export class AmiActionError extends AmiError {
  readonly action: string;
  readonly response: AmiMessage;
  /** Where permission was denied: the write classes of which the user needs one. Empty otherwise, and for unknown actions. */
  readonly missingClasses: readonly AmiClass[];

  constructor(action: string, response: AmiMessage) {
    const reason = response.get("Message") ?? "no reason given";
    const printed = reason.startsWith("Command output follows") ? response.output[0] : undefined;
    const missing = /^permission denied/i.test(reason) ? writeClassesOf(action) : [];
    const cure =
      missing.length === 0 ? "" : `; add ${missing.join(" or ")} to write= of this user in manager.conf and reload`;
    super("AMI_ACTION_FAILED", `Asterisk refused ${action}: ${printed ?? reason}${cure}`);
    this.missingClasses = missing;
    this.action = action;
    this.response = response;
  }
}

/** Asterisk takes an action's name in any case. */
function writeClassesOf(action: string): readonly AmiClass[] {
  const wanted = action.toLowerCase();
  return Object.entries(actionWriteClasses).find(([name]) => name.toLowerCase() === wanted)?.[1] ?? [];
}
