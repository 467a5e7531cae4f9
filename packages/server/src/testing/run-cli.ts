import { spawn } from "node:child_process";
import type { ChildProcessByStdio } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

const BIN = fileURLToPath(new URL("../../bin/cordboard.js", import.meta.url));

/** What a command left behind. */
export interface CliResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Surroundings of a command under test. */
export interface CliSurroundings {
  readonly cwd?: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** A running `cordboard`, the real program in a process of its own. */
export class RunningCli implements AsyncDisposable {
  readonly child: ChildProcessByStdio<Writable, Readable, Readable>;
  readonly #ended: Promise<unknown[]>;
  /** What it stores is its own, and goes with it. */
  readonly #state = mkdtempSync(join(tmpdir(), "cordboard-state-"));
  stdout = "";
  stderr = "";

  constructor(args: readonly string[], { cwd = "/", env = {}, input }: CliSurroundings = {}) {
    this.child = spawn(process.execPath, [BIN, ...args], {
      cwd,
      env: { PATH: process.env["PATH"], HOME: "/nonexistent", XDG_STATE_HOME: this.#state, TZ: "UTC", ...env },
      stdio: ["pipe", "pipe", "pipe"],
    });
    this.child.stdout.setEncoding("utf8").on("data", (text: string) => (this.stdout += text));
    this.child.stderr.setEncoding("utf8").on("data", (text: string) => (this.stderr += text));
    this.#ended = once(this.child, "close").finally(() => rmSync(this.#state, { recursive: true, force: true }));
    this.child.stdin.on("error", () => {});
    if (input !== undefined) this.child.stdin.end(input);
  }

  /** Resolves with the match once stdout has it; rejects with all there is when the command ends first. */
  async waitFor(pattern: RegExp): Promise<RegExpExecArray> {
    for (;;) {
      const match = pattern.exec(this.stdout);
      if (match !== null) return match;
      const more = await Promise.race([once(this.child.stdout, "data"), this.#ended.then(() => undefined)]);
      const last = pattern.exec(this.stdout);
      if (more === undefined && last === null) {
        throw new Error(`ended with ${this.child.exitCode} before ${String(pattern)}:\n${this.stdout}\n${this.stderr}`);
      }
    }
  }

  /** Waits for the end. */
  async end(): Promise<CliResult> {
    await this.#ended;
    return { code: this.child.exitCode, stdout: this.stdout, stderr: this.stderr };
  }

  /** Asks it to end, as Ctrl-C does, and waits. */
  async interrupt(signal: "SIGINT" | "SIGTERM" = "SIGINT"): Promise<CliResult> {
    this.child.kill(signal);
    return this.end();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null) this.child.kill("SIGKILL");
    await this.#ended;
  }
}

/** Runs a command to its end. */
export async function runCli(args: readonly string[], surroundings: CliSurroundings = {}): Promise<CliResult> {
  return new RunningCli(args, { input: "", ...surroundings }).end();
}
