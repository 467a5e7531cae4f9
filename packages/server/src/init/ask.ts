import { createInterface } from "node:readline/promises";
import type { Readable, Writable } from "node:stream";
import { CordboardError } from "../errors.ts";

/** Asks somebody, or takes the defaults where nobody is there to be asked. */
export interface Asker extends Disposable {
  /** The answer, or the default for an empty one; asks again while `check` finds something wrong. */
  text(question: string, fallback: string, check?: (answer: string) => string | undefined): Promise<string>;
  yes(question: string, fallback: boolean): Promise<boolean>;
}

/**
 * Asks in a terminal. Ctrl-C, the end of the input, or the signal reject what is being asked.
 * @throws CordboardError `INTERRUPTED`
 */
export function terminalAsker(input: Readable, output: Writable, signal: AbortSignal): Asker {
  const lines = createInterface({ input, output });
  // While it reads a line, the terminal hands Ctrl-C to readline instead of making it a signal.
  const stop = new AbortController();
  lines.on("SIGINT", () => stop.abort());
  lines.on("close", () => stop.abort());
  const stopped = AbortSignal.any([signal, stop.signal]);
  const text: Asker["text"] = async (question, fallback, check) => {
    for (;;) {
      const shown = fallback.trim() === "" ? `${question}: ` : `${question} [${fallback}]: `;
      const typed = await lines.question(shown, { signal: stopped }).catch((cause: unknown) => {
        output.write("\n");
        throw new CordboardError("INTERRUPTED", "Interrupted before all was answered.", { cause });
      });
      const answer = typed.trim() || fallback;
      const wrong = check?.(answer);
      if (wrong === undefined) return answer;
      output.write(`  ${wrong}\n`);
    }
  };
  return {
    text,
    async yes(question, fallback) {
      const answer = await text(`${question} (y/n)`, fallback ? "y" : "n");
      return /^y/i.test(answer);
    },
    [Symbol.dispose]: () => lines.close(),
  };
}

/** Takes every default; for scripts. */
export function silentAsker(): Asker {
  return {
    text: async (_, fallback) => fallback,
    yes: async (_, fallback) => fallback,
    [Symbol.dispose]: () => {},
  };
}
