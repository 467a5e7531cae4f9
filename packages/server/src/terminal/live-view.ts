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
};

const COLUMNS = [
  { title: "State", shrink: 2, min: 10 },
  { title: "Number", shrink: 3, min: 6 },
  { title: "Name", shrink: 4, min: 6 },
  { title: "Channel", shrink: 5, min: 8 },
  { title: "Bridge", shrink: 6, min: 6 },
  { title: "Age", align: "right" },
] as const;

/** The lines of the terminal's live view: PBXs, calls with their channels and bridges, then what happened last. */
export function liveView(snapshot: LiveSnapshot, options: ViewOptions): string[] {
  const { width, height, style } = options;
  const top = [...header(snapshot, options), ""];
  const calls = callLines(snapshot, options);
  const bottom = options.hint === undefined ? [] : [style.dim(truncate(safeText(options.hint), width))];
  // Calls come first; the timeline gets what is left, but never less than a third.
  const room = Math.max(3, height - 1 - top.length - bottom.length);
  const forCalls = Math.min(calls.length, Math.max(room - 4 - snapshot.timeline.length, Math.ceil((room * 2) / 3)));
  const shownCalls = clip(calls, forCalls, width, style);
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
  const { width, style, page } = options;
  const lines: string[] = [];
  if (snapshot.recording !== undefined) {
    const label = truncate(safeText(snapshot.recording), width - 11);
    lines.push(`${style.bold(style.yellow("RECORDING"))}  ${label}`);
  }
  lines.push(...pbxLines(snapshot.pbxs, options));
  if (page !== undefined) lines.push(style.dim(truncate(`Live page: ${page}`, width)));
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

function callLines(snapshot: LiveSnapshot, { width, style, now }: ViewOptions): string[] {
  const { calls } = snapshot;
  const channels = calls.reduce((sum, call) => sum + call.parties.length, 0);
  const bridges = new Set(calls.flatMap((call) => call.parties.map((party) => party.bridge ?? ""))).size;
  const inNone = calls.some((call) => call.parties.some((party) => party.bridge === undefined));
  const counts = [count(calls.length, "call"), count(channels, "channel"), count(bridges - Number(inNone), "bridge")];
  const title = style.bold(truncate(counts.join(", "), width));
  if (calls.length === 0)
    return [title, style.dim(truncate("No call right now. A call appears here the moment a phone rings.", width))];
  const rows = calls.flatMap((call) =>
    call.parties.map((party) => [
      `  ${lostSince(snapshot, call) === undefined ? SHAPES[party.state] : "?"} ${party.stateText}`,
      party.number,
      party.name,
      party.channel,
      party.bridge?.slice(0, 8) ?? "",
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
  return lines;
}

function callHeading(call: LiveCall, snapshot: LiveSnapshot, width: number, style: Style, now: number): string {
  const where = snapshot.pbxs.length > 1 ? `${nameOf(snapshot, call.pbx)}  ` : "";
  const lost = lostSince(snapshot, call);
  const time = age(call.since, lost ?? now);
  const text = safeText(`${lost === undefined ? "" : `✕ last seen ${clock(lost)}: `}${where}${call.title}`);
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

function clip(lines: readonly string[], most: number, width: number, style: Style): readonly string[] {
  if (lines.length <= most) return lines;
  const kept = lines.slice(0, Math.max(1, most - 1));
  return [...kept, style.dim(truncate(`… ${lines.length - kept.length} more lines; make the window higher`, width))];
}

function count(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
