/** What a {@link LabError} can be about; stable, for programs. docs/reference/errors-lab.md says what to do. */
export const labErrorCodes = [
  "LAB_NOT_ROOT",
  "LAB_NOT_LINUX",
  "LAB_NO_DEBOOTSTRAP",
  "LAB_NO_MIRROR",
  "LAB_NO_MOUNT",
  "LAB_BUILD_FAILED",
  "LAB_START_FAILED",
  "LAB_NAME_TAKEN",
  "LAB_PORT_TAKEN",
  "LAB_PORT_LOST",
  "LAB_NO_INSTANCE",
  "LAB_NO_PHONE",
  "LAB_CONTROL_FAILED",
  "LAB_ACTION_FAILED",
  "LAB_LOAD_FAILED",
  "LAB_TIMED_OUT",
  "LAB_USAGE",
  "SIP_MALFORMED",
  "SIP_NO_ANSWER",
  "SIP_REFUSED",
  "SIP_WRONG_STATE",
] as const;

/** One of them. */
export type LabErrorCode = (typeof labErrorCodes)[number];

/** Base of every error the lab throws; `code` tells which one, the message what to do. */
export class LabError extends Error {
  override readonly name: string = "LabError";
  readonly code: LabErrorCode;

  constructor(code: LabErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** The machine lacks something the lab needs, or a change root could not be built. */
export class LabSetupError extends LabError {
  override readonly name = "LabSetupError";
}

/** An Asterisk of the lab could not be started, found or talked to. */
export class LabInstanceError extends LabError {
  override readonly name = "LabInstanceError";
}

/** A condition did not come true in time. */
export class LabTimeoutError extends LabError {
  override readonly name = "LabTimeoutError";

  constructor(message: string, options?: ErrorOptions) {
    super("LAB_TIMED_OUT", message, options);
  }
}

/** The command line makes no sense. */
export class LabUsageError extends LabError {
  override readonly name = "LabUsageError";

  constructor(message: string) {
    super("LAB_USAGE", message);
  }
}

/** A phone got what it cannot read, no answer, a refusal, or was asked for what its call does not allow now. */
export class LabPhoneError extends LabError {
  override readonly name = "LabPhoneError";
}

/** The error for a failed start or build, from what the programs said last. */
export function failure(code: "LAB_BUILD_FAILED" | "LAB_START_FAILED", what: string, lastWords: string): LabError {
  if (/unshare failed|mount: .*permission denied/iu.test(lastWords)) {
    return new LabSetupError(
      "LAB_NO_MOUNT",
      "The lab may not mount here, though it is root: in a container it needs the capability SYS_ADMIN (`docker run --privileged`).",
    );
  }
  const message = `${what}${lastWords.trim() === "" ? ", and left no word." : `; the last lines were:\n${lastWords}`}`;
  return code === "LAB_BUILD_FAILED" ? new LabSetupError(code, message) : new LabInstanceError(code, message);
}
