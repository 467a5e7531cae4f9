import type { LiveBoard } from "../live/live-board.ts";
import type { LiveChange } from "../live/live-types.ts";
import { PbxNews } from "../live/pbx-news.ts";
import { wideLines } from "../terminal/columns.ts";
import { clock, liveView, pbxText } from "../terminal/live-view.ts";
import { safeJson, safeText } from "../terminal/safe-text.ts";
import { Screen } from "../terminal/screen.ts";
import { makeStyle, wantsColour } from "../terminal/style.ts";
import type { CliIo } from "./cli-io.ts";
import { columnsOf, printLine } from "./cli-io.ts";

/** What is shown. */
export interface Shown {
  readonly board: LiveBoard;
  /** True when it is a recording. */
  readonly demo: boolean;
}

/** How to show it. */
export interface LiveOutputOptions {
  readonly json: boolean;
  readonly page?: string | undefined;
  /** The API and, in the demo, a token for it: shown in full, for people to copy. */
  readonly api?: { readonly url: string; readonly token?: string | undefined } | undefined;
  readonly hint?: string | undefined;
}

/**
 * Shows a board on stdout: on a terminal as a view that is redrawn in place, else one line per event, and with
 * `json` one object per change.
 */
export class LiveOutput {
  readonly #io: CliIo;
  readonly #shown: Shown;
  readonly #closers: (() => void)[] = [];

  constructor(io: CliIo, shown: Shown, options: LiveOutputOptions) {
    this.#io = io;
    this.#shown = shown;
    if (options.json) this.#showJson(options);
    else if (io.stdout.isTTY === true && io.env["TERM"] !== "dumb") this.#showScreen(options);
    else this.#showLines(options);
  }

  close(): void {
    for (const close of this.#closers.splice(0)) close();
  }

  #showScreen(options: LiveOutputOptions): void {
    const style = makeStyle(wantsColour(true, this.#io.env));
    const screen = new Screen(this.#io.stdout, 250, (width, height) =>
      liveView(this.#shown.board.snapshot(), {
        ...options,
        notes: apiLines(options.api),
        width,
        height,
        style,
        now: Date.now(),
      }),
    );
    this.#closers.push(() => screen[Symbol.dispose]());
  }

  #showLines(options: LiveOutputOptions): void {
    const { stdout } = this.#io;
    const { board } = this.#shown;
    if (this.#shown.demo) printLine(stdout, "RECORDING: these calls were recorded and are played over and over.");
    if (options.page !== undefined) printLine(stdout, `Live page: ${options.page}`);
    for (const line of apiLines(options.api)) printLine(stdout, line);
    if (options.hint !== undefined) printLine(stdout, options.hint);
    const news = new PbxNews();
    // What a user may not ask stays so at every reconnect: once is enough.
    const noted = new Set<string>();
    const show = (change: Partial<LiveChange>): void => {
      if (change.recording !== undefined)
        printLine(stdout, `${clock(Date.now())}  RECORDING  ${safeText(change.recording)}`);
      for (const pbx of news.of(change.pbxs ?? [])) {
        printLine(stdout, `${clock(pbx.since)}  ${pbxText(pbx)}`);
        for (const note of pbx.notes) {
          if (noted.has(note)) continue;
          noted.add(note);
          for (const line of wideLines("", note, columnsOf(stdout))) printLine(stdout, line);
        }
      }
      for (const entry of change.timeline ?? []) {
        const where = board.size > 1 ? `${safeText(board.nameOf(entry.pbx))}  ` : "";
        printLine(stdout, `${clock(entry.at)}  ${where}${safeText(entry.text)}`);
      }
    };
    const { recording, pbxs, timeline } = board.snapshot();
    show({ recording, pbxs, timeline });
    this.#closers.push(board.on(show));
  }

  #showJson(options: LiveOutputOptions): void {
    const { stdout } = this.#io;
    printLine(
      stdout,
      safeJson({
        type: "started",
        demo: this.#shown.demo,
        ...(options.page === undefined ? {} : { page: options.page }),
        ...(options.api === undefined ? {} : { api: options.api }),
      }),
    );
    printLine(stdout, safeJson({ type: "snapshot", ...this.#shown.board.snapshot() }));
    this.#closers.push(this.#shown.board.on((change) => printLine(stdout, safeJson({ type: "change", ...change }))));
  }
}

/** Each line fits into 80 columns, so that it can be copied as a whole. */
function apiLines(api: LiveOutputOptions["api"]): string[] {
  if (api === undefined) return [];
  if (api.token === undefined)
    return [`Try the API: ${new URL("/docs", api.url).href}   Token: cordboard token create`];
  return [`TOKEN=${api.token}`, `curl -H "Authorization: Bearer $TOKEN" ${api.url}/calls`];
}
