import { readFileSync } from "node:fs";
import {
  closingMessageSchema,
  eventTypes,
  gapMessageSchema,
  streamMessageSchema,
  subscriptionSchema,
} from "@cordboard/sdk/schemas";
import { describe, expect, it } from "vitest";

const page = readFileSync(new URL("../../../../docs/events.md", import.meta.url), "utf8");

/** Names in backquotes at the beginning of the rows of the table below a line that begins so. */
function rows(heading: string): string[] {
  const table = page.split(heading)[1]?.split("\n\n")[0] ?? "";
  return [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(([, name = ""]) => name);
}

describe("docs/events.md", () => {
  it("names all types of events, and the messages that are none", () => {
    const named = new Set([...page.matchAll(/`([a-z-]+)`/g)].map(([, name = ""]) => name));
    expect(eventTypes.filter((type) => !named.has(type))).toEqual([]);
    const others = streamMessageSchema.options.flatMap((option) =>
      "shape" in option ? [option.shape.type.value] : [],
    );
    expect(rows("| type | |\n|---|---|\n").toSorted()).toEqual(others.toSorted());
  });

  it("explains every reason of a gap, every end and every filter", () => {
    expect(rows("| `reason` | |\n|---|---|\n")).toEqual(gapMessageSchema.shape.reason.options);
    expect(rows("| `closing` | WebSocket | what to do |\n|---|---|---|\n")).toEqual(
      closingMessageSchema.shape.code.options,
    );
    const filters = Object.keys(subscriptionSchema.shape).filter(
      (name) => !["after", "snapshot", "ticket"].includes(name),
    );
    expect(rows("| query | lets pass |\n|---|---|\n")).toEqual(filters);
  });
});
