/** Every code this package puts in brackets after a message, with the exit code that goes with it. */
export const SERVER_ERROR_EXIT_CODES = {
  AMI_NOT_CONFIGURED: 2,
  ARI_NOT_CONFIGURED: 2,
  ARI_REFUSED: 1,
  CALL_UNKNOWN: 1,
  CONFIG_INVALID: 2,
  CONFIG_UNREADABLE: 2,
  ENV_MISSING: 2,
  FILE_EXISTS: 1,
  FILE_UNWRITABLE: 1,
  INPUT_INVALID: 2,
  INTERRUPTED: 1,
  LISTEN_FAILED: 1,
  OUTPUT_STALLED: 1,
  PBX_AMBIGUOUS: 2,
  PBX_MISSING: 2,
  PBX_UNKNOWN: 2,
  PBX_URL_INVALID: 2,
  RECORDING_UNREADABLE: 1,
  STORAGE_INVALID: 1,
  STORAGE_IN_USE: 1,
  STORAGE_NEWER: 1,
  STORAGE_UNUSABLE: 1,
  TOKEN_UNKNOWN: 1,
  USAGE: 2,
} as const;

/** A stable code of this package; each has an entry in docs/reference/errors-server.md. */
export type ServerErrorCode = keyof typeof SERVER_ERROR_EXIT_CODES;

/**
 * What goes wrong in the `cordboard` command itself: what happened, where, and what to do, in the message.
 * Never holds a secret. Errors of AMI and ARI keep the classes and codes of their packages.
 */
export class CordboardError extends Error {
  override readonly name: string = "CordboardError";
  readonly code: ServerErrorCode;

  constructor(code: ServerErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }

  /** 1 for a failure, 2 where the command line or the configuration has to change. */
  get exitCode(): 1 | 2 {
    return SERVER_ERROR_EXIT_CODES[this.code];
  }
}

/** One thing that is wrong in a configuration file. Lines and columns count from 1. */
export interface ConfigProblem {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Path of the key as one writes it, `pbxs[0].ami`; empty for the whole file. */
  readonly key: string;
  readonly message: string;
}

/** A configuration that cannot be used; `problems` has all of them, in the order of the file. */
export class ConfigError extends CordboardError {
  override readonly name: string = "ConfigError";
  readonly problems: readonly ConfigProblem[];

  constructor(code: "CONFIG_INVALID" | "ENV_MISSING", problems: readonly ConfigProblem[]) {
    super(code, problems.map(describeProblem).join("\n"));
    this.problems = problems;
  }
}

function describeProblem(problem: ConfigProblem): string {
  const place = `${problem.file}:${problem.line}:${problem.column}`;
  return problem.key === "" ? `${place}: ${problem.message}` : `${place}: ${problem.key}: ${problem.message}`;
}
