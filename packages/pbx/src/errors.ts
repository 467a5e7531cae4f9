/** Every code a {@link PbxError} can carry; `docs/reference/errors-pbx.md` has a row for each. */
export type PbxErrorCode = (typeof pbxErrorCodes)[number];

/** All error codes of this package, in the order of the reference page. */
export const pbxErrorCodes = [
  "PBX_CAPTURE_FORMAT",
  "PBX_CAPTURE_VERSION",
  "PBX_CAPTURE_WRITE",
  "PBX_CONSUMER_OPTION",
  "PBX_CONSUMER_TOO_SLOW",
  "PBX_LINK_CLOSED",
  "PBX_LINK_STARTED",
  "PBX_PRESENCE_DENIED",
  "PBX_PRESENCE_FAILED",
  "PBX_PRESENCE_VALUE",
  "PBX_PRESENCE_WHO",
  "PBX_REPLAY_EMPTY",
  "PBX_REPLAY_LISTEN",
  "PBX_REPLAY_OPTION",
] as const;

const brand = Symbol.for("@cordboard/pbx.error");

/**
 * What all errors of this package are. Tell them apart by {@link PbxError.code}, which stays stable across
 * releases; `instanceof` works across two installed copies of the package.
 */
export class PbxError extends Error {
  /** Stable, machine-readable. */
  readonly code: PbxErrorCode;

  constructor(code: PbxErrorCode, message: string, options: { cause?: unknown } = {}) {
    super(message, "cause" in options ? { cause: options.cause } : {});
    this.name = new.target.name;
    this.code = code;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== PbxError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** A capture cannot be read or written: `PBX_CAPTURE_FORMAT`, `PBX_CAPTURE_VERSION`, `PBX_CAPTURE_WRITE`. */
export class PbxCaptureError extends PbxError {}

/** A consumer of changes: `PBX_CONSUMER_OPTION`, `PBX_CONSUMER_TOO_SLOW`. */
export class PbxConsumerError extends PbxError {}

/** The link is not in a state for this: `PBX_LINK_CLOSED`, `PBX_LINK_STARTED`. */
export class PbxLinkError extends PbxError {}

/** A presence was not written: `PBX_PRESENCE_DENIED`, `PBX_PRESENCE_FAILED`, `PBX_PRESENCE_VALUE`, `PBX_PRESENCE_WHO`. */
export class PbxPresenceError extends PbxError {}

/** A replay cannot begin: `PBX_REPLAY_EMPTY`, `PBX_REPLAY_LISTEN`, `PBX_REPLAY_OPTION`. */
export class PbxReplayError extends PbxError {}
