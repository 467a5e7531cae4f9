import { readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { explainRecording } from "../explain/explain-recording.ts";
import { readCapture } from "../read-capture.ts";
import { OpenCalls } from "../testing/open-calls.ts";
import { compileScript } from "./replay-script.ts";
import { demoScenarios } from "../testing/demo-scenarios.ts";

const folder = new URL("../../../server/recordings/", import.meta.url);
const files = readdirSync(folder).filter((file) => /^\d\d-.*\.jsonl$/.test(file));

it("there is one recording for each scenario of the demo", () => {
  const titles = files.map((file) => readCapture(readFileSync(new URL(file, folder), "utf8").split("\n")).header.note);
  expect(titles).toEqual(demoScenarios.map(({ title }) => title));
});

describe.each(files)("the recording %s", (file) => {
  const text = readFileSync(new URL(file, folder), "utf8");
  const recording = readCapture(text.split("\n"));

  it("is small, of a known Asterisk, and holds no secret and no path", () => {
    expect(Buffer.byteLength(text)).toBeLessThan(150_000);
    expect(recording.header.asterisk).toMatch(/^22\.\d+\.\d+$/);
    expect(text).toContain("Secret: [redacted]");
    expect(text).not.toMatch(/\/(?:home|root|srv|tmp|var|work)\//);
  });

  it("takes 10 to 25 seconds, names its people, and ends with nothing left", () => {
    const script = compileScript(recording, 0);
    expect(script.durationMs).toBeGreaterThan(10_000);
    expect(script.durationMs).toBeLessThan(25_000);
    const open = new OpenCalls();
    const names = new Set<string>();
    for (const { at, change } of explainRecording(recording)) {
      open.take({ pbx: "demo", at, change });
      if ("call" in change) for (const { name, number } of change.call.connections) names.add(`${name} <${number}>`);
    }
    expect([...names].join("\n")).toMatch(/(?:Kai|Ana|Ping|Omar|Lena) <\d+>/);
    expect([open.begun > 0, open.calls]).toEqual([true, []]);
  });
});
