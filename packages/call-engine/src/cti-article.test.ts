import { describe, expect, it } from "vitest";
import { CallEngine } from "./engine.ts";
import type { ChannelFacts, ChannelState, PbxEvent } from "./pbx-event.ts";
import article from "../fixtures/cti-article.json" with { type: "json" };

/** One event of the log, as ARI wrote it in 2015. */
interface LoggedEvent {
  readonly type: string;
  readonly timestamp: string;
  readonly cause?: number;
  readonly channel: {
    readonly id: string;
    readonly name: string;
    readonly state: string;
    readonly caller: { readonly name: string; readonly number: string };
    readonly connected: { readonly name: string; readonly number: string };
    readonly dialplan: { readonly context: string; readonly exten: string };
  };
}

const types: Readonly<Record<string, "channel-new" | "channel-changed">> = {
  ChannelCreated: "channel-new",
  ChannelStateChange: "channel-changed",
  ChannelConnectedLine: "channel-changed",
};

/** The log has no linkedid, which AMI tells of every channel: that of the first. */
function eventOf({ type, channel, cause }: LoggedEvent, linkedid: string): PbxEvent {
  const facts: ChannelFacts = {
    id: channel.id,
    name: channel.name,
    linkedid,
    state: channel.state.toLowerCase() as ChannelState,
    number: channel.caller.number,
    callerName: channel.caller.name,
    exten: channel.dialplan.exten,
  };
  const known = types[type];
  return known === undefined
    ? { type: "channel-gone", channel: facts, cause: cause ?? 0 }
    : { type: known, channel: facts };
}

describe("the event log that the CTI article prints", () => {
  it("is one call, rung, answered and ended, although it tells of no dial and no bridge", () => {
    const log: readonly LoggedEvent[] = article;
    const engine = new CallEngine({ pbx: "article", newCallId: () => "the-call" });
    const told = log.flatMap((event) =>
      engine.apply(eventOf(event, log[0]?.channel.id ?? ""), Date.parse(event.timestamp)),
    );
    const lines = told.flatMap((change) =>
      "connection" in change && change.connection !== undefined
        ? [`${change.type} ${change.connection.device}`]
        : [change.type],
    );
    expect(lines.filter((line) => !line.startsWith("updated"))).toEqual([
      "originated PJSIP/1000",
      "delivered PJSIP/1002",
      "established PJSIP/1002",
      "established PJSIP/1000",
      "connection-cleared PJSIP/1000",
      "connection-cleared PJSIP/1002",
      "call-cleared",
    ]);
    expect(told.at(-1)).toMatchObject({
      cause: "normal",
      call: {
        dialled: "1002",
        startedAt: Date.parse("2015-11-02T22:28:38.776+0800"),
        establishedAt: Date.parse("2015-11-02T22:28:45.637+0800"),
        clearedAt: Date.parse("2015-11-02T22:28:50.082+0800"),
        cleared: [{ name: "Kai", number: "1000" }, { number: "1002" }],
      },
    });
    expect(engine.calls()).toEqual([]);
  });
});
