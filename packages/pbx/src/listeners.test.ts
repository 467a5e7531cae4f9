import { expect, it } from "vitest";
import { Listeners } from "./listeners.ts";

interface Events {
  a: number;
}

it("a listener that throws or rejects keeps nobody else from being called, and is told of", async () => {
  const failures: unknown[] = [];
  const listeners = new Listeners<Events>((name, error) => failures.push([name, (error as Error).message]));
  const heard: number[] = [];
  listeners.on("a", () => {
    throw new Error("thrown");
  });
  listeners.on("a", async () => {
    await Promise.reject(new Error("rejected"));
  });
  listeners.on("a", (n) => heard.push(n));
  listeners.tell("a", 1);
  await new Promise((resolve) => setImmediate(resolve));
  expect(heard).toEqual([1]);
  expect(failures).toEqual([
    ["a", "thrown"],
    ["a", "rejected"],
  ]);
});

it("who is added during an event hears the next one, who is taken away hears it no more", () => {
  const listeners = new Listeners<Events>();
  const heard: string[] = [];
  let count = 0;
  const add = (): void => {
    const stop = listeners.on("a", (n) => {
      heard.push(`again ${n}`);
      stop();
      if (++count < 100) add();
    });
  };
  add();
  listeners.on("a", () => stopLast());
  const stopLast = listeners.on("a", (n) => heard.push(`last ${n}`));
  listeners.tell("a", 1);
  listeners.tell("a", 2);
  expect(heard).toEqual(["again 1", "again 2"]);
});
