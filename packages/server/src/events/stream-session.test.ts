import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { StreamMessage } from "@cordboard/sdk";
import { EnginePbx } from "../testing/events/engine-pbx.ts";
import { FakeTransport } from "../testing/events/fake-transport.ts";
import { openPublishing } from "../testing/events/publishing.ts";
import type { Publishing } from "../testing/events/publishing.ts";
import { Viewer } from "./filter.ts";
import type { Filter } from "./filter.ts";
import { StreamHub } from "./stream-hub.ts";
import type { StreamHubOptions } from "./stream-hub.ts";

const scope = { pbxs: "*", extensions: "*" } as const;

/** A hub on a publisher whose events are made by the test: each is one change of a device that belongs to nobody. */
class Stage implements AsyncDisposable {
  readonly publishing: Publishing;
  readonly hub: StreamHub;
  now = 1_764_000_000_000;
  readonly #pbx = new EnginePbx("office");
  #made = 0;

  private constructor(publishing: Publishing, limits: Partial<StreamHubOptions>) {
    this.publishing = publishing;
    const { log, publisher } = publishing;
    this.hub = new StreamHub({ log, live: publisher.live, clock: () => this.now, ...limits });
    publisher.listen(this.hub);
    publisher.add(this.#pbx, "Office");
  }

  static async open(limits: Partial<StreamHubOptions> = {}): Promise<Stage> {
    const stage = new Stage(await openPublishing(), limits);
    await stage.publishing.publisher.flush();
    return stage;
  }

  /** Makes and publishes events; every third is of a presence. */
  async publish(count: number): Promise<void> {
    this.make(count);
    await this.publishing.publisher.flush();
  }

  make(count: number): void {
    for (let left = count; left > 0; left--) {
      this.#made++;
      const state = `STATE-${this.#made}`;
      if (this.#made % 3 === 0)
        this.#pbx.happens({ type: "presence", presentity: "Custom:x", state: "away", subtype: "", message: state });
      else this.#pbx.happens({ type: "device-state", device: "PJSIP/x", state });
    }
  }

  connect(after?: string, filter: Filter = {}, reads = true, snapshot = true): FakeTransport {
    const transport = new FakeTransport(reads);
    this.hub.open(new Viewer(scope, filter), transport, { after, snapshot });
    return transport;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.hub.close();
    await this.publishing.publisher.close();
    await this.publishing.database.destroy();
  }
}

function numbers(messages: readonly StreamMessage[]): number[] {
  return messages.flatMap((message) => ("seq" in message ? [message.seq] : []));
}

function types(messages: readonly StreamMessage[]): string[] {
  return messages.map(({ type }) => type);
}

/** Where a client goes on: the cursor of the last message but for a gap, which only announces a snapshot. */
function lastCursor(messages: readonly StreamMessage[]): string | undefined {
  return messages.findLast(({ type }) => type !== "gap")?.cursor;
}

/** Waits for something that becomes true within some turns of the event loop. */
async function until(condition: () => boolean): Promise<void> {
  for (let turn = 0; turn < 10_000; turn++) {
    if (condition()) return;
    await new Promise((resolve) => setImmediate(resolve));
  }
  throw new Error("What was waited for did not happen.");
}

describe("a stream", () => {
  it("begins with a snapshot and goes on with every event", async () => {
    await using stage = await Stage.open();
    await stage.publish(5);
    const client = stage.connect();
    await stage.publish(3);
    expect(types(client.received)).toEqual([
      "snapshot",
      "presence-changed",
      "device-state-changed",
      "device-state-changed",
    ]);
    expect(numbers(client.received)).toEqual([7, 8, 9]);
  });

  it("resumes behind a cursor without a snapshot, and tells each event once", async () => {
    await using stage = await Stage.open({ pageEvents: 3 });
    await stage.publish(2);
    const first = stage.connect();
    await stage.publish(10);
    first.cut();
    await stage.publish(20);
    const again = stage.connect(lastCursor(first.received));
    await stage.publish(5);
    await until(() => numbers(again.received).at(-1) === stage.publishing.log.head);
    expect(types(again.received)).not.toContain("snapshot");
    expect([...numbers(first.received), ...numbers(again.received)]).toEqual(
      Array.from({ length: 35 }, (_, index) => index + 4),
    );
  });

  it("says that there is a gap, and gives a snapshot, when the cursor is of another epoch, too old, or nonsense", async () => {
    await using stage = await Stage.open();
    await stage.publish(1_200);
    const { log } = stage.publishing;
    while (await log.prune({ keepMs: Infinity, keepBytes: 10_000 }, stage.now));
    const reasons: Record<string, string> = {
      "elsewhere.1": "other-epoch",
      [`${log.epoch}.1`]: "too-old",
      [`${log.epoch}.${log.head + 1}`]: "unknown",
      [`${log.epoch}.99999999999999999999`]: "unknown",
      [`${log.epoch}.-1`]: "unknown",
      [`${log.epoch}.1e3`]: "unknown",
      "": "unknown",
      "' or 1=1 --": "unknown",
      "\u0000.\u0000": "unknown",
    };
    for (const [cursor, reason] of Object.entries(reasons)) {
      const client = stage.connect(cursor, {}, true, false);
      expect([cursor, ...client.received]).toMatchObject([cursor, { type: "gap", reason }, { type: "snapshot" }]);
      client.cut();
    }
    const edge = stage.connect(`${log.epoch}.${log.first - 1}`);
    await until(() => numbers(edge.received).at(-1) === log.head);
    expect(numbers(edge.received)[0]).toBe(log.first);
  });

  it("falls back to a snapshot when what it replays is taken away meanwhile", async () => {
    await using stage = await Stage.open({ pageEvents: 2, maxUnsentBytes: 4 * 64 * 1024 });
    await stage.publish(2_000);
    const { log } = stage.publishing;
    const client = stage.connect(`${log.epoch}.0`, {}, false);
    await until(() => client.unsent > 64 * 1024);
    while (await log.prune({ keepMs: Infinity, keepBytes: 10_000 }, stage.now));
    client.reads = true;
    client.take();
    await until(() => types(client.received).includes("snapshot"));
    expect(types(client.received)).toContain("gap");
    await stage.publish(1);
    expect(numbers(client.received).at(-1)).toBe(log.head);
  });

  it("cuts off who does not read, says so, and lets him resume behind what he was told", async () => {
    await using stage = await Stage.open({ maxUnsentBytes: 300_000 });
    const slow = stage.connect(undefined, {}, false);
    const quick = stage.connect();
    await until(() => types(quick.received).includes("snapshot"));
    while (slow.endedWith === undefined) await stage.publish(50);
    expect(slow.endedWith).toBe("TOO_SLOW");
    expect(slow.unsent).toBeLessThan(310_000);
    expect(stage.hub.sessions).toBe(1);
    expect(stage.hub.cutOff).toBe(1);
    slow.take();
    expect(slow.received.at(-1)).toMatchObject({ type: "closing", code: "TOO_SLOW" });
    const again = stage.connect(lastCursor(slow.received));
    await until(() => numbers(again.received).at(-1) === stage.publishing.log.head);
    expect([...numbers(slow.received), ...numbers(again.received)]).toEqual(numbers(quick.received));
  });

  it("cuts nobody off who reads all, however much happens at once", async () => {
    await using stage = await Stage.open({ maxUnsentBytes: 20_000, pageEvents: 50 });
    const client = stage.connect();
    await until(() => types(client.received).includes("snapshot"));
    const { head } = stage.publishing.log;
    await stage.publish(400);
    await until(() => numbers(client.received).at(-1) === head + 400);
    await stage.publish(1);
    expect(client.endedWith).toBeUndefined();
    expect(numbers(client.received)).toEqual(Array.from({ length: 401 }, (_, index) => head + 1 + index));
  });

  it("cuts off who takes nothing of what waits for a while", async () => {
    await using stage = await Stage.open({ stallMs: 30_000 });
    const stuck = stage.connect(undefined, {}, false);
    for (let second = 0; second < 29; second++) {
      stage.now += 1_000;
      stage.hub.tick();
    }
    expect(stuck.endedWith).toBeUndefined();
    stage.now += 2_000;
    stage.hub.tick();
    expect(stuck.endedWith).toBe("TOO_SLOW");
  });

  it("never has more than a page and a little waiting for who replays slowly", async () => {
    await using stage = await Stage.open({ pageEvents: 100, maxUnsentBytes: 400_000 });
    await stage.publish(5_000);
    const client = stage.connect(`${stage.publishing.log.epoch}.0`, {}, false);
    let most = 0;
    while (numbers(client.received).at(-1) !== stage.publishing.log.head) {
      await until(() => client.unsent > 0);
      most = Math.max(most, client.unsent);
      client.take(20_000);
    }
    expect(most).toBeLessThan(200_000);
    expect(numbers(client.received)).toEqual(Array.from({ length: 5_001 }, (_, index) => index + 1));
  });

  it("has a heartbeat whose cursor is good where a filter lets nothing pass", async () => {
    await using stage = await Stage.open({ heartbeatMs: 15_000 });
    const client = stage.connect(undefined, { type: ["originated"] });
    await until(() => types(client.received).includes("snapshot"));
    await stage.publish(7);
    stage.now += 15_000;
    stage.hub.tick();
    expect(client.received.at(-1)).toMatchObject({ type: "heartbeat", cursor: stage.publishing.publisher.live.cursor });
    const told = client.received.length;
    stage.hub.tick();
    expect(client.received).toHaveLength(told);
  });

  it("gives a cursor at once to who wants no snapshot", async () => {
    await using stage = await Stage.open();
    const client = stage.connect(undefined, {}, true, false);
    expect(types(client.received)).toEqual(["heartbeat"]);
  });

  it("tells all clients of a gap when the log is lost", async () => {
    await using stage = await Stage.open();
    const client = stage.connect();
    await until(() => types(client.received).includes("snapshot"));
    stage.publishing.log.restart(stage.publishing.log.head);
    stage.publishing.publisher.live.moveTo(stage.publishing.log.epoch, stage.publishing.log.head);
    stage.hub.reset();
    expect(types(client.received).slice(-2)).toEqual(["gap", "snapshot"]);
    await stage.publish(1);
    await until(() => types(client.received).at(-1) !== "snapshot");
    expect(client.received.at(-1)?.cursor).toContain(stage.publishing.log.epoch);
  });

  it("tells every event once and in order, however often it is cut, however slowly it is read", async () => {
    const step = fc.tuple(
      fc.constantFrom("publish", "publish", "make", "take", "take", "cut", "turn", "tick"),
      fc.integer({ min: 1, max: 30 }),
    );
    const filter = fc.constantFrom<Filter>({}, { type: ["presence-changed"] });
    await fc.assert(
      fc.asyncProperty(filter, fc.array(step, { minLength: 5, maxLength: 40 }), async (wanted, steps) => {
        await using stage = await Stage.open({ pageEvents: 7, maxUnsentBytes: 20_000, stallMs: 3_600_000 });
        const before: StreamMessage[] = [];
        let client = stage.connect(undefined, wanted, false);
        const told = (): StreamMessage[] => [...before, ...client.received];
        const reconnect = (): void => {
          before.push(...client.received);
          client.cut();
          client = stage.connect(lastCursor(before), wanted, false);
        };
        for (const [does, count] of steps) {
          if (does === "publish") await stage.publish(count);
          else if (does === "make") stage.make(count);
          else if (does === "turn") await new Promise((resolve) => setImmediate(resolve));
          else if (does === "tick") {
            stage.now += 16_000;
            stage.hub.tick();
          } else client.take(count * 300);
          if (client.endedWith !== undefined) client.take();
          if (does === "cut" || client.endedWith !== undefined) reconnect();
        }
        await stage.publish(3);
        const visible = stage.publishing.published.filter(({ type }) => wanted.type?.includes(type) !== false);
        const from = (): number =>
          Number(
            told()
              .find(({ type }) => type === "snapshot")
              ?.cursor.split(".")[1] ?? Number.NaN,
          );
        await until(() => {
          client.reads = true;
          client.take();
          if (client.endedWith !== undefined) reconnect();
          return Math.max(from(), ...numbers(told())) >= (visible.at(-1)?.seq ?? 0);
        });
        const expected = visible.flatMap(({ seq }) => (seq > from() ? [seq] : []));
        expect(numbers(told())).toEqual(expected);
        expect(types(told())).not.toContain("gap");
      }),
      { numRuns: 60 },
    );
  });
});
