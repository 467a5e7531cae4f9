import { describe, expect, it } from "vitest";
import { parseCallerId } from "./caller-id.ts";

describe("parseCallerId", () => {
  it.each([
    ['"Kai" <1000>', "Kai", "1000"],
    ['"Kai \\"K\\" Müller" <+49 30 1>', 'Kai "K" Müller', "+49 30 1"],
    ["Kai <1000>", "Kai", "1000"],
    ["<1000>", undefined, "1000"],
    ['"" <1000>', undefined, "1000"],
    ["1000", undefined, "1000"],
    ["+49301234", undefined, "+49301234"],
    ["Kai", "Kai", undefined],
    ['"Kai" <>', "Kai", undefined],
    ['"<unknown>" <1000>', undefined, "1000"],
    ["Unknown", undefined, undefined],
    ["<unknown>", undefined, undefined],
    ["", undefined, undefined],
    ['"', '"', undefined],
    ["a < b > c", "a < b > c", undefined],
    ['"x <1> <2>" <3>', "x <1> <2>", "3"],
  ])("takes %j apart", (text, name, number) => {
    expect(parseCallerId(text)).toEqual({ name, number });
  });
});
