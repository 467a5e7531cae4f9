/** Every code of this package; `docs/reference/errors-asterisk-files.md` has a row for each. */
export const errorCodes = [
  "CONF_BAD_ESCAPE",
  "CONF_BAD_VALUE",
  "CONF_COMMENT_DEPTH",
  "CONF_COMMENT_NOT_ENDED",
  "CONF_COMMENT_NOT_STARTED",
  "CONF_EMPTY_PARENT",
  "CONF_EXEC_REFUSED",
  "CONF_FILTER_UNSUPPORTED",
  "CONF_INCLUDE_DEPTH",
  "CONF_INCLUDE_LOOP",
  "CONF_INCLUDE_MISSING",
  "CONF_LINE_TOO_LONG",
  "CONF_MORE_PROBLEMS",
  "CONF_NOT_FOUND",
  "CONF_NO_ARGUMENT",
  "CONF_NO_BRACKET",
  "CONF_NO_EQUALS",
  "CONF_NO_NAME",
  "CONF_NO_PARENTHESIS",
  "CONF_NO_SECTION",
  "CONF_NUL",
  "CONF_OUTSIDE_ROOT",
  "CONF_TEXT_AFTER_SECTION",
  "CONF_TOO_LARGE",
  "CONF_UNKNOWN_CLASS",
  "CONF_UNKNOWN_DIRECTIVE",
  "CONF_UNKNOWN_PARENT",
  "FILE_UNREADABLE",
  "PHONE_APP_INCOMPLETE",
  "SPOOL_BAD_MESSAGE",
] as const;

/** A code of {@link errorCodes}. */
export type AsteriskFilesErrorCode = (typeof errorCodes)[number];

/** A line of a file, counted from 1. */
export interface Position {
  readonly file: string;
  readonly line: number;
}

/** Something that Asterisk passes over with a warning, or that a person should know. The file was read all the same. */
export interface Problem {
  readonly code: AsteriskFilesErrorCode;
  /** What it is, where, and what to do. Never a value of the file: it may be a secret. */
  readonly message: string;
  readonly at: Position;
}

const brand = Symbol.for("@cordboard/asterisk-files.error");

/**
 * What all errors of this package are. Tell them apart by {@link AsteriskFilesError.code}, which stays stable across
 * releases; `instanceof` works across two installed copies of the package.
 */
export class AsteriskFilesError extends Error {
  /** Stable, machine-readable. */
  readonly code: AsteriskFilesErrorCode;
  /** The file. */
  readonly file: string;
  /** The line, counted from 1; undefined if the error is about the file as a whole. */
  readonly line: number | undefined;

  constructor(
    code: AsteriskFilesErrorCode,
    at: { readonly file: string; readonly line?: number },
    text: string,
    options?: ErrorOptions,
  ) {
    super(`${at.file}${at.line === undefined ? "" : `:${at.line}`}: ${text}`, options);
    this.name = new.target.name;
    this.code = code;
    this.file = at.file;
    this.line = at.line;
    Object.defineProperty(this, brand, { value: true });
  }

  static override [Symbol.hasInstance](value: unknown): boolean {
    if (this !== AsteriskFilesError) return Function.prototype[Symbol.hasInstance].call(this, value);
    return typeof value === "object" && value !== null && brand in value;
  }
}

/** Asterisk would refuse the whole file, or a limit is reached: all `CONF_…` codes that are thrown. */
export class ConfError extends AsteriskFilesError {}

/** A file or folder that is there and cannot be read, most often for want of rights, or is too large: `FILE_UNREADABLE`. */
export class UnreadableFileError extends AsteriskFilesError {}
