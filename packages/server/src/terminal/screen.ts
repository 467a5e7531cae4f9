import type { CliOutput } from "../cli/cli-io.ts";

const ENTER = "\u001B[?1049h\u001B[?25l";
const LEAVE = "\u001B[?25h\u001B[?1049l";

/**
 * Draws lines over and over in the same place, on the terminal's second screen, so that nothing that stood there
 * before is lost. Draws at most every `everyMs` milliseconds, and when the window changes its size.
 */
export class Screen implements Disposable {
  readonly #output: CliOutput;
  readonly #draw: (width: number, height: number) => readonly string[];
  readonly #tick: NodeJS.Timeout;
  readonly #redraw = (): void => this.draw();
  #last = "";

  constructor(output: CliOutput, everyMs: number, draw: (width: number, height: number) => readonly string[]) {
    this.#output = output;
    this.#draw = draw;
    output.write(ENTER);
    output.on("resize", this.#redraw);
    this.#tick = setInterval(this.#redraw, everyMs);
    this.draw();
  }

  draw(): void {
    const width = Math.max(20, this.#output.columns ?? 80);
    const height = Math.max(5, this.#output.rows ?? 24);
    const lines = this.#draw(width, height);
    const frame = `\u001B[H${lines.map((line) => `${line}\u001B[K`).join("\r\n")}\u001B[J`;
    if (frame === this.#last) return;
    this.#last = frame;
    this.#output.write(frame);
  }

  /** Gives the terminal back as it was. */
  [Symbol.dispose](): void {
    clearInterval(this.#tick);
    this.#output.off("resize", this.#redraw);
    this.#output.write(LEAVE);
  }
}
