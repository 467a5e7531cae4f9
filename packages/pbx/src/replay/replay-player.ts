import { ChannelTable } from "./channel-table.ts";
import { PbxReplayError } from "../errors.ts";
import { fillIn, IdCounters } from "./id-renewal.ts";
import { Listeners } from "../listeners.ts";
import type { ReplayState } from "./replay-state.ts";
import { systemClock, type ReplayClock } from "../clock.ts";
import { ReplayMemory } from "./replay-memory.ts";
import { ReplayMessage } from "./replay-message.ts";
import type { ReplayEvents, ReplayOptions } from "./replay-options.ts";
import { compileScript, type ListStep, type ReplayScript } from "./replay-script.ts";
import { syntheticEvents } from "./synthetic-events.ts";
import type { TableSnapshot } from "./table-snapshot.ts";

/** SystemName of every replay. */
export const REPLAY_SYSTEM_NAME = "replay";

type Tell = (event: ReplayMessage, bytes: Uint8Array) => void;

/** Plays recordings over and over on a clock, each time with other ids, and keeps the state that goes with what was played. */
export class ReplayPlayer implements ReplayState {
  readonly table: ChannelTable = new ChannelTable();
  readonly memory: ReplayMemory = new ReplayMemory();
  readonly asteriskVersion: string;
  readonly amiVersion: string;
  readonly systemName: string = REPLAY_SYSTEM_NAME;
  readonly startedAt: number;
  readonly listeners: Listeners<ReplayEvents> = new Listeners<ReplayEvents>();
  readonly #clock: ReplayClock;
  readonly #scripts: readonly ReplayScript[];
  readonly #speed: number;
  readonly #pauseMs: number;
  readonly #counters = new IdCounters();
  #tell: Tell = () => {};
  #cancel: () => void = () => {};
  #loop = 0;
  #index = 0;
  #step = 0;
  #began = 0;
  #lastNow = 0;
  #ids: readonly string[] = [];
  #membersTold = new Map<string, ReplayMessage[]>();
  #conferenceMembers: ReplayMessage[] = [];

  /** @throws PbxReplayError `PBX_REPLAY_EMPTY` without an AMI event to play, `PBX_REPLAY_OPTION` on a speed or pause that is none */
  constructor(options: ReplayOptions) {
    this.#clock = options.clock ?? systemClock;
    this.#speed = options.speed ?? 1;
    this.#pauseMs = options.pauseMs ?? 2_000;
    if (!(this.#speed > 0) || !Number.isFinite(this.#speed))
      throw new PbxReplayError("PBX_REPLAY_OPTION", "The speed of a replay must be a number above 0.");
    if (!(this.#pauseMs >= 0) || !Number.isFinite(this.#pauseMs))
      throw new PbxReplayError("PBX_REPLAY_OPTION", "The pause of a replay must be 0 or more milliseconds.");
    this.#scripts = options.recordings.map(compileScript);
    if (!this.#scripts.some((script) => script.steps.length > 0))
      throw new PbxReplayError("PBX_REPLAY_EMPTY", "There is nothing to replay: no recording holds an AMI event.");
    this.asteriskVersion = this.#scripts.find((script) => script.asterisk !== undefined)?.asterisk ?? "unknown";
    this.amiVersion = this.#scripts.find((script) => script.amiVersion !== undefined)?.amiVersion ?? "11.0.0";
    this.startedAt = this.#clock.now();
  }

  now(): number {
    return this.#clock.now();
  }

  /** Begins in a later turn; each event goes to `tell`. */
  start(tell: Tell): void {
    this.#tell = tell;
    this.#cancel = this.#clock.schedule(0, () => this.#begin());
  }

  stop(): void {
    this.#cancel();
    this.#cancel = () => {};
    this.#tell = () => {};
  }

  #begin(): void {
    const script = this.#scripts[this.#index];
    if (script === undefined) return;
    if (this.#index === 0) this.listeners.tell("loop", { loop: ++this.#loop });
    this.listeners.tell("recording", {
      label: script.label,
      index: this.#index,
      count: this.#scripts.length,
      loop: this.#loop,
    });
    this.#began = this.#clock.now();
    this.#lastNow = this.#began;
    this.#step = 0;
    this.#ids = script.ids.renew(this.#began, this.#counters);
    this.#play();
  }

  #play(): void {
    const script = this.#scripts[this.#index];
    if (script === undefined) return;
    const now = this.#clock.now();
    // The machine's clock was set back: what has been waited for stays waited for.
    if (now < this.#lastNow) this.#began -= this.#lastNow - now;
    this.#lastNow = now;
    const due = (now - this.#began) * this.#speed;
    for (;;) {
      const step = script.steps[this.#step];
      if (step === undefined) {
        this.#end();
        return;
      }
      if (step.at > due) {
        this.#cancel = this.#clock.schedule((step.at - due) / this.#speed, () => this.#play());
        return;
      }
      this.#step++;
      if ("event" in step) this.#event(new ReplayMessage(fillIn(step.event, this.#ids)));
      else this.#list(step);
    }
  }

  #event(event: ReplayMessage): void {
    this.table.apply(event, this.#clock.now());
    this.memory.take(event);
    this.#send(event);
  }

  /** The recorded client read a snapshot: what it says beyond the events is told to ours as events. */
  #list(step: ListStep): void {
    const items = step.items.map((item) => new ReplayMessage(fillIn(item, this.#ids)));
    for (const item of items) this.memory.take(item);
    const snapshot = this.#snapshotOf(step.list, items, new ReplayMessage(fillIn(step.complete, this.#ids)));
    if (snapshot !== undefined) this.#reconcile(snapshot);
  }

  #snapshotOf(list: string, items: ReplayMessage[], complete: ReplayMessage): TableSnapshot | undefined {
    switch (list) {
      case "CoreShowChannelsComplete":
        this.#membersTold = Map.groupBy(
          items.filter((item) => (item.get("BridgeId") ?? "") !== ""),
          (item) => item.get("BridgeId") ?? "",
        );
        return { channels: items };
      case "BridgeListComplete":
        return { bridges: items, bridgeChannels: this.#membersTold };
      case "BridgeInfoComplete":
        return { bridgeChannels: new Map([[complete.get("BridgeUniqueid") ?? "", items]]) };
      case "QueueStatusComplete":
        return { queueEntries: items.filter((item) => item.name === "QueueEntry") };
      case "ParkedCallsComplete":
        return { parkedCalls: items };
      case "ConfbridgeListRoomsComplete":
        this.#conferenceMembers = [];
        return undefined;
      case "ConfbridgeListComplete":
        this.#conferenceMembers.push(...items);
        return { conferenceMembers: this.#conferenceMembers };
      default:
        return undefined;
    }
  }

  #reconcile(snapshot: TableSnapshot): void {
    const changes = this.table.reconcile(snapshot, this.#clock.now());
    for (const event of syntheticEvents(changes, this.table)) this.#send(event);
  }

  /** Whatever the recording left standing goes, so that no loop inherits a ghost. */
  #end(): void {
    this.#reconcile({ channels: [], bridges: [], conferenceMembers: [] });
    this.#membersTold = new Map();
    this.#conferenceMembers = [];
    this.#index = (this.#index + 1) % this.#scripts.length;
    this.#cancel = this.#clock.schedule(this.#pauseMs / this.#speed, () => this.#begin());
  }

  #send(event: ReplayMessage): void {
    const [first = "", ...rest] = event.text.split(/(?<=\r\n)/);
    const after = /^Privilege:/i.test(rest[0] ?? "") ? 1 : 0;
    rest.splice(after, 0, `SystemName: ${this.systemName}\r\n`);
    this.#tell(event, Buffer.from(first + rest.join(""), "latin1"));
  }
}
