import { expect, it } from "vitest";
import { fillIn, IdCounters, IdRenewal } from "./id-renewal.ts";

function renewed(text: string): string {
  const ids = new IdRenewal();
  ids.learn(text);
  return fillIn(ids.template(text), ids.renew(1_800_000_000_000, new IdCounters()));
}

it("gives new ids to channels and bridges, wherever they stand", () => {
  expect(
    renewed(
      "Channel: PJSIP/1000-0000001f\r\nUniqueid: 1700000000.5\r\nLinkedid: 1700000000.5\r\nBridgeUniqueid: b1\r\nVariable: 1700000000.5,x\r\n",
    ),
  ).toBe(
    "Channel: PJSIP/1000-00000000\r\nUniqueid: 1800000000.0\r\nLinkedid: 1800000000.0\r\nBridgeUniqueid: b1~000000000000\r\nVariable: 1800000000.0,x\r\n",
  );
});

it("leaves everything else as it is, also beside an id that is empty", () => {
  const text = "BridgeId: \r\nUniqueid: none\r\nExten: **1002\r\nCallerIDName: <unknown>\r\nDialString: (a) <b>\r\n";
  expect(renewed(text)).toBe(text);
});
