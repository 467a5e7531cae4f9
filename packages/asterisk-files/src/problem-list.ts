import type { AsteriskFilesErrorCode, Position, Problem } from "./errors.ts";

/** More are counted and not kept: a file of another kind would fill the memory with them. */
const MAX_PROBLEMS = 1000;

/** Collects problems, a bounded number of them. */
export class ProblemList {
  readonly #problems: Problem[] = [];

  /** Adds a problem; `text` says what it is and what to do, the place is put before it. */
  add(code: AsteriskFilesErrorCode, at: Position, text: string): void {
    this.#push({ code, at, message: `${at.file}:${at.line}: ${text}` });
  }

  /** Adds problems that another list collected. */
  addAll(problems: readonly Problem[]): void {
    for (const problem of problems) this.#push(problem);
  }

  /** What was collected, in the order of the files. */
  get all(): readonly Problem[] {
    return this.#problems;
  }

  #push(problem: Problem): void {
    if (this.#problems.length > MAX_PROBLEMS) return;
    if (this.#problems.length < MAX_PROBLEMS) {
      this.#problems.push(problem);
      return;
    }
    const { at } = problem;
    const message = `${at.file}:${at.line}: more problems follow that are not listed; see to the first ones`;
    this.#problems.push({ code: "CONF_MORE_PROBLEMS", at, message });
  }
}
