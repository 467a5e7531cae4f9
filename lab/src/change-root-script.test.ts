import { expect, it } from "vitest";
import { progressOf } from "./change-root-script.ts";

it.each([
  ["I: Retrieving libc6 2.36", "retrieving libc6"],
  ["I: Configuring the base system...", "configuring the"],
  ["Get:12 http://x/debian forky/main amd64 asterisk amd64 1:22 [2 MB]", "retrieving asterisk"],
  ["Setting up asterisk (1:22) ...", "setting up asterisk"],
  ["Need to get 81.2 MB of archives.", "needs 81.2 MB of packages"],
  ["W: something", undefined],
])("%s", (line, expected) => {
  expect(progressOf(line)).toBe(expected);
});
