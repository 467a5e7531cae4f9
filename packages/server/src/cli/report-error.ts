import { CommanderError } from "commander";
import { ConfigError, CordboardError } from "../errors.ts";
import { isStorageFailure, storageError } from "../storage/storage-error.ts";
import { safeJson, safeText } from "../terminal/safe-text.ts";
import type { CliIo } from "./cli-io.ts";
import { printLine } from "./cli-io.ts";

/** Codes of the libraries that mean: change the command line or the configuration. */
const USAGE_CODES: ReadonlySet<string> = new Set([
  "AMI_BAD_ACTION",
  "AMI_BAD_OPTION",
  "AMI_INJECTION",
  "ARI_BAD_ARGUMENT",
  "ARI_BAD_OPTION",
]);

/**
 * Says what went wrong: what, where, what to do, and the code in brackets; the stack only with `debug`.
 * Returns the exit code: 1 failure, 2 usage.
 */
export function reportError(
  io: CliIo,
  error: unknown,
  how: { readonly json: boolean; readonly debug: boolean },
): number {
  // commander has written its own message already.
  if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
  if (error instanceof Error && isStorageFailure(error))
    return reportError(io, storageError(error, "The database"), how);
  const code = codeOf(error);
  const message = error instanceof Error ? error.message : String(error);
  if (how.json) {
    const problems = error instanceof ConfigError ? { problems: error.problems } : {};
    printLine(io.stderr, safeJson({ error: { code, message, ...problems } }));
  } else {
    const lines = message.split("\n").map(safeText);
    for (const line of lines.slice(0, -1)) printLine(io.stderr, `cordboard: ${line}`);
    printLine(io.stderr, `cordboard: ${lines.at(-1) ?? ""} [${code}]`);
  }
  if (how.debug && error instanceof Error) {
    printStack(io, error.stack ?? "");
    for (let cause = error.cause; cause instanceof Error; cause = cause.cause) {
      printStack(io, `caused by: ${cause.stack ?? cause.message}`);
    }
  }
  if (error instanceof CordboardError) return error.exitCode;
  return USAGE_CODES.has(code) ? 2 : 1;
}

/** A stack begins with the message, which may hold what somebody else said. */
function printStack(io: CliIo, stack: string): void {
  for (const line of stack.split("\n")) printLine(io.stderr, safeText(line));
}

/** The stable code of an error of ours or of the libraries (or Node's own, `ENOSPC`); `INTERNAL` for what should never get here. */
function codeOf(error: unknown): string {
  const code = (error as { code?: unknown } | null)?.code;
  return typeof code === "string" && /^[A-Z][A-Z0-9_]+$/.test(code) ? code : "INTERNAL";
}
