import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, it } from "vitest";
import type { CordboardError } from "../errors.ts";
import { boundedOutput } from "./bounded-output.ts";

it("an output whose reader stands still ends with a reason and takes no more", () => {
  const pipe = new PassThrough();
  const stalls: CordboardError[] = [];
  const output = boundedOutput(pipe, (error) => stalls.push(error), 100_000);
  for (let at = 0; at < 1000; at++) output.write("x".repeat(1000));
  expect(stalls.map(({ code, exitCode }) => [code, exitCode])).toEqual([["OUTPUT_STALLED", 1]]);
  expect(pipe.writableLength + pipe.readableLength).toBeLessThan(200_000);
});

it("an output that is read takes any amount, and one answer of any size", async () => {
  const pipe = new PassThrough();
  const stalls: CordboardError[] = [];
  const output = boundedOutput(pipe, (error) => stalls.push(error), 100_000);
  output.write("x".repeat(1_000_000));
  pipe.resume();
  await once(pipe, "drain");
  for (let at = 0; at < 1000; at++) {
    if (!output.write("x".repeat(1000))) await once(pipe, "drain");
  }
  expect(stalls).toEqual([]);
});
