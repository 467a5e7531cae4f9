import { describe, expect, it } from "vitest";
import { expectedFile, trace, traceFiles } from "./testing/fixtures.ts";
import { replay } from "./testing/replay.ts";

describe("every recorded trace tells its calls, change by change", () => {
  it.each(traceFiles)("%s", async (file) => {
    const told = trace(file);
    const lines = replay(told, ({ type }) => type !== "device-state-changed" && type !== "extension-state-changed");
    await expect(`${[told.note, ...lines].join("\n")}\n`).toMatchFileSnapshot(expectedFile(file));
  });
});
