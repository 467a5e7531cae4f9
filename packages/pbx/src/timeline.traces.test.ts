import { expect, it } from "vitest";
import { ChannelTable } from "./channel-table.ts";
import { traceMessages } from "./testing/trace-messages.ts";

/** What a person reads of a recorded session. */
function timelineOf(trace: string): string[] {
  const table = new ChannelTable();
  return traceMessages(trace)
    .flatMap((message, at) => table.apply(message, at).timeline)
    .filter(({ plumbing }) => !plumbing)
    .map(({ text }) => text);
}

it("a caller of chan_sip, whose channel is born Down, calls as any other", () => {
  expect(timelineOf("timeline/chan-sip-16").slice(0, 3)).toEqual([
    "Sam <102> calls 1000",
    "Kai <1000> rings",
    "Kai <1000> answers",
  ]);
});

it("who transfers with two lines is disconnected once, and calls are told once each", () => {
  const timeline = timelineOf("timeline/attended-refer");
  expect(timeline.filter((text) => /Kai .* is disconnected/.test(text))).toHaveLength(1);
  expect(timeline.filter((text) => text.includes(" calls "))).toHaveLength(2);
  expect(timeline).toContainEqual(expect.stringMatching(/^Kai <1000> transfers /));
});
