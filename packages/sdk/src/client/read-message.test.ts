import { expect, it } from "vitest";
import { eventTypes } from "../subscription.ts";
import { knownEventTypes } from "./read-message.ts";

it("the client knows exactly the events that the schemas describe", () => {
  expect(knownEventTypes.toSorted()).toEqual(eventTypes.toSorted());
});
