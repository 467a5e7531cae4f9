import { sql } from "kysely";
import { describe, expect, it } from "vitest";
import { EnginePbx } from "../testing/events/engine-pbx.ts";
import { openPublishing } from "../testing/events/publishing.ts";
import type { Publishing } from "../testing/events/publishing.ts";
import type { PublisherOptions } from "./publisher-options.ts";
import type { Publisher } from "./publisher.ts";
import { Viewer } from "./filter.ts";

const everything = new Viewer({ pbxs: "*", extensions: "*" });

/** A PBX on a disk that can be full. */
class Office implements AsyncDisposable {
  readonly publishing: Publishing;
  readonly pbx: EnginePbx = new EnginePbx("office");
  readonly resets: string[] = [];
  #made = 0;

  private constructor(publishing: Publishing) {
    this.publishing = publishing;
    const { publisher, log } = publishing;
    publisher.listen({ published: () => {}, reset: () => void this.resets.push(log.epoch) });
    publisher.add(this.pbx, "Office");
    this.pbx.comesUp();
  }

  static async open(options: Partial<PublisherOptions> = {}): Promise<Office> {
    const office = new Office(await openPublishing(options));
    await office.publishing.publisher.flush();
    return office;
  }

  /** From now on nothing can be written that needs room. */
  async fillDisk(): Promise<void> {
    const { database } = this.publishing;
    await sql`pragma max_page_count = 1`.execute(database);
    // What room there is in the last page is used up first.
    const row = { pbx: "p", kind: "filler", json: "x".repeat(500) };
    for (let key = 0; ; key++) {
      try {
        await database
          .insertInto("live_state")
          .values({ ...row, key: String(key) })
          .execute();
      } catch {
        return;
      }
    }
  }

  async makeRoom(): Promise<void> {
    await sql`pragma max_page_count = 100000`.execute(this.publishing.database);
  }

  /** From now on nothing can be written at all. */
  async forbidWriting(): Promise<void> {
    await sql`pragma query_only = on`.execute(this.publishing.database);
  }

  async allowWriting(): Promise<void> {
    await sql`pragma query_only = off`.execute(this.publishing.database);
  }

  change(times: number): void {
    for (let left = times; left > 0; left--)
      this.pbx.happens({ type: "device-state", device: "PJSIP/x", state: `${++this.#made} ${"x".repeat(5_000)}` });
  }

  /** Somebody calls an application and hangs up. */
  call(id: string): void {
    const channel = {
      id,
      linkedid: id,
      name: `PJSIP/1000-${id}`,
      state: "up" as const,
      number: "1000",
      exten: "600",
      context: "phones",
    };
    this.pbx.happens({ type: "channel-new", channel } as never);
    this.pbx.happens({ type: "channel-gone", channel, cause: 16 } as never);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.publishing.publisher.close();
    await this.publishing.database.destroy();
  }
}

/** Waits until the publisher has tried often enough. */
async function untilStoring(publisher: Publisher): Promise<void> {
  do {
    await publisher.flush();
    await new Promise((resolve) => setTimeout(resolve, 5));
  } while (!publisher.storing);
}

describe("a publisher whose storage fails", () => {
  it("tells nothing that is not stored, loses nothing, and goes on when the disk has room again", async () => {
    await using office = await Office.open();
    const { publisher, log, published, told, ended } = office.publishing;
    const before = log.head;
    await office.fillDisk();
    office.change(3);
    office.call("1.1");
    await publisher.flush();
    expect(publisher.storing).toBe(false);
    expect(log.head).toBe(before);
    expect(publisher.live.seq).toBe(before);
    expect(published).toHaveLength(before);
    expect(told).toEqual([expect.stringContaining("cannot be stored")]);
    office.change(2);
    await office.makeRoom();
    await publisher.flush();
    expect(publisher.storing).toBe(true);
    expect(published.map(({ seq }) => seq)).toEqual(Array.from({ length: log.head }, (_, index) => index + 1));
    expect(log.head).toBeGreaterThan(before + 5);
    expect(await log.read(0, log.head, 1_000)).toHaveLength(log.head);
    expect(ended.map(({ event }) => event.call.id)).toEqual(["office-1"]);
    expect(office.resets).toEqual([]);
    expect(told.at(-1)).toContain("stored again");
  });

  it("gives the log up when too much waits, tells it, and goes on without one until it can be stored", async () => {
    await using office = await Office.open({ maxWaiting: 10 });
    const { publisher, log, published, told, ended, database } = office.publishing;
    const { epoch } = log;
    await office.forbidWriting();
    office.call("1.1");
    await publisher.flush();
    office.change(12);
    await publisher.flush();
    expect(log.epoch).not.toBe(epoch);
    expect(office.resets).toEqual([log.epoch]);
    expect(told.join(" ")).toContain("The log of events is lost");
    office.change(5);
    office.call("1.2");
    await publisher.flush();
    // Told to clients, although not stored.
    expect(published.filter(({ type }) => type === "device-state-changed")).toHaveLength(17);
    expect(publisher.waiting).toBe(0);
    expect(publisher.live.seq).toBe(log.head);
    expect(log.placeOf(`${log.epoch}.${log.head - 1}`)).toEqual({ gap: "too-old" });
    expect(log.placeOf(`${epoch}.1`)).toEqual({ gap: "other-epoch" });
    expect(ended).toEqual([]);
    await office.allowWriting();
    office.change(1);
    await untilStoring(publisher);
    expect(ended.map(({ event }) => event.call.id)).toEqual(["office-1", "office-2"]);
    office.change(2);
    await publisher.flush();
    const again = await openPublishing({ database });
    expect(again.log.epoch).toBe(log.epoch);
    expect(again.log.head).toBe(log.head);
    expect(again.log.placeOf(`${log.epoch}.${log.head - 1}`)).toEqual({ seq: log.head - 1 });
    expect(again.publisher.live.content(everything)).toEqual(publisher.live.content(everything));
  });

  it("keeps so many ended calls for the history and no more, and names those that are lost", async () => {
    await using office = await Office.open({ maxWaiting: 1, maxEnded: 2 });
    const { publisher, told } = office.publishing;
    await office.forbidWriting();
    for (const id of ["1.1", "1.2", "1.3", "1.4"]) {
      office.call(id);
      office.change(1);
      await publisher.flush();
    }
    expect(told.join(" ")).toContain("lost for the history");
  });

  it("makes room on a full disk by giving the log up", async () => {
    await using office = await Office.open({ patienceMs: 0 });
    const { publisher } = office.publishing;
    office.change(200);
    await publisher.flush();
    await office.fillDisk();
    office.change(1);
    await untilStoring(publisher);
    expect(office.resets).toHaveLength(1);
  });

  it("gives the log up when it has waited long enough", async () => {
    await using office = await Office.open({ patienceMs: 0 });
    const { publisher, log } = office.publishing;
    await office.forbidWriting();
    office.change(1);
    await publisher.flush();
    expect(office.resets).toEqual([log.epoch]);
    expect(publisher.waiting).toBe(0);
  });
});

describe("a publisher whose history fails", () => {
  it("goes on with the events when the history refuses a call, and says which", async () => {
    await using office = await Office.open({
      journal: {
        steps: (_, before) => before,
        store: () => Promise.reject(new TypeError("cannot read properties of undefined")),
      },
    });
    const { publisher, log, told } = office.publishing;
    office.call("1.1");
    await untilStoring(publisher);
    expect(publisher.live.calls()).toEqual([]);
    expect(log.head).toBeGreaterThan(2);
    expect(told).toContain("Calls that ended could not be written into the history.");
    expect(office.resets).toEqual([]);
  });

  it("goes on when the way of a call cannot be noted", async () => {
    await using office = await Office.open({
      journal: {
        steps: () => {
          throw new TypeError("no way");
        },
        store: () => Promise.resolve(),
      },
    });
    office.call("1.1");
    await office.publishing.publisher.flush();
    expect(office.publishing.published.at(-1)?.type).toBe("call-cleared");
  });

  it("goes on with the others when one who listens fails", async () => {
    await using office = await Office.open();
    const { publisher, told } = office.publishing;
    publisher.listen({
      published: () => {
        throw new Error("no ear");
      },
      reset: () => {},
    });
    let heard = 0;
    publisher.listen({ published: (events) => (heard += events.length), reset: () => {} });
    office.change(2);
    await publisher.flush();
    expect(heard).toBe(2);
    expect(told).toContain("One who listens to the events failed.");
  });
});
