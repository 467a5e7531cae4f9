import { describe, expect, it } from "vitest";
import { LabUsageError } from "../errors.ts";
import { helpText, readCommandLine } from "./options.ts";

describe("the command line", () => {
  it("is read with its options", () => {
    const line = readCommandLine([
      "up",
      "--asterisk",
      "16",
      "--name",
      "mine",
      "--ami-port",
      "5039",
      "--profile",
      "freepbx",
      "--json",
    ]);
    expect(line).toMatchObject({
      command: "up",
      version: 16,
      name: "mine",
      ports: { ami: 5039 },
      profile: "freepbx",
      json: true,
    });
  });

  it("keeps the words behind the command", () => {
    expect(readCommandLine(["call", "1000", "1002", "--seconds", "5"])).toMatchObject({
      args: ["1000", "1002"],
      seconds: 5,
    });
  });

  it("is help, if there is none", () => {
    expect(readCommandLine([]).command).toBe("help");
    expect(readCommandLine(["up", "-h"]).command).toBe("help");
  });

  it.each([
    [["up", "--asterisk", "17"], "--asterisk is 22 or 16"],
    [["up", "--ami-port", "70000"], "--ami-port is a whole number"],
    [["up", "--profile", "x"], "--profile is plain or freepbx"],
    [["up", "--secret", "a\nb"], "--secret takes"],
    [["up", "--nonsense"], "npm run lab -- help"],
    [["call", "--seconds", "0"], "--seconds is a whole number"],
  ])("%j is refused, and says why", (words, why) => {
    expect(() => readCommandLine(words)).toThrow(LabUsageError);
    expect(() => readCommandLine(words)).toThrow(why);
  });

  it("has a help that fits into 80 columns", () => {
    for (const text of helpText.split("\n")) expect(text.length).toBeLessThanOrEqual(80);
  });
});
