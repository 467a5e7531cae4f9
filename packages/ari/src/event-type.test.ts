import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { eventTypeOf } from "./event-type.ts";

describe("the type of an event, without parsing it", () => {
  it.each([
    ['{"type":"StasisStart","a":1}', "StasisStart"],
    ['{"a":{"b":1},"type":"Dial"}', "Dial"],
    ['{ "type" :\n "Dial" }', "Dial"],
    ['{"variable":"type","type":"ChannelVarset"}', "ChannelVarset"],
    ['{"value":"{\\"type\\":\\"x\\"}","type":"ChannelVarset"}', "ChannelVarset"],
    ['{"bridge_type":"mixing","type":"BridgeCreated"}', "BridgeCreated"],
  ])("of %s is %s", (text, type) => {
    expect(eventTypeOf(text)).toBe(type);
  });

  it.each([
    ['{"userevent":{"type":"x"},"type":"ChannelUserevent"}'],
    ['{"type":"a\\"b"}'],
    ['{"type":"a\\u0041"}'],
    ['{"type":7}'],
    ['{"type":"cut'],
    ["{}"],
  ])("of %s cannot be told", (text) => {
    expect(eventTypeOf(text)).toBeUndefined();
  });

  it("is never wrong", () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.oneof(fc.constant("type"), fc.string()), fc.jsonValue()),
        fc.string(),
        fc.boolean(),
        (rest, type, first) => {
          const event = first ? Object.assign({ type }, rest, { type }) : { ...rest, type };
          const found = eventTypeOf(JSON.stringify(event));
          expect(found === undefined || found === type).toBe(true);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
