import { isDeepStrictEqual } from "node:util";
import { CallEngine, fromAmi } from "@cordboard/call-engine";
import type { Call, Change, PbxEvent, PbxSnapshot } from "@cordboard/call-engine";
import { trace } from "@cordboard/call-engine/testing";
import type {
  ConferenceRoom,
  Mailbox,
  ParkedCall,
  PbxNews,
  PbxNotice,
  PbxServerInfo,
  PbxState,
  Presence,
  Queue,
} from "@cordboard/pbx";
import type { DirectoryEntry, DirectoryNews, PbxSource } from "../../events/pbx-source.ts";

type Listener = (news: never) => unknown;

/** A PBX without a wire: a call engine that the test tells what happens, and a directory. */
export class EnginePbx implements PbxSource {
  readonly id: string;
  state: PbxState = "idle";
  server: PbxServerInfo = { replay: false };
  notices: readonly PbxNotice[] = [];
  /** Milliseconds since 1970 of what happens next. */
  now: number;
  readonly #engine: CallEngine;
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #extensions = new Map<string, DirectoryEntry>();

  /** `restore`: calls of an earlier life. */
  constructor(id: string, restore: readonly Call[] = [], newCallId?: () => string, now = 1_764_000_000_000) {
    this.id = id;
    this.now = now;
    let made = 0;
    this.#engine = new CallEngine({ pbx: id, newCallId: newCallId ?? (() => `${id}-${++made}`) });
    this.#engine.restore(restore, now);
  }

  get calls(): readonly Call[] {
    return this.#engine.calls();
  }
  get queues(): readonly Queue[] {
    return this.#engine.queues();
  }
  get conferenceRooms(): readonly ConferenceRoom[] {
    return this.#engine.conferenceRooms();
  }
  get parkedCalls(): readonly ParkedCall[] {
    return this.#engine.parkedCalls();
  }
  get deviceStates(): ReadonlyMap<string, string> {
    return this.#engine.deviceStates();
  }
  get presences(): readonly Presence[] {
    return this.#engine.presences();
  }
  get mailboxes(): readonly Mailbox[] {
    return this.#engine.mailboxes();
  }
  get extensions(): readonly DirectoryEntry[] {
    return [...this.#extensions.values()];
  }

  extension(number: string): DirectoryEntry | undefined {
    return this.#extensions.get(number);
  }

  extensionOf(device: string): string | undefined {
    for (const { number, devices } of this.#extensions.values()) if (devices.includes(device)) return number;
    return undefined;
  }

  on(name: string, listener: Listener): () => void {
    const those = this.#listeners.get(name) ?? new Set();
    this.#listeners.set(name, those);
    those.add(listener);
    return () => those.delete(listener);
  }

  emit(name: string, news?: unknown): void {
    for (const listener of this.#listeners.get(name) ?? []) listener(news as never);
  }

  /** Something happens on the PBX. */
  happens(...events: readonly PbxEvent[]): void {
    for (const event of events) this.#tell(this.#engine.apply(event, this.now));
  }

  /** The link is up, and this is what the PBX says of itself. */
  comesUp(snapshot: PbxSnapshot = { channels: [] }): void {
    this.becomes("syncing");
    const changes = this.#engine.reconcile(snapshot, this.now);
    this.#tell(changes);
    const resync: PbxNews["resync"] = { at: this.now, first: true, gapMs: 0, changes };
    this.emit("resync", resync);
    this.becomes("live");
  }

  becomes(to: PbxState, cause?: Error): void {
    const from = this.state;
    this.state = to;
    this.emit("state", { from, to, ...(cause === undefined ? {} : { cause }) });
  }

  /** The directory holds these now. */
  knows(...entries: readonly DirectoryEntry[]): void {
    const removed = [...this.#extensions.keys()].filter((number) => !entries.some((entry) => entry.number === number));
    const changed = entries.filter((entry) => !isDeepStrictEqual(entry, this.#extensions.get(entry.number)));
    this.#extensions.clear();
    for (const entry of entries) this.#extensions.set(entry.number, entry);
    const news: DirectoryNews = { changed, removed };
    this.emit("directory", news);
  }

  /** An extension for each phone of the lab: 1000 has `PJSIP/1000`. */
  knowsPhones(...numbers: readonly string[]): void {
    this.knows(...numbers.map((number) => ({ number, devices: [`PJSIP/${number}`, `SIP/${number}`] })));
  }

  /** Plays a recorded session of the call engine's fixtures, `22/basic.jsonl`. */
  plays(file: string): void {
    for (const _ of this.playing(file));
  }

  /** The same, step by step. */
  *playing(file: string): Generator<void> {
    const { steps } = trace(file);
    const began = this.now;
    const [first] = steps;
    let started = false;
    for (const step of steps) {
      this.now = began + step.at - (first?.at ?? 0);
      if (step.kind === "snapshot") {
        if (!started) this.comesUp(step.snapshot);
        started = true;
      } else {
        const event = fromAmi(step.message);
        if (event !== undefined) this.happens(event);
      }
      yield;
    }
  }

  #tell(changes: readonly Change[]): void {
    for (const change of changes) this.emit("change", { pbx: this.id, at: this.now, change });
  }
}
