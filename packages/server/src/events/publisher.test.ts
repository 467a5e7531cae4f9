import { streamEventSchema } from "@cordboard/sdk/schemas";
import { traceFiles } from "@cordboard/call-engine/testing";
import { describe, expect, it } from "vitest";
import { EnginePbx } from "../testing/events/engine-pbx.ts";
import { openPublishing } from "../testing/events/publishing.ts";
import { LiveState } from "./live-state.ts";
import { Viewer } from "./filter.ts";

const phones = ["1000", "1001", "1002", "1003", "1004", "1005", "1006", "1007", "1008"];
const everything = new Viewer({ pbxs: "*", extensions: "*" });

describe("a publisher", () => {
  it.each(traceFiles)("tells %s in events that fit the schema, numbered without a hole", async (file) => {
    await using _ = await played(file);
    const { published, log } = _;
    expect(published.map(({ seq }) => seq)).toEqual(published.map((_each, index) => index + 1));
    expect(log.head).toBe(published.length);
    for (const { json } of published) streamEventSchema.parse(JSON.parse(json));
  });

  it.each(["22/queue-rrmemory.jsonl", "22/park.jsonl", "22/conference.jsonl", "22/presence.jsonl"])(
    "has a live state after %s that is the sum of its events, and the same after a restart",
    async (file) => {
      await using first = await played(file);
      const { published, publisher, database } = first;
      const sum = new LiveState("", 0);
      for (const { json } of published) sum.apply(JSON.parse(json) as never);
      expect(sum.content(everything)).toEqual(publisher.live.content(everything));
      const again = await openPublishing({ database });
      expect(again.publisher.live.content(everything)).toEqual(publisher.live.content(everything));
      expect(again.publisher.live.cursor).toBe(publisher.live.cursor);
    },
  );
});

async function played(file: string): Promise<Awaited<ReturnType<typeof openPublishing>> & AsyncDisposable> {
  const publishing = await openPublishing();
  const pbx = new EnginePbx("office");
  publishing.publisher.add(pbx, "Office");
  pbx.knowsPhones(...phones);
  pbx.plays(file);
  await publishing.publisher.flush();
  return {
    ...publishing,
    [Symbol.asyncDispose]: async () => {
      await publishing.publisher.close();
      await publishing.database.destroy();
    },
  };
}
