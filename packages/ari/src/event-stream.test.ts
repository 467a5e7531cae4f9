import { setImmediate } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import { expect, it } from "vitest";
import { EventStream } from "./event-stream.ts";

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;

it("a queue that pushes out its oldest keeps the newest alone, also while nobody takes any", async () => {
  const stream = new EventStream({ limit: 10, overflow: "drop-oldest" }, () => () => undefined);
  const events: WeakRef<object>[] = [];
  for (let n = 0; n < 10_000; n++) {
    const event = { type: "X", n };
    events.push(new WeakRef(event));
    stream.push(event);
  }
  await setImmediate();
  collectGarbage();
  expect(events.filter((event) => event.deref() !== undefined).length).toBeLessThan(2_500);
  expect(stream.dropped).toBe(9_990);
  const taken: unknown[] = [];
  for (let i = 0; i < 10; i++) taken.push((await stream.next()).value);
  expect(taken).toMatchObject(Array.from({ length: 10 }, (_, i) => ({ n: 9_990 + i })));
});

it("a limit that is no number is the least, not none at all", () => {
  const stream = new EventStream({ limit: NaN, overflow: "drop-newest" }, () => () => undefined);
  for (let n = 0; n < 3; n++) stream.push({ type: "X" });
  expect(stream.dropped).toBe(2);
});
