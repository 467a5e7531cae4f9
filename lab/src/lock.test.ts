import { randomUUID } from "node:crypto";
import { expect, it } from "vitest";
import { lock } from "./lock.ts";

it("a lock is held by one at a time, and the others are told that they wait", async () => {
  const subject = randomUUID();
  const order: string[] = [];
  const first = await lock(subject);
  const takeTurn = async (): Promise<void> => {
    const held = await lock(subject, () => order.push("waiting"));
    order.push("second");
    await held.release();
  };
  const second = takeTurn();
  while (order.length === 0) await new Promise((resolve) => setTimeout(resolve, 1));
  order.push("first lets go");
  await first.release();
  await second;
  expect(order).toEqual(["waiting", "first lets go", "second"]);
});
