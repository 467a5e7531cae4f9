import type { Position, Problem } from "./errors.ts";

/** A value of a section, its own or inherited. */
export interface ConfValue {
  /** As written; Asterisk compares names without regard to case. */
  readonly name: string;
  readonly value: string;
  /** The line to change; for an inherited value a line of the parent. */
  readonly at: Position;
  /** `=>` was written instead of `=`. Asterisk itself makes no difference in reading. */
  readonly object: boolean;
  /** Name of the section it was inherited from. */
  readonly inheritedFrom: string | undefined;
}

/** A section with all its values: inherited ones first, as Asterisk orders them. */
export interface ConfSection {
  readonly name: string;
  /** Marked with `(!)`: only there to be inherited from. */
  readonly template: boolean;
  /** The line of its header. */
  readonly at: Position;
  /** Names of the sections that it inherits from, in order. */
  readonly parents: readonly string[];
  /** In order, repeated names kept. */
  readonly values: readonly ConfValue[];
  /** The last value of that name, which is the one that counts for an option that takes one value. */
  last(name: string): ConfValue | undefined;
  /** All values of that name, in order. */
  all(name: string): ConfValue[];
}

/** A configuration as Asterisk sees it: includes followed, templates resolved. */
export interface ConfTree {
  /** The file that was asked for. */
  readonly file: string;
  /** All files that were read, in the order of reading, each once. */
  readonly files: readonly string[];
  /** In order, templates among them; two sections may have one name. */
  readonly sections: readonly ConfSection[];
  /** What Asterisk would warn of, over all files. */
  readonly problems: readonly Problem[];
  /** The first section of that name that is no template. */
  section(name: string): ConfSection | undefined;
}

/** True if Asterisk takes both for one name. */
export function sameName(a: string, b: string): boolean {
  return a === b || a.toLowerCase() === b.toLowerCase();
}
