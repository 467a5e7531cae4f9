import type { Readable } from "node:stream";

/** Where a command writes. */
export interface CliOutput {
  readonly isTTY?: boolean;
  /** Of the terminal; absent where there is none. */
  readonly columns?: number;
  readonly rows?: number;
  /** Bytes are written as they are. */
  write(data: string | Uint8Array): boolean;
  on(event: "resize", listener: () => void): unknown;
  off(event: "resize", listener: () => void): unknown;
}

/** A command's surroundings. */
export interface CliIo {
  readonly stdout: CliOutput;
  readonly stderr: CliOutput;
  readonly stdin: Readable & { readonly isTTY?: boolean };
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Fires at Ctrl-C or SIGTERM, or when nobody reads our output any more. */
  readonly signal: AbortSignal;
  /** Calls back at SIGHUP, which otherwise ends the program; returns what ends that. */
  onReload(listener: () => void): () => void;
  /** Set by a command that worked but found something wrong; the process then ends with it. */
  exitCode: number;
}

/** Columns to write for: the terminal's, or 80. */
export function columnsOf(output: CliOutput): number {
  return Math.max(20, output.columns ?? 80);
}

export function printLine(output: CliOutput, line: string): void {
  output.write(`${line}\n`);
}
