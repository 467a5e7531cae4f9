import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cellWidth, fit, truncate } from "./cell-width.ts";
import { safeJson, safeText } from "./safe-text.ts";
import { makeStyle, wantsColour } from "./style.ts";
import { textTable } from "./text-table.ts";

describe("text of strangers in a terminal", () => {
  it("cannot move the cursor, set the title or turn the writing direction", () => {
    expect(safeText("\u001B[2J\u001B]0;owned\u0007Bob\r\n\u009B31m\u202Egnp\u007F")).toBe(
      "␛[2J␛]0;owned␇Bob␍␊�31m�gnp␡",
    );
  });

  it("keeps names of all scripts", () => {
    for (const name of ["Ana Ruiz", "Jürgen Weiß", "陳小明", "Ольга", "محمد", "🦇 Batman", "नमस्ते"])
      expect(safeText(name)).toBe(name);
  });

  it("never holds a control character, whatever comes", () => {
    const controls = (text: string): boolean =>
      text.split("").some((character) => {
        const code = character.charCodeAt(0);
        return code < 0x20 || (code >= 0x7f && code < 0xa0);
      });
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(controls(safeText(text))).toBe(false);
        expect(safeText(text).isWellFormed()).toBe(true);
        expect(controls(safeJson({ text }))).toBe(false);
        expect(JSON.parse(safeJson({ text }))).toEqual(JSON.parse(JSON.stringify({ text })));
      }),
    );
  });
});

describe("widths in a terminal", () => {
  it.each([
    ["Kai", 3],
    ["陳小明", 6],
    ["🦇", 2],
    ["e\u0301", 1],
    ["👩‍💻", 2],
    ["Jürgen", 6],
  ])("%s takes %i columns", (text, width) => {
    expect(cellWidth(text)).toBe(width);
  });

  it("a cut text never takes more than its columns and says that it was cut", () => {
    expect(truncate("陳小明先生", 6)).toBe("陳小…");
    expect(fit("陳小明先生", 6)).toBe("陳小… ");
    fc.assert(
      fc.property(fc.string({ unit: "grapheme" }), fc.integer({ min: 1, max: 30 }), (text, width) => {
        expect(cellWidth(truncate(text, width))).toBeLessThanOrEqual(width);
        expect(cellWidth(fit(text, width))).toBe(width);
      }),
    );
  });
});

describe("a table", () => {
  const columns = [
    { title: "State" },
    { title: "Number" },
    { title: "Name", shrink: 2 },
    { title: "Channel", shrink: 1 },
  ];
  const rows = [["Up", "1000", "Kai with a rather long name", "PJSIP/1000-00000006"]];

  it("shows all where there is room", () => {
    expect(textTable(columns, rows, 80)).toEqual([
      "State  Number  Name                         Channel",
      "Up     1000    Kai with a rather long name  PJSIP/1000-00000006",
    ]);
  });

  it("never is wider than the terminal and cuts what matters least", () => {
    for (let width = 1; width <= 80; width++) {
      for (const line of textTable(columns, rows, width)) expect(cellWidth(line)).toBeLessThanOrEqual(width);
    }
    expect(textTable(columns, rows, 44)[1]).toBe("Up     1000    Kai wit…  PJSIP/1000-00000006");
  });
});

describe("colours", () => {
  it("appear on a terminal only, and not with NO_COLOR", () => {
    expect(wantsColour(true, {})).toBe(true);
    expect(wantsColour(false, {})).toBe(false);
    expect(wantsColour(true, { NO_COLOR: "1" })).toBe(false);
    expect(makeStyle(false).red("x")).toBe("x");
    expect(makeStyle(true).red("x")).toBe("\u001B[31mx\u001B[39m");
  });
});
