/** `skip`: could not be looked at, and the message says why. */
export type FindingResult = "ok" | "warn" | "fail" | "skip";

/** Where to change what. */
export interface Remedy {
  /** `manager.conf`, or the whole name where it is known. */
  readonly file: string;
  /** Counts from 1; absent where the files of the PBX cannot be read from here. */
  readonly line?: number | undefined;
  /** `[cordboard]` */
  readonly section?: string | undefined;
  /** Whether there is such a line to change or one to add below `line`; absent where that is not known. */
  readonly how?: "change" | "add" | undefined;
  /** The line as it should be: `read = system,call`. */
  readonly change: string;
  /** What to run afterwards: `asterisk -rx 'manager reload'`. */
  readonly afterwards?: string | undefined;
}

/** One thing that was looked at. */
export interface Finding {
  readonly pbx: string;
  /** Stable, for scripts: `ami.login`. */
  readonly check: string;
  readonly result: FindingResult;
  /** What is, for people. */
  readonly message: string;
  /** What to do about it, if that is no line in a file. */
  readonly advice?: string | undefined;
  readonly remedies?: readonly Remedy[] | undefined;
}
