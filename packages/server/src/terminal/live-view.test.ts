import { EventEmitter } from "node:events";
import { describe, expect, it } from "vitest";
import type { LiveCall, LiveEntry, LiveSnapshot } from "../live/live-types.ts";
import { cellWidth } from "./cell-width.ts";
import { Columns } from "./columns.ts";
import { liveView } from "./live-view.ts";
import { Screen } from "./screen.ts";
import { makeStyle } from "./style.ts";

const NOW = 1_000_000;

function call(number: number, name = "Kai"): LiveCall {
  const id = `c${number}`;
  const party = {
    device: `PJSIP/100${number}`,
    state: "talking",
    stateText: "talking",
    since: NOW - 7000,
  } as const;
  return {
    id,
    pbx: "hq",
    title: `${name} 1000 → Ping 1002`,
    state: "talking",
    since: NOW - 12_000,
    parties: [
      { ...party, id: `${id}a`, number: "1000", name, called: false },
      { ...party, id: `${id}b`, number: "1002", name: "Ping", called: true, since: NOW - 3_723_000 },
    ],
  };
}

function entry(text: string, facts: Partial<LiveEntry> = {}): LiveEntry {
  return { seq: 1, pbx: "hq", at: NOW, kind: "call", text, concerns: [], ...facts };
}

function snapshot(calls: readonly LiveCall[] = [], facts: Partial<LiveSnapshot> = {}): LiveSnapshot {
  const pbx = {
    id: "hq",
    name: "Head office",
    state: "up",
    detail: "",
    notes: [],
    asterisk: "22.10.1~dfsg",
    since: NOW,
    recording: false,
  } as const;
  return { now: NOW, pbxs: [pbx], calls, timeline: [], ...facts };
}

const plain = { width: 80, height: 24, style: makeStyle(false), now: NOW };

describe("the live view of the terminal", () => {
  it("shows calls with numbers, names, devices, states and ages", () => {
    const timeline = [entry("Kai <1000> calls 1002", { at: Date.UTC(2026, 0, 1, 12) })];
    const text = liveView(snapshot([call(1)], { timeline }), plain).join("\n");
    expect(text).toContain("● Head office  connected, Asterisk 22.10.1");
    expect(text).toContain("1 call, 2 parties");
    expect(text).toMatch(/^ {2}● talking\s+1000\s+Kai\s+PJSIP\/1001\s+0:07$/m);
    expect(text).toMatch(/PJSIP\/1001\s+1:02:03$/m);
    expect(text).toMatch(/^\d\d:00:00 {2}Kai <1000> calls 1002$/m);
  });

  it("says of a consultation that it is one", () => {
    const consultation = { ...call(1), consults: "c2", note: "consultation, Lena 1006 on hold" };
    expect(liveView(snapshot([consultation]), plain).join("\n")).toMatch(
      /^Kai 1000 → Ping 1002 {2}\(consultation, Lena 1006 on hold\) +0:12$/m,
    );
  });

  it("draws of thousands of calls only those that can be seen, and counts the others", () => {
    let looked = 0;
    const calls = Array.from({ length: 5000 }, (_, number) => {
      const one = call(number);
      return Object.defineProperty({ ...one }, "title", {
        get: () => {
          looked++;
          return one.title;
        },
      });
    });
    const lines = liveView(snapshot(calls), plain);
    expect(lines[2]).toBe("5000 calls, 10000 parties");
    expect(lines.join("\n")).toMatch(/… 149\d\d more lines; make the window higher/);
    expect(looked).toBeLessThan(24);
  });

  it("labels a recording first of all", () => {
    expect(liveView(snapshot([], { recording: "Basic call (1 of 7)" }), plain)[0]).toBe(
      "RECORDING  Basic call (1 of 7)",
    );
  });

  it("says what to expect where there is no call, and why where a PBX is down", () => {
    const down = { ...snapshot().pbxs[0], state: "down", detail: "connection refused" } as LiveSnapshot["pbxs"][number];
    const text = liveView(snapshot([], { pbxs: [down] }), plain).join("\n");
    expect(text).toMatch(/✕ Head office {2}not reachable since \d\d:\d\d:\d\d, trying again: connection refused/);
    expect(text).toContain("No call right now.");
  });

  it("marks the calls of a PBX that is out of sight, and stops their clocks", () => {
    const down = { ...snapshot().pbxs[0], state: "down", since: NOW - 2000 } as LiveSnapshot["pbxs"][number];
    const text = liveView(snapshot([call(1)], { pbxs: [down] }), plain).join("\n");
    expect(text).toMatch(/✕ last seen \d\d:\d\d:\d\d: Kai 1000 → Ping 1002 +0:10$/m);
    expect(text).toMatch(/^ {2}\? talking +1000 .* 0:05$/m);
    expect(text).not.toContain("● talking");
  });

  it("calls a PBX by one name everywhere", () => {
    const [first] = snapshot().pbxs;
    const pbxs = [
      { ...first, id: "hq", name: "127.0.0.1:5138" },
      { ...first, id: "b", name: "branch" },
    ] as LiveSnapshot["pbxs"];
    const timeline = [entry("Kai <1000> calls 1002")];
    const text = liveView(snapshot([call(1)], { pbxs, timeline }), plain).join("\n");
    expect(text.match(/127\.0\.0\.1:5138/g)).toHaveLength(3);
    expect(text).not.toContain("hq");
  });

  it("says whole why a PBX is not reachable and what a user may not ask, the same thing once", () => {
    const detail = `connect ECONNREFUSED 127.0.0.1:5038, nothing listens there. ${"Look at it. ".repeat(4)}End.`;
    const note = `The AMI user may not ask ParkedCalls: calls parked before the link are not shown as parked, so it is. End.`;
    const [first] = snapshot().pbxs;
    const pbxs = [
      { ...first, id: "a", name: "a", state: "down", detail },
      { ...first, id: "b", name: "b", notes: [note] },
      { ...first, id: "c", name: "c", notes: [note] },
    ] as LiveSnapshot["pbxs"];
    const text = liveView(snapshot([], { pbxs }), { ...plain, height: 30 }).join("\n");
    const words = text.replaceAll(/\s+/g, " ");
    expect(words).toContain(detail);
    expect(words.split(note)).toHaveLength(2);
    expect(text).not.toContain("…");
  });

  it("keeps the PBXs to a third of the window: the troubled ones, and the names of the others", () => {
    const [first] = snapshot().pbxs;
    const many = Array.from({ length: 12 }, (_, index) => ({ ...first, id: `p${index}`, name: `pbx${index}` }));
    const pbxs = [...many, { ...first, id: "x", name: "lost", state: "down", detail: "connection refused" }];
    const lines = liveView(snapshot([], { pbxs: pbxs as LiveSnapshot["pbxs"] }), plain);
    expect(lines[0]).toMatch(/^✕ lost {2}not reachable since .*: connection refused$/);
    expect(lines[1]).toBe("● pbx0, pbx1, pbx2, pbx3, pbx4, pbx5, pbx6, pbx7, pbx8, pbx9, pbx10, pbx11");
    expect(lines[3]).toBe("0 calls, 0 parties");
  });

  it("never is wider or higher than the window, whatever the names and however many calls", () => {
    const names = ["Kai", "陳小明".repeat(20), "🦇".repeat(50), "x".repeat(500)];
    const calls = names.map((name, index) => call(index, name));
    const timeline = names.map((name, seq) => entry(`${name} calls`, { seq }));
    for (const width of [20, 40, 80, 200]) {
      for (const height of [5, 10, 24, 60]) {
        const lines = liveView(snapshot(calls, { timeline, recording: names[3] }), {
          ...plain,
          width,
          height,
          hint: "Ctrl-C ends",
          page: "http://127.0.0.1:8000/",
        });
        expect(lines.length).toBeLessThan(height);
        for (const line of lines) expect(cellWidth(line)).toBeLessThanOrEqual(width);
      }
    }
  });

  it("lets no caller's name write to the terminal by itself", () => {
    const hostile = "\u001B[2J\u001B]0;owned\u0007\r\nBob\u009B31m\u202E";
    const one = call(1, hostile);
    const timeline = [entry(hostile, { pbx: "hq\u001B[A" })];
    const pbx = { ...snapshot().pbxs[0], name: hostile, detail: hostile } as LiveSnapshot["pbxs"][number];
    const view = liveView(
      snapshot([one], { timeline, pbxs: [pbx, { ...pbx, id: "b" }], recording: hostile }),
      plain,
    ).join("");
    const wide = new Columns([hostile, "b"], 80);
    const columns = [...wide.lines("12:00:00", hostile, [0, 1]), wide.titles(), ...named(hostile)].join("");
    expect(view + columns).toContain("␛[2J");
    expect(view + columns).not.toMatch(/[\p{Cc}\u202E]/u);
  });
});

/** A line that names its column, for there is no room for 10 of them. */
function named(text: string): string[] {
  return new Columns(
    Array.from({ length: 10 }, () => text),
    80,
  ).lines("12:00:00", text, [3]);
}

describe("columns of extensions", () => {
  it("break an event's text between words and keep it in its column", () => {
    const columns = new Columns(["1000", "1002"], 60);
    expect(columns.titles()).toBe("Time      1000                      1002");
    expect(columns.lines("12:00:00", "Kai <1000> transfers Ping <1002> to Lena <1006>", [1])).toEqual([
      `12:00:00${" ".repeat(28)}Kai <1000> transfers`,
      `${" ".repeat(36)}Ping <1002> to Lena`,
      `${" ".repeat(36)}<1006>`,
    ]);
  });

  it("put an event side by side into all columns that it concerns, each in its colour", () => {
    const columns = new Columns(["1000", "1002", "1006"], 90);
    expect(columns.lines("12:00:00", "Kai <1000> holds Ping <1002>", [0, 1])).toEqual([
      "12:00:00  Kai <1000> holds Ping      Kai <1000> holds Ping",
      "          <1002>                     <1002>",
    ]);
    const painted = columns.lines("12:00:00", "rings", [0, 2], (text, column) => `${column}[${text}]`);
    expect(painted).toEqual([`12:00:00  0[rings${" ".repeat(20)}]  ${" ".repeat(25)}  2[rings]`]);
  });

  it("name their extension where they would be too narrow to be read", () => {
    const columns = new Columns(
      Array.from({ length: 10 }, (_, index) => `100${index}`),
      80,
    );
    expect(columns.titles()).toBe("Time      1000, 1001, 1002, 1003, 1004, 1005, 1006, 1007, 1008, 1009");
    expect(columns.lines("12:00:00", "Kai <1000> holds Ping <1002>", [0, 2])).toEqual([
      "12:00:00  1000: Kai <1000> holds Ping <1002>",
      "12:00:00  1002: Kai <1000> holds Ping <1002>",
    ]);
  });
});

describe("the screen", () => {
  it("draws in place, at the window's size, and gives the terminal back as it was", () => {
    let written = "";
    const output = Object.assign(new EventEmitter(), {
      columns: 40,
      rows: 10,
      write: (text: string) => {
        written += text;
        return true;
      },
    });
    const sizes: string[] = [];
    const screen = new Screen(output, 1_000_000, (width, height) => {
      sizes.push(`${width}x${height}`);
      return ["one", "two"];
    });
    expect(written).toBe("\u001B[?1049h\u001B[?25l\u001B[Hone\u001B[K\r\ntwo\u001B[K\u001B[J");
    output.columns = 100;
    output.emit("resize");
    expect(sizes).toEqual(["40x10", "100x10"]);
    written = "";
    screen[Symbol.dispose]();
    expect(written).toBe("\u001B[?25h\u001B[?1049l");
    expect(output.listenerCount("resize")).toBe(0);
  });
});
