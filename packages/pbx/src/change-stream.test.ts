import { expect, it } from "vitest";
import { ChangeStream } from "./change-stream.ts";
import type { PbxChange, PbxEventsOptions } from "./pbx-options.ts";

function streamWith(options: PbxEventsOptions = {}): { stream: ChangeStream; ends: boolean[] } {
  const ends: boolean[] = [];
  return { stream: new ChangeStream(options, (_, isTooSlow) => ends.push(isTooSlow)), ends };
}

const change = (at: number, type: "device-state-changed" | "presence-changed" = "device-state-changed"): PbxChange =>
  ({ pbx: "office", at, change: { type, device: "PJSIP/1", state: "INUSE" } }) as unknown as PbxChange;

it("gives what was pushed in order, whether it was waited for or not", async () => {
  const { stream } = streamWith();
  const first = stream.next();
  for (let at = 0; at < 5_000; at++) stream.push(change(at));
  stream.end();
  expect((await first).value?.at).toBe(0);
  const rest: number[] = [];
  for await (const { at } of stream) rest.push(at);
  expect(rest).toEqual(Array.from({ length: 4_999 }, (_, index) => index + 1));
});

it("cuts off a consumer that is too slow, with a code, and lets go of what waited", async () => {
  const { stream, ends } = streamWith({ maxBuffered: 3 });
  for (let at = 0; at < 4; at++) stream.push(change(at));
  await expect(stream.next()).rejects.toMatchObject({ code: "PBX_CONSUMER_TOO_SLOW", name: "PbxConsumerError" });
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect(ends).toEqual([true]);
});

it("gives only the types that are wanted, and others take no room", async () => {
  const { stream } = streamWith({ types: ["presence-changed"], maxBuffered: 1 });
  stream.push(change(1));
  stream.push(change(2, "presence-changed"));
  stream.push(change(3));
  expect((await stream.next()).value?.at).toBe(2);
});

it("ends with the signal, at once or later, and with a break", async () => {
  const abort = new AbortController();
  const { stream, ends } = streamWith({ signal: abort.signal });
  const waiting = stream.next();
  abort.abort();
  expect(await waiting).toEqual({ done: true, value: undefined });
  stream.push(change(1));
  expect(await stream.next()).toEqual({ done: true, value: undefined });
  expect(ends).toEqual([false]);
  expect(await streamWith({ signal: abort.signal }).stream.next()).toEqual({ done: true, value: undefined });

  const other = streamWith();
  other.stream.push(change(1));
  other.stream.push(change(2));
  for await (const _ of other.stream) break;
  expect(await other.stream.next()).toEqual({ done: true, value: undefined });
  expect(other.ends).toEqual([false]);
});

it("throws what ended the PBX once, after what waited was taken", async () => {
  const { stream } = streamWith();
  stream.push(change(1));
  stream.end(new Error("refused"));
  expect((await stream.next()).value?.at).toBe(1);
  await expect(stream.next()).rejects.toThrow("refused");
  expect(await stream.next()).toEqual({ done: true, value: undefined });
});

it.each([0, -1, 1.5, Number.NaN])("refuses room for %s changes", (maxBuffered) => {
  expect(() => streamWith({ maxBuffered })).toThrow(expect.objectContaining({ code: "PBX_CONSUMER_OPTION" }));
});
