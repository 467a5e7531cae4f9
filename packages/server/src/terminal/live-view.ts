import { count } from "../live/words.ts";
import type { LiveCall, LivePbx, LiveSnapshot, PartyState } from "../live/live-types.ts";
import { cellWidth, fit, truncate } from "./cell-width.ts";
import { safeText } from "./safe-text.ts";
import type { Style } from "./style.ts";
import { textTable } from "./text-table.ts";
import { wrapText } from "./wrap-text.ts";

/** Size and looks of a drawing. */
export interface ViewOptions {
  readonly width: number;
  readonly height: number;
  readonly style: Style;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** Address of the live page, if there is one. */
  readonly page?: string | undefined;
  /** Lines beneath the address of the page. */
  readonly notes?: readonly string[] | undefined;
  /** One line at the bottom. */
  readonly hint?: string | undefined;
}

const SHAPES: Readonly<Record<PartyState, string>> = {
  calling: "◌",
  ringing: "◔",
  talking: "●",
  held: "‖",
  waiting: "⋯",
  parked: "◧",
  conference: "◉",
  connected: "○",
  failed: "×",
};

const COLUMNS = [
  { title: "State", shrink: 2, min: 10 },
  { title: "Number", shrink: 3, min: 6 },
  { title: "Name", shrink: 4, min: 6 },
  { title: "Device", shrink: 5, min: 8 },
  { title: "Age", align: "right" },
] as const;

/** The lines of the terminal's live view: PBXs, calls with their parties, then what happened last. */
export function liveView(snapshot: LiveSnapshot, options: ViewOptions): string[] {
  const { width, height, style } = options;
  const top = [...header(snapshot, options), ""];
  const bottom = options.hint === undefined ? [] : [style.dim(truncate(safeText(options.hint), width))];
  // Calls come first; the timeline gets what is left, but never less than a third.
  const room = Math.max(3, height - 1 - top.length - bottom.length);
  const most = Math.max(room - 4 - snapshot.timeline.length, Math.ceil((room * 2) / 3));
  const { lines: calls, more } = callLines(snapshot, options, most);
  const shownCalls = clip(calls, most, width, style, more);
  const left = room - shownCalls.length - 2;
  const entries = left > 0 ? snapshot.timeline.slice(-left) : [];
  const many = snapshot.pbxs.length > 1;
  const timeline = entries.map((entry) =>
    truncate(
      `${clock(entry.at)}  ${many ? `${safeText(nameOf(snapshot, entry.pbx))}  ` : ""}${safeText(entry.text)}`,
      width,
    ),
  );
  const lines = [...top, ...shownCalls];
  if (timeline.length > 0) lines.push("", style.bold("What happened"), ...timeline);
  while (lines.length + bottom.length < height - 1) lines.push("");
  return [...lines, ...bottom].slice(0, Math.max(1, height - 1));
}

/** `14:03:12`, in the local time zone. */
export function clock(at: number): string {
  return new Date(at).toLocaleTimeString("en-GB");
}

/** `0:07`, `12:41`, `1:02:03`. */
function age(since: number | undefined, now: number): string {
  if (since === undefined) return "";
  const seconds = Math.max(0, Math.floor((now - since) / 1000));
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const tail = String(seconds % 60).padStart(2, "0");
  return hours > 0 ? `${hours}:${String(minutes).padStart(2, "0")}:${tail}` : `${minutes}:${tail}`;
}

/** One line on a PBX: `hq  connected, Asterisk 22.10.1`. */
export function pbxText(pbx: LivePbx): string {
  const version = pbx.asterisk === "" ? "" : `, Asterisk ${pbx.asterisk.split(/[~+-]/)[0] ?? ""}`;
  const detail = pbx.detail === "" ? "" : `: ${pbx.detail}`;
  const words = {
    connecting: "connecting …",
    up: `connected${version}${detail}`,
    down: `not reachable since ${clock(pbx.since)}, trying again${detail}`,
    refused: `login refused${detail}`,
  };
  return safeText(`${pbx.name}  ${words[pbx.state]}`);
}

function header(snapshot: LiveSnapshot, options: ViewOptions): string[] {
  const { width, style, page, notes = [] } = options;
  const lines: string[] = [];
  if (snapshot.recording !== undefined) {
    const label = truncate(safeText(snapshot.recording), width - 11);
    lines.push(`${style.bold(style.yellow("RECORDING"))}  ${label}`);
  }
  lines.push(...pbxLines(snapshot.pbxs, options));
  if (page !== undefined) lines.push(style.dim(truncate(`Live page: ${page}`, width)));
  for (const note of notes) lines.push(style.dim(truncate(safeText(note), width)));
  return lines;
}

/** Everything about the PBXs where that takes no more than a third of the window; else the troubled ones, and the names of the others. */
function pbxLines(pbxs: readonly LivePbx[], { width, height, style }: ViewOptions): readonly string[] {
  const room = Math.max(2, Math.floor(height / 3));
  const whole = (pbx: LivePbx): string[] => {
    const [first = "", ...rest] = wrapText(pbxText(pbx), width - 2);
    return [`${mark(pbx, style)} ${first}`, ...rest.map((line) => `  ${line}`)];
  };
  const notes = [...new Set(pbxs.flatMap((pbx) => pbx.notes))];
  const all = [
    ...pbxs.flatMap(whole),
    ...notes.flatMap((note) => wrapText(safeText(note), width - 2).map((line) => style.dim(`  ${line}`))),
  ];
  if (all.length <= room) return all;
  const troubled = pbxs.filter((pbx) => pbx.state !== "up" || pbx.detail !== "");
  const quiet = pbxs.filter((pbx) => !troubled.includes(pbx)).map((pbx) => safeText(pbx.name));
  const [names, ...more] = quiet.length === 0 ? [] : wrapText(quiet.join(", "), width - 2);
  const together = names === undefined ? [] : [`${style.green("●")} ${names}`, ...more.map((line) => `  ${line}`)];
  const wrapped = [...troubled.flatMap(whole), ...together];
  if (wrapped.length <= room) return wrapped;
  const cut = troubled.map((pbx) => `${mark(pbx, style)} ${truncate(pbxText(pbx), width - 2)}`);
  return clip([...cut, ...together], room, width, style);
}

function mark(pbx: LivePbx, style: Style): string {
  if (pbx.state === "up") return style.green("●");
  return pbx.state === "connecting" ? style.yellow("✕") : style.red("✕");
}

/** The lines of as many calls as may be seen in `most` lines; `more` is how many lines the others would take. */
function callLines(
  snapshot: LiveSnapshot,
  { width, style, now }: ViewOptions,
  most: number,
): { readonly lines: readonly string[]; readonly more: number } {
  const parties = snapshot.calls.reduce((sum, call) => sum + call.parties.length, 0);
  const counts = `${count(snapshot.calls.length, "call")}, ${parties} ${parties === 1 ? "party" : "parties"}`;
  const title = style.bold(truncate(counts, width));
  if (snapshot.calls.length === 0) {
    const empty = truncate("No call right now. A call appears here the moment a phone rings.", width);
    return { lines: [title, style.dim(empty)], more: 0 };
  }
  // Of thousands of calls only those that have room are looked at: each takes two lines at least.
  const calls = snapshot.calls.slice(0, Math.ceil(most / 2));
  const rows = calls.flatMap((call) =>
    call.parties.map((party) => [
      `  ${lostSince(snapshot, call) === undefined ? SHAPES[party.state] : "?"} ${party.stateText}`,
      party.number,
      party.name,
      party.device,
      age(party.since, lostSince(snapshot, call) ?? now),
    ]),
  );
  const [titles = "", ...cells] = textTable(COLUMNS, rows, width);
  const lines = [title, style.dim(titles)];
  let row = 0;
  for (const call of calls) {
    lines.push(callHeading(call, snapshot, width, style, now));
    for (const party of call.parties) {
      const cell = cells[row++] ?? "";
      if (lostSince(snapshot, call) !== undefined) lines.push(style.dim(cell));
      else
        lines.push(party.state === "ringing" ? style.yellow(cell) : party.state === "held" ? style.cyan(cell) : cell);
    }
  }
  const all = snapshot.calls.length + parties + 2;
  return { lines, more: all - lines.length };
}

function callHeading(call: LiveCall, snapshot: LiveSnapshot, width: number, style: Style, now: number): string {
  const where = snapshot.pbxs.length > 1 ? `${nameOf(snapshot, call.pbx)}  ` : "";
  const lost = lostSince(snapshot, call);
  const time = age(call.since, lost ?? now);
  const note = call.note === undefined ? "" : `  (${call.note})`;
  const text = safeText(`${lost === undefined ? "" : `✕ last seen ${clock(lost)}: `}${where}${call.title}${note}`);
  return (lost === undefined ? style.bold : style.dim)(
    `${fit(text, Math.max(1, width - cellWidth(time) - 2))}  ${time}`,
  );
}

/** Since when the call's PBX is out of sight, so that the call may have changed or ended. */
function lostSince(snapshot: LiveSnapshot, call: LiveCall): number | undefined {
  const pbx = snapshot.pbxs.find((each) => each.id === call.pbx);
  return pbx === undefined || pbx.state === "up" ? undefined : pbx.since;
}

function nameOf(snapshot: LiveSnapshot, id: string): string {
  return snapshot.pbxs.find((pbx) => pbx.id === id)?.name ?? id;
}

function clip(lines: readonly string[], most: number, width: number, style: Style, more = 0): readonly string[] {
  if (lines.length + more <= most) return lines;
  const kept = lines.slice(0, Math.max(1, most - 1));
  const rest = lines.length + more - kept.length;
  return [...kept, style.dim(truncate(`… ${rest} more lines; make the window higher`, width))];
}
